//! The cluster that the sample runs beside, as its directory tells: light enough to look at every second for days.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::trouble::Trouble;

/// Of `cluster.json`, what matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClusterJson {
    desired: String,
    #[serde(default)]
    ports: Vec<u16>,
    host: Option<String>,
    advertise: Option<String>,
    #[serde(default)]
    sample: bool,
}

/// Whoever removes the sample leaves this file: then also one ends that was started by hand.
const END: &str = "sample.end";

#[derive(Debug)]
pub(super) struct Beside {
    directory: PathBuf,
    /// Whether `cluster.json` asked for the sample when it began: then it also ends it. One that a person runs by hand
    /// ends by hand, or with the sample's removal.
    wanted_by_file: bool,
    /// Held for life: two samples would write everything twice.
    _lock: File,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Write and read; at these addresses.
    Run(String),
    /// The cluster has no ports yet.
    Wait,
    /// The cluster is stopped, deleted, or wants no sample any more.
    End,
}

impl Beside {
    /// `None`: another process runs the sample already.
    pub(super) fn lock(directory: PathBuf) -> Result<Option<Self>, Trouble> {
        let lock = File::create(directory.join("sample.lock"))?;
        match outwait_probes(&lock) {
            Ok(()) => {
                // Of a removal that did not come to its end.
                let _ = std::fs::remove_file(directory.join(END));
                let json = std::fs::read(directory.join("cluster.json")).unwrap_or_default();
                let wanted_by_file = wish(&json, true) != Wish::End;
                Ok(Some(Self { directory, wanted_by_file, _lock: lock }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e.into()),
        }
    }

    /// Whether a keeper or an engine is at work on the cluster; one that starts or heals counts.
    pub(super) fn is_run(&self) -> bool {
        ["keeper.lock", "engine.lock"].iter().any(|name| is_held(&self.directory.join(name)))
    }

    pub(super) fn wish(&self) -> Wish {
        if self.directory.join(END).exists() {
            return Wish::End;
        }
        match std::fs::read(self.directory.join("cluster.json")) {
            // Renamed for deletion, or gone.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Wish::End,
            Err(_) => Wish::Wait,
            Ok(json) => wish(&json, self.wanted_by_file),
        }
    }
}

/// Looked at as another probe would, so that no owner-to-be is kept out for longer than a moment.
fn is_held(path: &Path) -> bool {
    let Ok(lock) = File::open(path) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Whoever only looks whether the lock is held has it for some microseconds.
fn outwait_probes(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..PROBES_MAX {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PROBE_PAUSE),
            other => return other,
        }
    }
    lock.try_lock()
}

const PROBES_MAX: u32 = 5;
const PROBE_PAUSE: Duration = Duration::from_millis(10);

fn wish(json: &[u8], file_decides: bool) -> Wish {
    // Written by replacing the file, so never torn; a newer form that cannot be read is left alone.
    let Ok(cluster) = serde_json::from_slice::<ClusterJson>(json) else { return Wish::End };
    if cluster.desired != "running" || (file_decides && !cluster.sample) {
        return Wish::End;
    }
    if cluster.ports.is_empty() {
        return Wish::Wait;
    }
    let unnamed = |host: &String| matches!(host.as_str(), "0.0.0.0" | "::" | "[::]");
    let host = cluster.advertise.or(cluster.host.filter(|host| !unnamed(host)));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    let addresses: Vec<_> = cluster.ports.iter().map(|port| format!("{host}:{port}")).collect();
    Wish::Run(addresses.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Wish) {
        assert_eq!(wish(json.as_bytes(), true), expected, "{json}");
    }

    #[test]
    fn wishes() {
        let run = Wish::Run("localhost:9092,localhost:9093".into());
        check(r#"{"desired":"running","sample":true,"ports":[9092,9093],"name":"x"}"#, run);
        check(r#"{"desired":"running","sample":true}"#, Wish::Wait);
        check(r#"{"desired":"stopped","sample":true,"ports":[1]}"#, Wish::End);
        check(r#"{"desired":"running","sample":false,"ports":[1]}"#, Wish::End);
        check("{", Wish::End);
        let by_hand = br#"{"desired":"running","ports":[1]}"#;
        assert_eq!(wish(by_hand, false), Wish::Run("localhost:1".into()));
    }

    #[test]
    fn one_sample_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = Beside::lock(directory.path().to_owned()).unwrap();
        assert!(first.is_some());
        assert!(Beside::lock(directory.path().to_owned()).unwrap().is_none());
        drop(first);
        std::fs::write(directory.path().join(END), []).unwrap();
        let next = Beside::lock(directory.path().to_owned()).unwrap().unwrap();
        assert!(!next.is_run(), "nobody runs the cluster");
        let engine = File::create(directory.path().join("engine.lock")).unwrap();
        engine.lock().unwrap();
        assert!(next.is_run());
    }
}
