//! A cluster's files that somebody, or a disk, changed while the engine was down: said, and nothing lost by it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_engine::fs::{Fs, OpenMode};
use weir_engine::rng::SeededRng;
use weir_engine::{Background, Engine, Host};
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

const METADATA: &str = "/cluster/metadata/__cluster_metadata-0";

fn metadata_log(cluster: &Cluster) -> PathBuf {
    let files = cluster.fs.files();
    let is_log = |path: &&PathBuf| {
        path.starts_with(METADATA) && path.extension().is_some_and(|end| end == "log")
    };
    files.iter().find(is_log).unwrap().clone()
}

fn snapshot(cluster: &Cluster) -> PathBuf {
    let files = cluster.fs.files();
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "checkpoint")).unwrap()
}

fn with_records() -> Cluster {
    let cluster = Cluster::new(1);
    for name in ["first", "second", "third"] {
        cluster.create(name, 1, &[]);
        assert_eq!(cluster.produce(name, "kept", -1), (ErrorCode::NONE, 0));
    }
    cluster
}

/// What the next start says, in the same boot.
fn refusal(cluster: &Cluster) -> String {
    let host = Host {
        fs: Arc::new(cluster.fs.clone()),
        clock: cluster.clock.clone(),
        rng: Arc::new(SeededRng::new(9)),
        open_files_max: 64,
    };
    Engine::open(cluster.config.clone(), host).map(drop).unwrap_err().to_string()
}

fn flip(cluster: &Cluster, path: &Path, position: usize) {
    let byte = cluster.fs.content(path).unwrap()[position];
    cluster.fs.corrupt(path, position, &[byte ^ 0x40]);
}

fn cut(cluster: &Cluster, path: &Path, len: u64) {
    cluster.fs.open(path, OpenMode::Append).unwrap().set_len(len).unwrap();
}

fn has_data(cluster: &Cluster) -> bool {
    let has = |name| cluster.fs.exists(&Path::new("/cluster/data").join(name)).unwrap();
    ["first-0", "second-0", "third-0"].into_iter().all(has)
}

#[test]
fn a_flipped_byte_in_the_middle_of_the_metadata_is_refused_again_and_again() {
    let mut cluster = with_records();
    let log = metadata_log(&cluster);
    let before = cluster.fs.content(&log).unwrap();
    flip(&cluster, &log, before.len() / 2);
    for _ in 0..2 {
        let told = refusal(&cluster);
        assert!(told.contains(".log cannot be read at byte"), "{told}");
        assert!(told.contains("restore the file"), "{told}");
    }
    assert!(has_data(&cluster));
    flip(&cluster, &log, before.len() / 2);
    assert_eq!(cluster.fs.content(&log).unwrap(), before, "nothing was changed");
    cluster.restart();
    assert_eq!(cluster.produce("second", "more", -1), (ErrorCode::NONE, 1));
}

#[test]
fn a_torn_last_batch_is_cut_and_the_cluster_starts() {
    let mut cluster = with_records();
    let log = metadata_log(&cluster);
    let len = cluster.fs.content(&log).unwrap().len() as u64;
    cut(&cluster, &log, len - 3);
    cluster.restart();
    assert!(cluster.engine.image().topic("second").is_some());
}

#[test]
fn metadata_that_is_gone_is_refused_where_there_are_records() {
    let cluster = with_records();
    let log = metadata_log(&cluster);
    cut(&cluster, &log, 0);
    let told = refusal(&cluster);
    assert!(
        told.contains("it is empty, though /cluster/data holds the logs of 3 partitions"),
        "{told}"
    );
    cluster.fs.remove_file(&log).unwrap();
    assert!(refusal(&cluster).contains("first-0 among them"));
    assert!(has_data(&cluster));
}

#[test]
fn a_snapshot_that_is_cut_or_changed_is_refused() {
    let cluster = with_records();
    cluster.engine.close(&|| false).unwrap();
    let path = snapshot(&cluster);
    let whole = cluster.fs.content(&path).unwrap();
    flip(&cluster, &path, whole.len() / 2);
    assert!(refusal(&cluster).contains(".checkpoint: "));
    flip(&cluster, &path, whole.len() / 2);
    for len in [whole.len() as u64 - 1, whole.len() as u64 / 2, 0] {
        cut(&cluster, &path, len);
        let told = refusal(&cluster);
        assert!(told.contains(".checkpoint: "), "{len}: {told}");
    }
    assert!(has_data(&cluster));
}

/// An older copy of the metadata was put back: the topics that it does not know keep their records.
#[test]
fn a_log_that_the_metadata_does_not_know_is_kept_aside() {
    let mut cluster = Cluster::new(1);
    cluster.create("first", 1, &[]);
    let log = metadata_log(&cluster);
    let older = cluster.fs.content(&log).unwrap().len() as u64;
    cluster.create("second", 1, &[]);
    assert_eq!(cluster.produce("second", "kept", -1), (ErrorCode::NONE, 0));
    cut(&cluster, &log, older);
    cluster.restart();
    for _ in 0..2 {
        cluster.engine.run_background(Background::Storage).unwrap();
        let files = cluster.fs.files();
        let stray = |path: &PathBuf| {
            let path = path.to_string_lossy();
            path.contains("/data/second-0.") && path.contains("-stray/") && path.ends_with(".log")
        };
        assert_eq!(files.iter().filter(|path| stray(path)).count(), 1, "{files:?}");
        cluster.restart();
    }
}

/// The engine may die meanwhile, and close the connection.
fn delete_second(cluster: &Cluster) {
    let name = Some(Str::from("second"));
    let topic = DeleteTopicState { name, ..Default::default() };
    let request =
        DeleteTopicsRequest { topics: vec![topic], timeout_ms: 1_000, ..Default::default() };
    let _ = cluster.connect(1).is_closed_by(request, 6);
}

/// The engine died between the change that deletes a topic and the renaming of its files.
#[test]
fn what_is_left_of_a_deleted_topic_goes() {
    let mut deleted = 0;
    for operations in 0..12 {
        let mut cluster = with_records();
        cluster.fs.die_after(operations, 0);
        delete_second(&cluster);
        cluster.fs.restart();
        cluster.restart();
        for _ in 0..3 {
            cluster.engine.run_background(Background::Storage).unwrap();
        }
        let is_known = cluster.engine.image().topic("second").is_some();
        let files = cluster.fs.files();
        let left = files.iter().any(|path| path.to_string_lossy().contains("/data/second-0"));
        assert_eq!(left, is_known, "died after {operations}: {files:?}");
        deleted += i32::from(!is_known);
    }
    assert!(deleted > 0, "no death fell behind the change");
}
