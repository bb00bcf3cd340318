//! Kafka's own DumpLogSegments reads what the engine's log writes on its own: every codec, closed
//! segments, aborted transactions, a compacted log, after a crash too.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_engine::fs::{Fs, SimFs};
use weir_engine::log::{
    AppendOrigin, AppendRequest, CleanupPolicy, LogConfig, LogContext, PartitionLog, Recovery,
};
use weir_wire::records::{BatchBuilder, Compression, EndTxnMarker, ValidBatch};

use crate::dump_log::files;
use crate::java::Java;
use crate::programs::{finish, text};

const NOW: i64 = 1_700_000_000_000;
const DIR: &str = "data/orders-0";

/// What DumpLogSegments says of a log or an index that is wrong: on either output, exit code 0.
const COMPLAINTS: [&str; 8] = [
    "isvalid: false",
    "Mismatches in",
    "mismatch",
    "out of order",
    "not found",
    "Exception",
    "rror",
    "Ignoring unknown file",
];

fn dump(java: &Java, files: &[PathBuf], flags: &[&str]) -> String {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut command = java.tool("org.apache.kafka.tools.DumpLogSegments");
    command.args(["--files", &names.join(",")]).args(flags);
    let done = finish(&mut command, b"");
    let said = format!("{}{}", text(&done.stdout), text(&done.stderr));
    for complaint in COMPLAINTS {
        let lines: Vec<&str> = said.lines().filter(|line| line.contains(complaint)).collect();
        assert!(lines.is_empty(), "{flags:?}: {lines:#?}");
    }
    assert!(done.status.success(), "{said}");
    said
}

struct Rig {
    fs: SimFs,
    config: Arc<LogConfig>,
    log: PartitionLog,
}

impl Rig {
    fn new(config: LogConfig) -> Self {
        let (fs, config) = (SimFs::new(), Arc::new(config));
        fs.create_dir_all(Path::new("data")).unwrap();
        let context = LogContext::new(Arc::new(fs.clone()), 100);
        let log = PartitionLog::empty(&context, DIR.into(), [7; 16], config.clone());
        Self { fs, config, log }
    }

    fn crash(&mut self) {
        self.fs.restart();
        let context = LogContext::new(Arc::new(self.fs.clone()), 100);
        let (dir, config) = (PathBuf::from(DIR), self.config.clone());
        self.log = PartitionLog::existing(&context, dir, [7; 16], config, Recovery::SameBoot);
        self.log.recover().unwrap();
    }

    fn append(&self, batch: &ValidBatch, leader_epoch: i32) {
        let origin = AppendOrigin::Client;
        self.log.append(AppendRequest { batch, leader_epoch, origin, now_ms: NOW }).unwrap();
    }

    /// Copies the log to real files and lets Kafka read them.
    fn check(&self, java: &Java) -> String {
        let temp = tempfile::tempdir().unwrap();
        for path in self.fs.files() {
            let target = temp.path().join(&path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, self.fs.content(&path).unwrap()).unwrap();
        }
        let kinds = ["log", "index", "timeindex", "snapshot", "txnindex"];
        let found = files(temp.path(), &kinds);
        dump(java, &found, &["--deep-iteration", "--verify-index-only"]);
        dump(java, &found, &["--index-sanity-check"]);
        dump(java, &found, &["--print-data-log"])
    }
}

fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 20_000, ..LogConfig::default() }
}

fn batch(at: i32, records: i32, codec: Compression) -> ValidBatch {
    let mut builder = BatchBuilder::new().compression(codec).producer(9, 1, at);
    for record in 0..records {
        let time = NOW + i64::from((at * 7919) % 100_000) + i64::from(record);
        let (key, value) =
            (format!("key {}", (at + record) % 10), format!("value {at} ").repeat(9));
        let headers: &[(&[u8], Option<&[u8]>)] = &[(b"h", None), (b"h", Some(b"2"))];
        builder.append(time, Some(key.as_bytes()), Some(value.as_bytes()), headers);
    }
    builder.build().unwrap()
}

fn fill(rig: &Rig, from: i32) -> i32 {
    (0..200).fold(from, |at, round| {
        let codec = Compression::ALL[round as usize % Compression::ALL.len()];
        rig.append(&batch(at, 1 + round % 5, codec), round / 50);
        at + 1 + round % 5
    })
}

fn abort_a_transaction(rig: &Rig) {
    let mut builder = BatchBuilder::new().producer(11, 0, 0).transactional();
    builder.append(NOW, Some(b"k"), Some(b"v"), &[]);
    rig.append(&builder.build().unwrap(), 4);
    let marker = EndTxnMarker { commit: false, coordinator_epoch: 3 };
    let builder = BatchBuilder::new().producer(11, 0, -1).transactional();
    let end = builder.control(marker.control_type(), NOW, &marker.value()).unwrap();
    rig.append(&end, 4);
}

#[test]
fn every_codec_live_and_after_a_crash() {
    let Some(java) = Java::get("DumpLogSegments of the engine's log") else { return };
    let mut rig = Rig::new(small_segments());
    let next = fill(&rig, 0);
    abort_a_transaction(&rig);
    let said = rig.check(java);
    for wanted in
        ["compresscodec: gzip", "snappy", "lz4", "zstd", "producerId: 9", "endTxnMarker: ABORT"]
    {
        assert!(said.contains(wanted), "{wanted} in\n{}", &said[..said.len().min(4000)]);
    }
    assert!(said.contains("version: 0 producerId: 11"), "the transaction index");
    rig.crash();
    fill(&rig, next);
    rig.log.close(0).unwrap();
    rig.check(java);
}

#[test]
fn a_compacted_log() {
    let Some(java) = Java::get("DumpLogSegments of a compacted log") else { return };
    let cleanup = CleanupPolicy { delete: false, compact: true };
    let rig = Rig::new(LogConfig { cleanup, compact_dirty_bytes: 1000, ..small_segments() });
    let mut next = fill(&rig, 0);
    abort_a_transaction(&rig);
    for round in 0..2 {
        let outcome = rig.log.compact(NOW, rig.log.log_end_offset()).unwrap();
        assert!(outcome.records_removed > 100, "round {round}: {outcome:?}");
        rig.check(java);
        next = fill(&rig, next);
    }
}
