//! A disk that is full, or that cannot be written: what is there can be looked at, stopped and deleted.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use weir_tests::home::Home;
use weir_tests::programs;

/// Whoever runs the test, nothing can be written where a folder is in the file's place.
fn in_the_way(path: &Path) -> anyhow::Result<()> {
    if path.is_file() {
        std::fs::remove_file(path)?;
    }
    std::fs::create_dir(path)?;
    Ok(())
}

#[test]
fn without_a_database_clusters_are_used_stopped_and_deleted() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "local", "--brokers", "1"])?;
    for name in ["weir.db", "weir.lock"] {
        in_the_way(&home.path().join(name))?;
        for args in [
            &["cluster", "list"][..],
            &["cluster", "show", "local"],
            &["topic", "create", name, "--partitions", "1"],
            &["topic", "list"],
            &["consume", name, "--until-end"],
            &["broker", "list"],
            &["cluster", "stop", "local"],
            &["cluster", "start", "local"],
        ] {
            let error = warned(&home, args)?;
            ensure!(error.lines().count() == 1, "{args:?}: {error}");
            ensure!(error.contains("not recorded"), "{args:?}: {error}");
        }
    }
    warned(&home, &["cluster", "delete", "local", "--yes"])?;
    ensure!(home.clusters().is_empty(), "{:?}", home.clusters());
    Ok(())
}

/// `cluster.json` cannot be replaced, as on a full disk: the name of what is written beside it is taken.
#[test]
fn a_cluster_whose_wish_cannot_be_written_down_is_stopped_all_the_same() -> anyhow::Result<()> {
    let Some(disk) = Disk::new()? else { return Ok(()) };
    let home = Home::new()?;
    let weir = |args: &[&str]| {
        let mut command = home.weir(args)?;
        programs::output(command.env("WEIR_HOME", disk.path()))
    };
    let done = |args: &[&str]| {
        let output = weir(args)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{args:?}: {error}");
        anyhow::Ok((String::from_utf8_lossy(&output.stdout).into_owned(), error))
    };
    done(&["cluster", "create", "one", "--brokers", "1"])?;
    done(&["topic", "create", "orders"])?;
    disk.fill()?;
    done(&["topic", "list"])?;
    done(&["topic", "delete", "orders", "--yes"])?;
    disk.fill()?;
    done(&["cluster", "stop", "one"])?;
    let (rows, _) = done(&["cluster", "list", "--output", "json"])?;
    let rows: Value = serde_json::from_str(&rows)?;
    ensure!(rows[0]["state"] == "STOPPED", "{rows}");
    disk.fill()?;
    done(&["cluster", "delete", "one", "--yes"])?;
    let left = std::fs::read_dir(disk.path().join("clusters"))?.count();
    ensure!(left == 0, "{left} are left");
    Ok(())
}

/// A small file system of its own, where this machine lets a test have one.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let mount = ["-t", "tmpfs", "-o", "size=24m", "tmpfs"];
        let mounted = Command::new("mount").args(mount).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Ok(Some(Self { folder }));
        }
        programs::not_checked("a full disk", "no file system may be mounted here");
        Ok(None)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// To the last block.
    fn fill(&self) -> anyhow::Result<()> {
        use std::io::Write as _;
        let file = self.folder.path().join("full");
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}

/// What a command that worked said on its standard error.
fn warned(home: &Home, args: &[&str]) -> anyhow::Result<String> {
    let output = programs::output(&mut home.weir(args)?).context("it ran")?;
    let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    ensure!(output.status.success(), "{args:?}: {error}");
    Ok(error)
}
