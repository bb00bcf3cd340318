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

/// Only what would be recorded says that it is not; of a database that cannot even be read everybody is told, for
/// connections to other clusters are in it.
#[test]
fn without_a_database_clusters_are_used_stopped_and_deleted() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "local", "--brokers", "1"])?;
    let database = home.path().join("weir.db");
    in_the_way(&home.path().join("weir.lock"))?;
    goes_on(&home, "locked", |says| says.is_empty())?;
    in_the_way(&database)?;
    goes_on(&home, "unread", |says| {
        says.lines().count() == 1 && says.contains("cannot be opened")
    })?;
    std::fs::remove_dir(home.path().join("weir.lock"))?;
    std::fs::remove_dir(&database)?;
    std::fs::write(&database, "what is left of a database ".repeat(99))?;
    goes_on(&home, "damaged", |says| says.lines().count() == 1 && says.contains("Move it away"))?;
    warned(&home, &["cluster", "delete", "local", "--yes"])?;
    ensure!(home.clusters().is_empty(), "{:?}", home.clusters());
    Ok(())
}

/// `says`: what who only looks has to hear.
fn goes_on(home: &Home, topic: &str, says: fn(&str) -> bool) -> anyhow::Result<()> {
    for args in [
        &["topic", "create", topic, "--partitions", "1"][..],
        &["topic", "delete", topic, "--yes"],
        &["topic", "create", topic, "--partitions", "1"],
        &["cluster", "stop", "local"],
        &["cluster", "start", "local"],
    ] {
        let error = warned(home, args)?;
        ensure!(error.lines().count() == 1, "{args:?}: {error}");
        ensure!(error.contains("not recorded"), "{args:?}: {error}");
    }
    for args in [
        &["cluster", "list"][..],
        &["cluster", "show", "local"],
        &["topic", "list"],
        &["topic", "show", topic],
        &["consume", topic, "--until-end"],
        &["broker", "list"],
        &["group", "list"],
    ] {
        let error = warned(home, args)?;
        ensure!(says(&error), "{args:?}: {error}");
    }
    Ok(())
}

/// Mounted a second time, and there so that nothing can be written: the same folder under another path.
#[test]
fn a_cluster_is_stopped_by_another_path_that_cannot_be_written() -> anyhow::Result<()> {
    let home = Home::new()?;
    let Some(second) = ReadOnly::new(home.path())? else { return Ok(()) };
    home.run(&["cluster", "create", "one", "--brokers", "1"])?;
    let mut stop = home.weir(&["cluster", "stop", "one"])?;
    let output = programs::output(stop.env("WEIR_HOME", second.0.path()))?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{error}");
    let rows: Value = serde_json::from_str(&home.run(&["cluster", "list", "--output", "json"])?)?;
    ensure!(rows[0]["state"] == "STOPPED", "{rows}");
    Ok(())
}

struct ReadOnly(tempfile::TempDir);

impl ReadOnly {
    fn new(of: &Path) -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let mount = |args: &[&str]| {
            let run = Command::new("mount").args(args).arg(folder.path()).output();
            run.is_ok_and(|output| output.status.success())
        };
        let of = of.display().to_string();
        if mount(&["--bind", &of]) && mount(&["-o", "remount,bind,ro"]) {
            return Ok(Some(Self(folder)));
        }
        programs::not_checked("a second path", "nothing may be mounted here");
        Ok(None)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
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
    ensure!(rows[0]["state_reason"].is_null(), "as it was asked to: {rows}");
    disk.fill()?;
    let started = weir(&["cluster", "start", "one"])?;
    let error = String::from_utf8_lossy(&started.stderr).into_owned();
    ensure!(started.status.code() == Some(1), "{error}");
    ensure!(error.contains("free space") && error.contains("No space left"), "{error}");
    disk.fill()?;
    done(&["cluster", "delete", "one", "--yes"])?;
    let left = std::fs::read_dir(disk.path().join("clusters"))?.count();
    ensure!(left == 0, "{left} are left");
    Ok(())
}

/// An operation that the full disk takes no line of: whoever looks is told, until there is room and it is written down.
#[test]
fn operations_that_cannot_be_recorded_are_told_until_there_is_room() -> anyhow::Result<()> {
    let Some(disk) = Disk::new()? else { return Ok(()) };
    let home = Home::new()?;
    let weir = |args: &[&str]| {
        let mut command = home.weir(args)?;
        programs::stdout(command.env("WEIR_HOME", disk.path()))
    };
    let reason = || {
        let rows = weir(&["cluster", "list", "--output", "json"])?;
        let rows: Value = serde_json::from_str(&rows)?;
        anyhow::Ok(rows[0]["state_reason"].as_str().map(str::to_owned))
    };
    weir(&["cluster", "create", "one", "--brokers", "2"])?;
    ensure!(reason()?.is_none(), "all is well");
    disk.fill()?;
    weir(&["broker", "kill", "2", "--cluster", "one"])?;
    let told = reason()?.context("it is told")?;
    let cluster = disk.path().join("clusters").join("one");
    ensure!(told.contains("is full") && told.contains(&cluster.display().to_string()), "{told}");
    let listed = weir(&["cluster", "list"])?;
    ensure!(listed.contains("is full"), "{listed}");
    let journal = cluster.join("operations.jsonl");
    let lines = || std::fs::read_to_string(&journal).unwrap_or_default();
    ensure!(!lines().contains("broker-kill"), "there was no room: {}", lines());
    disk.free()?;
    ensure!(reason()?.is_none(), "there is room again");
    ensure!(lines().contains("broker-kill"), "what was owed is written: {}", lines());
    weir(&["cluster", "delete", "one", "--yes"]).map(drop)
}

/// A broker that cannot write says only that it has trouble with its storage: the disk is named all the same.
#[test]
fn a_message_that_finds_no_room_names_the_disk() -> anyhow::Result<()> {
    let Some(disk) = Disk::new()? else { return Ok(()) };
    let home = Home::new()?;
    let weir = |args: &[&str]| {
        let mut command = home.weir(args)?;
        command.env("WEIR_HOME", disk.path());
        anyhow::Ok(command)
    };
    let done = |args: &[&str]| programs::stdout(&mut weir(args)?);
    done(&["cluster", "create", "one", "--brokers", "1"])?;
    done(&["topic", "create", "orders", "--partitions", "1"])?;
    disk.fill()?;
    let path = disk.path().join("clusters").join("one").display().to_string();
    let listed = done(&["cluster", "list"])?;
    ensure!(listed.contains("is full") && listed.contains(&path), "{listed}");
    let shown = done(&["cluster", "show", "one"])?;
    ensure!(shown.contains("Free some space"), "{shown}");
    // More than what is left of a log's last block.
    let long = "x".repeat(200_000);
    let mut produce = weir(&["produce", "orders"])?;
    let output = programs::output_within(&mut produce, &long, programs::RUN_TIMEOUT)?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(1), "{error}");
    ensure!(error.contains(&path) && error.contains("is full"), "{error}");
    disk.free()?;
    done(&["cluster", "delete", "one", "--yes"]).map(drop)
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

impl Disk {
    /// Undoes [`Disk::fill`].
    fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.folder.path().join("full"))?)
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
