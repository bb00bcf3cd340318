//! `kill -9` of the engine while idempotent producers write: every acknowledged record is there once, in order.
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::java::Java;
use crate::kcat::kcat;
use crate::process::{Broker, LONG, wait_for};
use crate::programs::{installed, not_checked, output};

const KILLS: u32 = 20;
/// More than one batch each, before the next kill.
const BETWEEN: usize = 50;

/// A topic's values, in the order of offsets.
pub(crate) fn read(bootstrap: &str, topic: &str) -> Vec<u64> {
    let consume = ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%s\\n"];
    let said = output(&mut kcat(bootstrap, &consume), b"");
    said.lines().map(|l| l.parse().unwrap()).collect()
}

pub(crate) fn create(bootstrap: &str, topic: &str) {
    // One partition, so that there is one order; made by the first read of its metadata.
    wait_for("the topic", LONG, || {
        let listed = output(&mut kcat(bootstrap, &["-L", "-t", topic]), b"");
        listed.contains("partition 0, leader").then_some(())
    });
}

/// How many records a topic's log has.
pub(crate) fn length(bootstrap: &str, topic: &str) -> usize {
    let said = output(&mut kcat(bootstrap, &["-Q", "-t", &format!("{topic}:0:-1")]), b"");
    // `rdkafka [0] offset 120`
    said.split_whitespace().last().and_then(|end| end.parse().ok()).unwrap_or(0)
}

/// A producer that ends with the test, also when it fails.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// kcat with numbers on its standard input until told to stop; how many it was given.
pub(crate) fn feed_kcat(bootstrap: &str, stop: &Arc<AtomicBool>) -> (Ended, JoinHandle<u64>) {
    // -E: not even when all brokers are down at once.
    let flags = ["-E", "-P", "-t", "rdkafka", "-X", "enable.idempotence=true", "-X", "linger.ms=2"];
    let mut command = kcat(bootstrap, &flags);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let stop = stop.clone();
    let feeder = std::thread::spawn(move || {
        let mut next = 0;
        while !stop.load(Ordering::SeqCst) {
            for _ in 0..5 {
                // kcat ends by itself only where the test fails anyway.
                if writeln!(input, "{next}").is_err() {
                    return next;
                }
                next += 1;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        next
    });
    (Ended(child), feeder)
}

/// Kafka's VerifiableProducer, which prints each acknowledged value.
struct Verifiable {
    child: Ended,
    acknowledged: Arc<AtomicUsize>,
    listener: mpsc::Receiver<Vec<u64>>,
}

impl Verifiable {
    fn start(java: &Java, bootstrap: &str) -> Self {
        let mut command = java.tool("org.apache.kafka.tools.VerifiableProducer");
        command.args(["--bootstrap-server", bootstrap, "--topic", "java", "--throughput", "2000"]);
        command.args(["--acks", "-1"]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&acknowledged);
        let (send, listener) = mpsc::channel();
        std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            let values = lines.filter(|l| l.contains("producer_send_success"));
            let values = values.filter_map(|l| value_of(&l));
            let counted = values.inspect(|_| {
                count.fetch_add(1, Ordering::SeqCst);
            });
            let _ = send.send(counted.collect());
        });
        Self { child: Ended(child), acknowledged, listener }
    }

    fn count(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Stops it as its users do, so that it flushes; what it had acknowledged.
    fn end(mut self) -> Vec<u64> {
        crate::process::signal_process(self.child.0.id(), rustix::process::Signal::TERM);
        wait_for("VerifiableProducer's end", LONG, || self.child.0.try_wait().unwrap());
        self.listener.recv_timeout(LONG).unwrap()
    }
}

fn value_of(line: &str) -> Option<u64> {
    let json: serde_json::Value = serde_json::from_str(line).ok()?;
    json["value"].as_str()?.parse().ok()
}

pub(crate) fn assert_once_and_in_order(
    who: &str,
    acknowledged: impl IntoIterator<Item = u64>,
    log: &[u64],
) {
    let mut place: HashMap<u64, usize> = HashMap::new();
    for (at, value) in log.iter().enumerate() {
        assert_eq!(place.insert(*value, at), None, "{who}: {value} is there twice");
    }
    assert!(log.is_sorted(), "{who}: out of order");
    let missing: Vec<u64> = acknowledged.into_iter().filter(|v| !place.contains_key(v)).collect();
    assert!(
        missing.is_empty(),
        "{who}: {} acknowledged are lost: {:?}",
        missing.len(),
        &missing[..missing.len().min(10)]
    );
}

fn kill_and_start(dir: &Path, broker: &mut Broker) {
    broker.kill();
    *broker = Broker::start(dir, &[]);
}

#[test]
fn every_acknowledged_record_survives_twenty_kills_once_and_in_order() {
    let what = "kill -9 under idempotent producers";
    if !installed("kcat") {
        return not_checked(what, "kcat is not installed");
    }
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--brokers", "3", "--port", "0", "--set", "num.partitions=1"];
    let mut broker = Broker::start(temp.path(), &flags);
    let bootstrap = broker.bootstrap().to_owned();
    create(&bootstrap, "rdkafka");
    create(&bootstrap, "java");
    let stop = Arc::new(AtomicBool::new(false));
    let (mut rdkafka, feeder) = feed_kcat(&bootstrap, &stop);
    let java = Java::get(&format!("{what} of the Java client"));
    let java = java.map(|java| Verifiable::start(java, &bootstrap));
    for _ in 0..KILLS {
        both_wrote(&bootstrap, java.as_ref());
        kill_and_start(temp.path(), &mut broker);
    }
    both_wrote(&bootstrap, java.as_ref());
    stop.store(true, Ordering::SeqCst);
    let given = feeder.join().unwrap();
    let done = wait_for("kcat's last acknowledgement", 2 * LONG, || rdkafka.0.try_wait().unwrap());
    assert!(done.success(), "kcat gave up: {done}");
    let log = read(&bootstrap, "rdkafka");
    assert_once_and_in_order("librdkafka", 0..given, &log);
    assert_eq!(log.len() as u64, given, "librdkafka wrote exactly what it was given");
    if let Some(java) = java {
        assert_once_and_in_order("Java", java.end(), &read(&bootstrap, "java"));
    }
}

/// Waits until both producers have reconnected and written.
fn both_wrote(bootstrap: &str, java: Option<&Verifiable>) {
    let begin = length(bootstrap, "rdkafka");
    wait_for("kcat to write", LONG, || {
        (length(bootstrap, "rdkafka") >= begin + BETWEEN).then_some(())
    });
    let Some(java) = java else { return };
    let begin = java.count();
    wait_for("the Java client to write", LONG, || (java.count() >= begin + BETWEEN).then_some(()));
}
