//! Folders that are not ours, as a user that is not root: one sentence, nothing half-made.

use anyhow::{Context as _, ensure};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use weir_tests::broker::free_block;
use weir_tests::programs;

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

/// The programs where anybody may start them: the build's own folder may lie below one that is closed.
struct Stranger {
    folder: TempDir,
    root: bool,
}

impl Stranger {
    fn new() -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let root = fs::metadata(folder.path())?.uid() == 0;
        if root && !programs::on_path("setpriv") {
            programs::not_checked("permissions as another user than root", "no setpriv");
            return Ok(None);
        }
        for program in ["weir", "weir-broker"] {
            fs::copy(programs::path(program)?, folder.path().join(program))?;
        }
        Ok(Some(Self { folder, root }))
    }

    /// A folder of this mode, which belongs to whoever runs the test, or to the stranger.
    fn make(&self, name: &str, mode: u32, strangers: bool) -> anyhow::Result<PathBuf> {
        let path = self.folder.path().join(name);
        fs::create_dir(&path)?;
        if self.root && strangers {
            chown(&path, Some(NOBODY), Some(NOBODY))?;
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        Ok(path)
    }

    /// The exit code and what it said.
    fn run(&self, program: &str, args: &[&str], home: &Path) -> anyhow::Result<(i32, String)> {
        let output = self.output(program, args, home)?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((output.status.code().context("killed by a signal")?, said))
    }

    /// What `weir` printed.
    fn stdout(&self, args: &[&str], home: &Path) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&self.output("weir", args, home)?.stdout).into_owned())
    }

    fn output(&self, program: &str, args: &[&str], home: &Path) -> anyhow::Result<Output> {
        let program = self.folder.path().join(program);
        let mut command = if self.root {
            let mut command = Command::new("setpriv");
            let id = NOBODY.to_string();
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(args).env("WEIR_HOME", home).env("HOME", home).env("LANG", "C.UTF-8");
        programs::output(&mut command)
    }
}

fn refused(what: &str, (code, said): (i32, String), names: &Path) -> anyhow::Result<()> {
    ensure!(code == 1, "{what}: code {code}: {said}");
    ensure!(said.contains(&names.display().to_string()), "{what} names no folder: {said}");
    ensure!(said.lines().count() <= 2 && !said.contains("panicked"), "{what}: {said}");
    Ok(())
}

#[test]
fn a_data_folder_that_may_not_be_written_is_one_sentence() -> anyhow::Result<()> {
    let Some(stranger) = Stranger::new()? else { return Ok(()) };
    // Without rights the test's own user cannot tell its folder from another's.
    let closed = stranger.make("read-only", 0o555, true)?;
    let up = ["up", "--detach", "--brokers", "1"];
    refused("a read-only folder", stranger.run("weir", &up, &closed)?, &closed)?;
    let below = closed.join("below");
    refused("a folder below it", stranger.run("weir", &up, &below)?, &below)?;
    let secret = stranger.make("secret", 0o000, true)?;
    refused("a folder that may not be read", stranger.run("weir", &up, &secret)?, &secret)?;
    ensure!(fs::read_dir(&closed)?.next().is_none(), "nothing half-made");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[test]
fn files_that_cannot_be_removed_are_named_and_removed_later() -> anyhow::Result<()> {
    let Some(stranger) = Stranger::new()? else { return Ok(()) };
    let home = stranger.make("home", 0o755, true)?;
    let weir = |args: &[&str]| stranger.run("weir", args, &home);
    let done = |args: &[&str]| {
        let (code, said) = weir(args)?;
        ensure!(code == 0, "{args:?}: {said}");
        anyhow::Ok(())
    };
    done(&["cluster", "create", "one", "--brokers", "1"])?;
    done(&["cluster", "stop", "one"])?;
    let kept = home.join("clusters/one/kept");
    fs::create_dir(&kept)?;
    fs::write(kept.join("file"), "x")?;
    if stranger.root {
        chown(&kept, Some(NOBODY), Some(NOBODY))?;
    }
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o555))?;
    let doomed = home.join("clusters/one.deleting");
    let delete = ["cluster", "delete", "one", "--yes"];
    for attempt in ["at first", "again"] {
        let (code, said) = weir(&delete)?;
        ensure!(code == 1 && said.contains("delete the cluster again"), "{attempt}: {said}");
        ensure!(said.contains(&doomed.display().to_string()), "{attempt}: {said}");
        let rows = stranger.stdout(&["cluster", "list"], &home)?;
        ensure!(rows.contains("DELETING") && rows.contains("one.deleting"), "{attempt}: {rows}");
        let (code, said) = weir(&["topic", "list", "--cluster", "one"])?;
        ensure!(code == 1 && said.contains("delete it again"), "{attempt}: {said}");
        ensure!(!said.contains("weir cluster start"), "{attempt}: {said}");
    }
    fs::set_permissions(doomed.join("kept"), fs::Permissions::from_mode(0o755))?;
    // Whatever opens the folder tries again as well; the deletion that is asked for then is done.
    stranger.stdout(&["cluster", "list"], &home)?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while doomed.exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
        stranger.stdout(&["cluster", "list"], &home)?;
    }
    ensure!(!doomed.exists(), "a list removes what it may");
    let said = stranger.stdout(&delete, &home)?;
    ensure!(said.contains("deleted one: what had been left"), "{said:?}");
    let (code, said) = weir(&delete)?;
    ensure!(code == 1 && said.contains("there is no cluster \"one\""), "as any other: {said}");
    Ok(())
}

/// It must not vanish from the list, and nobody is told to start it.
#[test]
fn a_cluster_whose_folder_is_closed_is_listed_with_the_way_out() -> anyhow::Result<()> {
    let Some(stranger) = Stranger::new()? else { return Ok(()) };
    let home = stranger.make("home", 0o755, true)?;
    for args in [&["cluster", "create", "one", "--brokers", "1"][..], &["cluster", "stop", "one"]] {
        let (code, said) = stranger.run("weir", args, &home)?;
        ensure!(code == 0, "{args:?}: {said}");
    }
    let folder = home.join("clusters/one");
    let closed = folder.display().to_string();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000))?;
    let rows = stranger.stdout(&["cluster", "list"], &home)?;
    ensure!(rows.contains("FAILED") && rows.contains(&format!("{closed} is closed")), "{rows}");
    for args in [
        &["topic", "list", "--cluster", "one"][..],
        &["cluster", "client-info", "one"],
        &["cluster", "start", "one"],
        &["cluster", "delete", "one", "--yes"],
    ] {
        let (code, said) = stranger.run("weir", args, &home)?;
        ensure!(code == 1 && said.contains("readable and writable for you"), "{args:?}: {said}");
        ensure!(!said.contains("weir cluster start"), "{args:?}: {said}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
    let (code, said) = stranger.run("weir", &["cluster", "start", "one"], &home)?;
    ensure!(code == 0, "{said}");
    stranger.run("weir", &["cluster", "delete", "one", "--yes"], &home)?;
    Ok(())
}

#[test]
fn a_cluster_directory_of_another_user_is_left_alone() -> anyhow::Result<()> {
    let Some(stranger) = Stranger::new()? else { return Ok(()) };
    let others = stranger.make("others", 0o555, false)?;
    let port = free_block(1)?.to_string();
    let dir = others.display().to_string();
    let run = ["run", "--dir", &dir, "--port", &port];
    refused("run", stranger.run("weir-broker", &run, &others)?, &others)?;
    ensure!(fs::read_dir(&others)?.next().is_none(), "nothing half-made");
    Ok(())
}
