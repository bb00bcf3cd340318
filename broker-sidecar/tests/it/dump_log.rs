//! Kafka's own DumpLogSegments reads everything on disk without a complaint, live and after a clean stop.
use std::path::{Path, PathBuf};

use crate::java::Java;
use crate::kcat::kcat;
use crate::process::Broker;
use crate::programs::{finish, installed, not_checked, output, text};

/// What DumpLogSegments says when something is wrong, though it still exits with 0.
const COMPLAINTS: [&str; 7] = [
    "isvalid: false",
    "Mismatches in",
    "Found timestamp mismatch in",
    "Found out of order timestamp in",
    "not found in the log",
    "invalid bytes at the end",
    "Could not deserialize",
];

/// What it says of the files, and the first complaint among that.
fn said_of(java: &Java, files: &[PathBuf], flags: &[&str]) -> (String, Option<&'static str>) {
    let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
    let mut command = java.tool("org.apache.kafka.tools.DumpLogSegments");
    command.args(["--files", &names.join(",")]).args(flags);
    let done = finish(&mut command, b"");
    let (said, errors) = (text(&done.stdout), text(&done.stderr));
    assert!(done.status.success() && !errors.contains("Exception"), "{names:?}\n{said}\n{errors}");
    let complains = |words: &&&str| said.contains(**words) || errors.contains(**words);
    (format!("{said}\n{errors}"), COMPLAINTS.iter().find(complains).copied())
}

fn dump(java: &Java, files: &[PathBuf], flags: &[&str]) -> String {
    let (said, complaint) = said_of(java, files, flags);
    assert_eq!(complaint, None, "{files:?}\n{said}");
    said
}

/// That it complains at all: of an index that names another offset than its log.
fn sees_a_wrong_index(java: &Java, dir: &Path) {
    let found = files(&dir.join("data"), &["index"]);
    let used =
        |index: &&PathBuf| std::fs::read(index).is_ok_and(|bytes| bytes.iter().any(|b| *b != 0));
    let index = found.iter().find(used).expect("20,000 messages fill an index");
    let copies = tempfile::tempdir().unwrap();
    let copy = |from: &Path| {
        let to = copies.path().join(from.file_name().unwrap());
        std::fs::copy(from, &to).unwrap();
        to
    };
    let index_copy = copy(index);
    copy(&index.with_extension("log"));
    let mut bytes = std::fs::read(&index_copy).unwrap();
    bytes[3] ^= 0x15;
    std::fs::write(&index_copy, bytes).unwrap();
    let (said, complaint) = said_of(java, &[index_copy], &[]);
    assert!(complaint.is_some(), "{said}");
}

/// Files of a directory tree with one of the extensions.
pub(crate) fn files(root: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()) {
            let extension = path.extension().map(|e| e.to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|e| extensions.contains(&e.as_str())) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn check(java: &Java, dir: &Path) {
    let data = files(&dir.join("data"), &["log", "index", "timeindex", "snapshot"]);
    let kinds = |e: &str| data.iter().filter(|f| f.extension().unwrap() == e).count();
    assert!(kinds("log") > 2 && kinds("index") > 0, "{data:?}");
    dump(java, &data, &["--deep-iteration", "--verify-index-only"]);
    let said = dump(java, &files(&dir.join("data"), &["log"]), &["--deep-iteration"]);
    assert!(said.contains("payload") || said.contains("offset:"), "{said}");
    let metadata = files(&dir.join("metadata"), &["log", "checkpoint"]);
    let said = dump(java, &metadata, &["--cluster-metadata-decoder"]);
    for record in
        ["REGISTER_BROKER_RECORD", "TOPIC_RECORD", "PARTITION_RECORD", "FEATURE_LEVEL_RECORD"]
    {
        assert!(said.contains(record), "{record} in\n{said}");
    }
}

#[test]
fn dump_log_segments_reads_everything_live_and_after_a_clean_stop() {
    let what = "DumpLogSegments";
    let Some(java) = Java::get(what) else { return };
    if !installed("kcat") {
        return not_checked(what, "kcat is not installed");
    }
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--brokers", "3", "--port", "0", "--set", "log.segment.bytes=1048576"];
    let mut broker = Broker::start(temp.path(), &flags);
    let lines: String =
        (0..20_000).map(|i| format!("k{}:{i} {}\n", i % 50, "y".repeat(200))).collect();
    for codec in ["none", "zstd"] {
        let idempotent =
            ["-P", "-t", "dumped", "-K:", "-z", codec, "-X", "enable.idempotence=true"];
        output(&mut kcat(broker.bootstrap(), &idempotent), lines.as_bytes());
    }
    let group = ["-G", "readers", "-X", "auto.offset.reset=earliest", "-c", "100", "-q", "dumped"];
    output(&mut kcat(broker.bootstrap(), &group), b"");
    check(java, temp.path());
    let snapshots = files(&temp.path().join("data"), &["snapshot"]);
    assert!(!snapshots.is_empty(), "segments rolled, so producer snapshots exist");
    sees_a_wrong_index(java, temp.path());
    broker.terminate();
    check(java, temp.path());
    let metadata = files(&temp.path().join("metadata"), &["checkpoint"]);
    assert!(!metadata.is_empty(), "a clean stop leaves a metadata snapshot");
}
