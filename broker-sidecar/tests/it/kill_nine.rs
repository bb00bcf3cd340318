//! `kill -9` of the engine while idempotent producers write: every acknowledged record is there once, in order.
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::java::Java;
use crate::kcat::kcat;
use crate::process::{Broker, wait_for};
use crate::programs::{installed, not_checked, output};

const KILLS: u32 = 20;
/// Long enough for both clients to have reconnected and written before the next kill.
const BETWEEN: Duration = Duration::from_millis(700);

/// A topic's values, in the order of offsets.
fn read(bootstrap: &str, topic: &str) -> Vec<u64> {
    let consume = ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%s\\n"];
    let said = output(&mut kcat(bootstrap, &consume), b"");
    said.lines().map(|l| l.parse().unwrap()).collect()
}

fn create(bootstrap: &str, topic: &str) {
    // One partition, so that there is one order; made by the first read of its metadata.
    wait_for("the topic", Duration::from_secs(10), || {
        let listed = output(&mut kcat(bootstrap, &["-L", "-t", topic]), b"");
        listed.contains("partition 0, leader").then_some(())
    });
}

/// kcat with numbers on its standard input until told to stop; how many it was given.
fn feed_kcat(bootstrap: &str, stop: &Arc<AtomicBool>) -> (Child, JoinHandle<u64>) {
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
                writeln!(input, "{next}").unwrap();
                next += 1;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        next
    });
    (child, feeder)
}

/// Kafka's VerifiableProducer prints each acknowledged value.
fn verifiable_producer(java: &Java, bootstrap: &str) -> (Child, JoinHandle<Vec<u64>>) {
    let mut command = java.tool("org.apache.kafka.tools.VerifiableProducer");
    command.args(["--bootstrap-server", bootstrap, "--topic", "java", "--throughput", "2000"]);
    command.args(["--acks", "-1"]).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let listener = std::thread::spawn(move || {
        let lines = out.lines().map_while(Result::ok);
        lines.filter(|l| l.contains("producer_send_success")).filter_map(|l| value_of(&l)).collect()
    });
    (child, listener)
}

fn value_of(line: &str) -> Option<u64> {
    let json: serde_json::Value = serde_json::from_str(line).ok()?;
    json["value"].as_str()?.parse().ok()
}

fn assert_once_and_in_order(who: &str, acknowledged: impl IntoIterator<Item = u64>, log: &[u64]) {
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
    let mut producer = java.map(|java| verifiable_producer(java, &bootstrap));
    std::thread::sleep(Duration::from_secs(2));
    for _ in 0..KILLS {
        kill_and_start(temp.path(), &mut broker);
        std::thread::sleep(BETWEEN);
    }
    stop.store(true, Ordering::SeqCst);
    let given = feeder.join().unwrap();
    let done = wait_for("kcat's last acknowledgement", Duration::from_secs(60), || {
        rdkafka.try_wait().unwrap()
    });
    assert!(done.success(), "kcat gave up: {done}");
    assert!(given > 5_000, "{given} given: too few to prove anything");
    let log = read(&bootstrap, "rdkafka");
    assert_once_and_in_order("librdkafka", 0..given, &log);
    assert_eq!(log.len() as u64, given, "librdkafka wrote exactly what it was given");
    let Some((child, listener)) = producer.take() else { return };
    let acknowledged = end(child, listener);
    assert!(acknowledged.len() > 1_000, "{} acknowledged", acknowledged.len());
    assert_once_and_in_order("Java", acknowledged, &read(&bootstrap, "java"));
}

/// Stops VerifiableProducer as its users do, so that it flushes; what it had acknowledged.
fn end(mut child: Child, listener: JoinHandle<Vec<u64>>) -> Vec<u64> {
    crate::process::signal_process(child.id(), rustix::process::Signal::TERM);
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    listener.join().unwrap()
}
