//! kcat (librdkafka): metadata, produce and consume with each compression.
use std::path::Path;
use std::process::Command;

use crate::process::Broker;
use crate::programs::{installed, not_checked, output};

pub(crate) fn kcat(bootstrap: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("kcat");
    command.args(["-b", bootstrap, "-X", "broker.address.family=v4"]).args(arguments);
    command
}

fn present() -> bool {
    if !installed("kcat") {
        not_checked("kcat against the broker", "kcat is not installed");
        return false;
    }
    true
}

fn lines(count: usize) -> String {
    (0..count).map(|i| format!("key-{}:value {i} {}\n", i % 10, "x".repeat(60))).collect()
}

/// Compression codecs of all batches in a topic's logs, as their attributes say.
fn stored_codecs(data: &Path, topic: &str) -> Vec<u8> {
    let mut codecs = Vec::new();
    for partition in std::fs::read_dir(data).unwrap().map(|e| e.unwrap().path()) {
        let name = partition.file_name().unwrap().to_str().unwrap().to_owned();
        if name.rsplit_once('-').is_none_or(|(t, _)| t != topic) {
            continue;
        }
        let log = partition.join("00000000000000000000.log");
        let bytes = std::fs::read(log).unwrap_or_default();
        let mut at = 0;
        while at + 61 <= bytes.len() {
            let length = u32::from_be_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
            codecs.push(bytes[at + 22] & 7);
            at += 12 + length;
        }
    }
    codecs
}

#[test]
fn metadata_lists_every_broker() {
    if !present() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    let listed = output(&mut kcat(broker.bootstrap(), &["-L"]), b"");
    assert!(listed.contains("3 brokers:"), "{listed}");
    for one in &broker.ready.brokers {
        assert!(
            listed.contains(&format!("broker {} at localhost:{}", one.id, one.port)),
            "{listed}"
        );
    }
}

#[test]
fn each_compression_comes_back_and_is_stored_as_it_was_sent() {
    if !present() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    let sent = lines(2_000);
    let mut wanted: Vec<&str> = sent.lines().collect();
    wanted.sort_unstable();
    for (codec, id) in [("none", 0), ("gzip", 1), ("snappy", 2), ("lz4", 3), ("zstd", 4)] {
        let topic = format!("codec-{codec}");
        let produce = ["-P", "-t", &topic, "-K:", "-z", codec, "-X", "linger.ms=50"];
        output(&mut kcat(broker.bootstrap(), &produce), sent.as_bytes());
        let consume = ["-C", "-t", &topic, "-o", "beginning", "-e", "-q", "-f", "%k:%s\\n"];
        let got = output(&mut kcat(broker.bootstrap(), &consume), b"");
        let mut got: Vec<&str> = got.lines().collect();
        got.sort_unstable();
        assert_eq!(got, wanted, "{codec}");
        let codecs = stored_codecs(&broker.dir.join("data"), &topic);
        assert!(!codecs.is_empty() && codecs.iter().all(|c| *c == id), "{codec}: {codecs:?}");
    }
}

#[test]
fn a_group_of_kcat_reads_everything_once() {
    if !present() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    output(&mut kcat(broker.bootstrap(), &["-P", "-t", "orders", "-K:"]), lines(500).as_bytes());
    let group = ["-G", "readers", "-X", "auto.offset.reset=earliest", "-c", "500", "-q", "orders"];
    let first = output(&mut kcat(broker.bootstrap(), &group), b"");
    assert_eq!(first.lines().count(), 500);
    output(&mut kcat(broker.bootstrap(), &["-P", "-t", "orders", "-K:"]), b"k:the last one\n");
    let again = ["-G", "readers", "-X", "auto.offset.reset=earliest", "-c", "1", "-q", "orders"];
    assert_eq!(output(&mut kcat(broker.bootstrap(), &again), b""), "the last one\n");
}
