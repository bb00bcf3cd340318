//! A full disk: one clear sentence at start; in a running cluster writes fail, reads go on, and writing resumes
//! when space returns. Needs a small file system, which only root can mount.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kcat::kcat;
use crate::process::{Broker, LONG, refusal, wait_for};
use crate::programs::{finish, installed, not_checked, output};

/// A tmpfs of so many KiB; unmounted when dropped.
struct SmallDisk {
    path: PathBuf,
    _temp: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(kib: u32) -> Option<Self> {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let size = format!("size={kib}k");
        if !installed("mount") {
            return None;
        }
        let mut mount = Command::new("mount");
        let mount = finish(mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path), b"");
        mount.status.success().then_some(Self { path, _temp: temp })
    }

    /// Fills what is free; the file can be removed again.
    fn fill(&self) -> PathBuf {
        let filler = self.path.join("filler");
        let mut bytes = 1 << 20;
        let mut file = std::fs::File::create(&filler).unwrap();
        while bytes > 0 {
            if std::io::Write::write_all(&mut file, &vec![0; bytes]).is_err() {
                bytes /= 2;
            }
        }
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).output();
    }
}

fn disk(kib: u32, what: &str) -> Option<SmallDisk> {
    let disk = SmallDisk::mount(kib);
    if disk.is_none() {
        not_checked(what, "only root can mount a small file system");
    }
    disk
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name());
    entries.map(|n| n.into_string().unwrap()).collect()
}

#[test]
fn a_start_on_a_full_disk_is_one_sentence_and_leaves_no_cluster() {
    let Some(disk) = disk(512, "a start on a full disk") else { return };
    disk.fill();
    let dir = disk.path.join("c");
    let (code, text) = refusal(&dir, &["--port", "0"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("No space left on device"), "{text}");
    assert!(!dir.join("cluster.json").exists(), "{:?}", names(&disk.path));
}

#[test]
fn writes_fail_on_a_full_disk_reads_go_on_and_writing_resumes() {
    let what = "produce on a full disk";
    if !installed("kcat") {
        return not_checked(what, "kcat is not installed");
    }
    let Some(disk) = disk(8 << 10, what) else { return };
    let dir = disk.path.join("c");
    let mut broker = Broker::start(&dir, &["--port", "0", "--set", "num.partitions=1"]);
    let bootstrap = broker.bootstrap().to_owned();
    let first: String = (0..100).map(|i| format!("{i}\n")).collect();
    output(&mut kcat(&bootstrap, &["-P", "-t", "t"]), first.as_bytes());
    let filler = disk.fill();
    let more = "x".repeat(2_000) + "\n";
    let impatient = ["-P", "-t", "t", "-X", "message.timeout.ms=5000"];
    let refused = finish(&mut kcat(&bootstrap, &impatient), more.repeat(500).as_bytes());
    assert!(!refused.status.success(), "nothing is acknowledged that is not written");
    let read = ["-C", "-t", "t", "-o", "beginning", "-c", "100", "-q"];
    assert_eq!(output(&mut kcat(&bootstrap, &read), b""), first, "what was acknowledged is read");
    std::fs::remove_file(filler).unwrap();
    wait_for("writing to resume", LONG, || {
        finish(&mut kcat(&bootstrap, &impatient), b"after\n").status.success().then_some(())
    });
    let status = broker.terminate();
    assert!(status.success(), "{status}");
    let again = Broker::start(&dir, &[]);
    let all = ["-C", "-t", "t", "-o", "beginning", "-e", "-q"];
    let all = output(&mut kcat(again.bootstrap(), &all), b"");
    assert!(all.starts_with(&first) && all.ends_with("after\n"));
}
