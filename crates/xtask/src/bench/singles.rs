//! 10,000 topics, each by a request of its own, 32 in flight: what a tool does that knows no batches.

use super::many::topic;
use super::process::{self, Broker};
use super::row;
use super::wire::Connection;
use anyhow::{anyhow, ensure};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use weir_wire::messages::create_topics_request::CreateTopicsRequest;

const TOPICS: usize = 10_000;
const IN_FLIGHT: usize = 32;

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    let port = broker.port()?;
    let next = AtomicUsize::new(0);
    let since = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..IN_FLIGHT).map(|_| scope.spawn(|| create(port, &next))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a worker panicked"))?)
    })?;
    let took = since.elapsed().as_secs_f64();
    let measured = format!("{took:.2} s ({:.2} ms a topic)", took * 1000.0 / TOPICS as f64);
    row("10,000 topics by single requests, 32 in flight", &measured, "");
    Ok(())
}

fn create(port: u16, next: &AtomicUsize) -> anyhow::Result<()> {
    let mut connection = Connection::open(port)?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= TOPICS {
            return Ok(());
        }
        let request = CreateTopicsRequest {
            topics: vec![topic(number)],
            timeout_ms: 30_000,
            ..Default::default()
        };
        let answer = connection.call(&request, 7)?;
        ensure!(answer.topics.iter().all(|topic| topic.error_code == 0), "{answer:?}");
    }
}
