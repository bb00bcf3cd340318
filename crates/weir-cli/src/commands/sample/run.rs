//! The workload: writes, reads as two groups, waits out whatever the cluster does, ends with it.

use std::collections::VecDeque;
use std::future::pending;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use weir_api::Home;
use weir_api::texts::Lang;
use weir_core::client::data::{Consumer, ConsumerOptions, Delivery, Producer, ProducerOptions};
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_domain::sample::{ANALYTICS, BILLING, CUSTOMERS, ORDERS, PAGE_VIEWS, TOPICS};
use weir_domain::{NewTopic, OffsetSpec};

use super::beside::{Beside, Wish};
use super::shop::Shop;
use crate::args::Common;
use crate::context::{self, LOCAL};
use crate::headings;
use crate::signal;
use crate::time::now_ms;
use crate::trouble::{Trouble, note};

/// As [`Shop::tick`] counts.
const TICK: Duration = Duration::from_millis(500);
const LINGER: Duration = Duration::from_millis(400);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Rest after the cluster did not answer.
const REST: Duration = Duration::from_secs(2);
/// Messages that may wait for the cluster; beyond it the shop pauses.
const UNANSWERED_MAX: usize = 500;
/// Consumers commit what they read in threads of their own.
const COMMIT: Duration = Duration::from_secs(1);
/// The one member of each group, across restarts.
const INSTANCE: &str = "weir-sample";
/// Of every cycle the analysts read slowly for the first part, then catch up.
const CYCLE: Duration = Duration::from_secs(300);
const SLOW_PART: Duration = Duration::from_secs(210);
const SLOW_PAUSE: Duration = Duration::from_millis(500);
const SLOW_COUNT: u64 = 5;
/// An hour is enough to look at.
const RETENTION_MS: &str = "3600000";

pub(super) async fn run(common: &Common, cluster: Option<&str>) -> Result<(), Trouble> {
    let (name, directory) = directory(common, cluster).await?;
    let Some(beside) = Beside::lock(directory)? else { return Err(runs_already(&name)) };
    if beside.wish() == Wish::End || !beside.is_run() {
        // Says why not, and what to do; a cluster that runs by now was started this moment.
        context::running(&context::app(common)?, Some(&name)).await?;
    }
    note(
        headings::lang(),
        format!(
            "the sample workload of {name} runs until Ctrl-C, `weir sample remove` or the cluster's stop"
        ),
        format!(
            "{name}의 샘플 워크로드는 Ctrl-C, `weir sample remove` 또는 클러스터 중지까지 실행됩니다"
        ),
    );
    tokio::select! {
        () = signal::asked_to_end() => Ok(()),
        result = until_unwanted(&beside) => result,
    }
}

fn runs_already(name: &str) -> Trouble {
    Trouble::failed(
        format!(
            "a sample workload runs on {name} already: `weir sample remove --cluster {name}` ends it and deletes its topics \
             and groups"
        ),
        format!(
            "{name}에서 샘플 워크로드가 이미 실행 중입니다: `weir sample remove --cluster {name}`(으)로 끝내고 토픽과 그룹을 \
             삭제할 수 있습니다"
        ),
    )
}

/// Of the cluster that is meant. Whoever starts this beside a cluster names it: then nothing more is opened.
async fn directory(common: &Common, cluster: Option<&str>) -> Result<(String, PathBuf), Trouble> {
    let home = Home::prepare(common.home.as_deref())?;
    let name = cluster.unwrap_or(LOCAL);
    let directory = home.cluster(name);
    if directory.is_dir() {
        return Ok((name.to_owned(), directory));
    }
    let found = context::address(&context::app(common)?, cluster).await?;
    let directory = home.cluster(&found.id);
    if directory.is_dir() {
        return Ok((found.id, directory));
    }
    let name = found.name;
    Err(Trouble::failed(
        format!(
            "{name} is a connection, and the sample workload runs beside clusters on this machine \
             alone: create one with `weir cluster create NAME --sample`"
        ),
        format!(
            "{name}은(는) 연결한 클러스터이고 샘플 워크로드는 이 컴퓨터의 클러스터에서만 실행됩니다: `weir cluster \
             create NAME --sample`(으)로 생성하세요"
        ),
    ))
}

/// Runs at the addresses that the cluster has, anew whenever they change.
async fn until_unwanted(beside: &Beside) -> Result<(), Trouble> {
    loop {
        let addresses = match beside.wish() {
            Wish::End => {
                sleep(COMMIT).await;
                // Who started the cluster again in this moment found the sample still there, and began no other.
                if beside.wish() == Wish::End {
                    return Ok(());
                }
                continue;
            }
            Wish::Wait => {
                sleep(LOOK_EVERY).await;
                continue;
            }
            Wish::Run(addresses) => addresses,
        };
        let mut options = Options::new(parse_bootstrap(&addresses)?);
        options.client_id = "weir-sample".to_owned();
        let mut work = JoinSet::new();
        work.spawn(work_at(options));
        loop {
            sleep(LOOK_EVERY).await;
            if beside.wish() != Wish::Run(addresses.clone()) {
                break;
            }
        }
        work.shutdown().await;
    }
}

async fn work_at(options: Options) {
    topics_there(&options).await;
    let mut parts = JoinSet::new();
    parts.spawn(write(options.clone()));
    parts.spawn(read(options.clone(), ORDERS, BILLING, false));
    parts.spawn(read(options, PAGE_VIEWS, ANALYTICS, true));
    while parts.join_next().await.is_some() {}
    // Each part is endless: all of them ended only if all panicked.
    pending::<()>().await;
}

/// Creates the topics that are not there, however long the cluster takes to answer.
async fn topics_there(options: &Options) {
    let client = Client::new(options.clone());
    let topics: Vec<_> = TOPICS.iter().map(|name| topic(name)).collect();
    let mut told = false;
    loop {
        match client.create_topics(&topics, false).await {
            Ok(results) if results.iter().all(|r| is_there(&r.result)) => return,
            answer => {
                if !std::mem::replace(&mut told, true) {
                    tell_waiting(answer.err().map(Trouble::from));
                }
                sleep(REST).await;
            }
        }
    }
}

/// Once: whoever looks on knows what is waited for.
fn tell_waiting(why: Option<Trouble>) {
    let why =
        |lang| why.as_ref().map(|why| format!(" ({})", why.sentence(lang))).unwrap_or_default();
    note(
        headings::lang(),
        format!("waiting for the cluster to take the sample's topics{}", why(Lang::En)),
        format!("클러스터가 샘플 토픽을 받을 때까지 기다립니다{}", why(Lang::Ko)),
    );
}

fn is_there<T>(result: &Result<T, weir_domain::ItemError>) -> bool {
    result.as_ref().err().is_none_or(|error| error.name == "TOPIC_ALREADY_EXISTS")
}

fn topic(name: &str) -> NewTopic {
    let compacted = name == CUSTOMERS;
    let config = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let configs = if compacted {
        vec![config("cleanup.policy", "compact")]
    } else {
        vec![config("retention.ms", RETENTION_MS), config("segment.ms", "600000")]
    };
    let partitions = if name == ORDERS || name == PAGE_VIEWS { 6 } else { 3 };
    NewTopic { name: name.to_owned(), partitions: Some(partitions), configs, ..Default::default() }
}

/// Writes what happens, and begins anew with a fresh producer when one cannot go on.
async fn write(options: Options) {
    let producer_options = ProducerOptions {
        batch_bytes_max: None,
        linger: LINGER,
        timeout: Duration::from_secs(120),
        compression: weir_domain::Compression::Lz4,
    };
    let mut shop = Shop::new(u64::try_from(now_ms()).unwrap_or(1));
    loop {
        if let Ok(producer) = Producer::new(&options, &producer_options) {
            write_with(&producer, &mut shop).await;
        }
        sleep(REST).await;
    }
}

async fn write_with(producer: &Producer, shop: &mut Shop) {
    let mut ticks = interval(TICK);
    // After the machine slept the shop goes on; it does not make up for the night.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut unanswered = VecDeque::new();
    loop {
        ticks.tick().await;
        if any_failed(&mut unanswered) {
            return;
        }
        if unanswered.len() >= UNANSWERED_MAX {
            continue;
        }
        for message in shop.tick(now_ms()) {
            match producer.enqueue(&message).await {
                Ok(delivery) => unanswered.push_back(delivery),
                Err(_) => return,
            }
        }
    }
}

/// Lets go of what was answered. Looked at once a tick, for a task woken by each answer costs more than all the rest.
fn any_failed(unanswered: &mut VecDeque<Delivery>) -> bool {
    let mut failed = false;
    let mut context = Context::from_waker(Waker::noop());
    unanswered.retain_mut(|delivery| match Pin::new(delivery).poll(&mut context) {
        Poll::Ready(answer) => {
            failed |= answer.is_err();
            false
        }
        Poll::Pending => true,
    });
    failed
}

/// Reads a topic as a group, for ever.
async fn read(options: Options, topic: &'static str, group: &'static str, slow: bool) {
    let consumer_options = ConsumerOptions {
        topic: topic.to_owned(),
        group: Some(group.to_owned()),
        // A cluster that was stopped and started finds its groups as they were, not waiting for members that are gone.
        instance: Some(INSTANCE.to_owned()),
        offsets: Vec::new(),
        start: OffsetSpec::Earliest,
        // Few wake-ups: nobody waits for these messages.
        fetch_bytes_min: 64 << 10,
        until: None,
    };
    let begun = Instant::now();
    loop {
        if let Ok(mut consumer) = Consumer::new(&options, &consumer_options) {
            let mut count: u64 = 0;
            while let Some(Ok(_)) = consumer.next().await {
                count += 1;
                let of_cycle = begun.elapsed().as_secs() % CYCLE.as_secs();
                if slow && count.is_multiple_of(SLOW_COUNT) && of_cycle < SLOW_PART.as_secs() {
                    sleep(SLOW_PAUSE).await;
                }
            }
        }
        sleep(REST).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample that a start begins finds the one of before, and ends: that one must stay.
    #[tokio::test]
    async fn a_cluster_that_is_started_as_its_sample_is_about_to_end_keeps_it() {
        let directory = tempfile::tempdir().unwrap();
        let write = |desired: &str| {
            let json = format!(r#"{{"desired":"{desired}","sample":true,"ports":[]}}"#);
            std::fs::write(directory.path().join("cluster.json"), json).unwrap();
        };
        write("running");
        let beside = Beside::lock(directory.path().to_owned()).unwrap().unwrap();
        write("stopped");
        let mut ends = std::pin::pin!(until_unwanted(&beside));
        let waits = tokio::time::timeout(COMMIT / 2, &mut ends).await;
        assert!(waits.is_err());
        write("running");
        assert!(tokio::time::timeout(2 * COMMIT, &mut ends).await.is_err());
        write("stopped");
        assert!(tokio::time::timeout(20 * COMMIT, &mut ends).await.unwrap().is_ok());
    }
}
