//! Programs under measurement: the release broker, its start, its memory.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const END_TIMEOUT: Duration = Duration::from_secs(10);

/// A release program of this workspace.
pub(crate) fn program(name: &str) -> anyhow::Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let target = exe.ancestors().nth(2).context("xtask lies in a target folder")?;
    let path = target.join("release").join(name);
    if !path.exists() {
        bail!("no {}: run `cargo build --release --workspace --bins` first", path.display());
    }
    Ok(path)
}

/// A folder for the data, on the disk that holds the target folder, not in a memory file system.
pub(crate) fn scratch() -> anyhow::Result<tempfile::TempDir> {
    let exe = std::env::current_exe()?;
    let target = exe.ancestors().nth(2).context("xtask lies in a target folder")?;
    Ok(tempfile::Builder::new().prefix("bench").tempdir_in(target)?)
}

/// One line that says where the figures come from.
pub(crate) fn conditions() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism()?;
    let folder = scratch()?;
    let output = Command::new("stat").args(["-f", "-c", "%T"]).arg(folder.path()).output()?;
    let system = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let now = Command::new("date").args(["-u", "+%F %H:%M UTC"]).output()?;
    let now = String::from_utf8_lossy(&now.stdout).trim().to_owned();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    let kernel = kernel.trim();
    Ok(format!(
        "{now}, {cores} cores, Linux {kernel}, data on {system}, release build, load {load} before it began"
    ))
}

/// A running broker process; ended when dropped.
#[derive(Debug)]
pub(crate) struct Broker {
    child: Child,
    /// `localhost:PORT,...`.
    pub(crate) bootstrap: String,
}

impl Broker {
    /// Starts `weir-broker run` on `dir` and waits for its ready line.
    pub(crate) fn start(dir: &Path, brokers: u16, port: u16) -> anyhow::Result<Self> {
        Self::spawn(command(dir, brokers, port)?)
    }

    /// The same with a command of [`command`] that was changed.
    pub(crate) fn spawn(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("the broker has a standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)
            .with_context(|| format!("the broker did not become ready: {line:?}"))?;
        let bootstrap = ready["bootstrap"]["PLAINTEXT"].as_str().context("no bootstrap address")?;
        Ok(Self { bootstrap: bootstrap.to_owned(), child })
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut of the process does.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// The first broker's port.
    pub(crate) fn port(&self) -> anyhow::Result<u16> {
        let first = self.bootstrap.split(',').next().unwrap_or_default();
        first.rsplit(':').next().unwrap_or_default().parse().context("no port")
    }
}

/// What a process used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    /// Seconds of processor time, of threads that live.
    pub(crate) seconds: f64,
    /// Times that a thread got a processor or gave it away.
    pub(crate) switches: u64,
}

impl Used {
    pub(crate) fn by(pid: u32) -> anyhow::Result<Self> {
        let mut used = Self { seconds: 0.0, switches: 0 };
        for thread in std::fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
            // A thread may end meanwhile.
            let read = |file: &str| std::fs::read_to_string(thread.path().join(file));
            let (Ok(times), Ok(status)) = (read("schedstat"), read("status")) else { continue };
            let nanoseconds = times.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
            used.seconds += nanoseconds.context("no processor time")? / 1e9;
            let counts = status.lines().filter(|line| line.contains("voluntary_ctxt_switches:"));
            let counts =
                counts.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
            used.switches += counts.sum::<u64>();
        }
        Ok(used)
    }

    /// Since `before`, within `time`: `0.12 % of a core, 34 context switches a second`.
    pub(crate) fn since(self, before: Self, time: Duration) -> String {
        let seconds = time.as_secs_f64();
        let share = (self.seconds - before.seconds) / seconds * 100.0;
        let switches = self.switches.saturating_sub(before.switches) as f64 / seconds;
        format!("{share:.2} % of a core, {switches:.0} context switches a second")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The command that starts a broker; its logs are not read.
pub(crate) fn command(dir: &Path, brokers: u16, port: u16) -> anyhow::Result<Command> {
    let mut command = Command::new(program("weir-broker")?);
    command.arg("run").arg("--dir").arg(dir);
    command.args(["--brokers", &brokers.to_string(), "--port", &port.to_string()]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// Asks a process to end, and kills it if it does not.
pub(crate) fn end(child: &mut Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).stderr(Stdio::null()).status();
    let deadline = Instant::now() + END_TIMEOUT;
    while Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The proportional set size of a process in MiB.
pub(crate) fn memory_mib(pid: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find(|line| line.starts_with("Pss:")).context("no Pss")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no Pss")?.parse()?;
    Ok(kib / 1024.0)
}

/// The same of a process and all that descend from it.
pub(crate) fn children_memory_mib(root: u32) -> anyhow::Result<f64> {
    let mut sum = memory_mib(root)?;
    for pid in pids()? {
        if parent(pid) == Some(root) {
            sum += children_memory_mib(pid)?;
        }
    }
    Ok(sum)
}

/// The process of this name that was started last.
pub(crate) fn newest(name: &str) -> anyhow::Result<u32> {
    let is_named = |pid: &u32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name)
    };
    let all = pids()?.into_iter().filter(is_named);
    let started = |pid: &u32| stat(*pid, START_TIME);
    all.max_by_key(started).with_context(|| format!("no process {name}"))
}

/// When a process began, in milliseconds since the epoch; Linux tells hundredths of a second.
pub(crate) fn began_ms(pid: u32) -> anyhow::Result<f64> {
    let started = stat(pid, START_TIME).context("no start time")? as f64 * 10.0;
    let uptime = std::fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime.split_whitespace().next().context("no uptime")?.parse()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(now.as_secs_f64() * 1000.0 - (uptime * 1000.0 - started))
}

/// Fields of /proc/PID/stat, counted behind the name (proc(5): the third of all is 0 here).
const PARENT: usize = 1;
const START_TIME: usize = 19;

fn pids() -> anyhow::Result<Vec<u32>> {
    let entries = std::fs::read_dir("/proc")?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok()).collect())
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid, PARENT)?.try_into().ok()
}

fn stat(pid: u32, field: usize) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    fields.split_whitespace().nth(field)?.parse().ok()
}

/// The first of `count` neighbouring ports that were free a moment ago.
pub(crate) fn free_ports(count: u16) -> anyhow::Result<u16> {
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    for first in (22_000..60_000).step_by(128) {
        if (first..first + count).all(free) {
            return Ok(first);
        }
    }
    bail!("no {count} neighbouring ports are free")
}

/// Now, in milliseconds since the epoch.
pub(crate) fn now_ms() -> anyhow::Result<i64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_millis())?)
}

/// Raises this process's limit of open files to what it may have: thousands of connections are its own.
pub(crate) fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    // A refusal shows as a connection that cannot be opened.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
