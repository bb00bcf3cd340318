//! Create a local cluster: a directory, a keeper, and the wait until it is usable.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::time::Duration;

use tokio::time::Instant;
use weir_client::check_broker_config;
use weir_control::files::{ClusterFile, Desired};
use weir_control::{ClusterDir, DirError};

use super::lifecycle::is_free;
use super::registry::Local;
use super::{State, keeper, not_found, tags};
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::engine_words::not_started_words;
use crate::failure::{Failure, Kind, Outcome, Result, given_once};
use crate::home;
use crate::operations::{Begin, Running, kind};
use crate::text::{Text, TextId};
use crate::topics::config_failure;

/// Most engines are ready within 50 ms; one that heals a broken start takes its time.
const READY_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// A cluster that starts and that nobody has kept for so long needs another keeper; one takes some milliseconds to come.
const ALONE_FOR: Duration = Duration::from_secs(1);
/// The form's field of broker configurations.
const CONFIGS: &str = "configs";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCluster {
    pub name: String,
    /// 1 to 100.
    pub brokers: u16,
    /// The first broker's port, the others follow it; `None`: whatever is free.
    pub port: Option<u16>,
    /// The address to listen on; `None`: loopback, so that only this machine connects.
    pub host: Option<String>,
    /// The name or address that brokers tell clients; `None`: `localhost`, or `host` when that is one address.
    pub advertise: Option<String>,
    /// Broker configurations that it is made with, under Kafka's names.
    pub configs: Vec<(String, String)>,
    /// A small live shop writes to it.
    pub sample: bool,
}

/// What was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub cluster: String,
    pub operation: String,
}

impl Core {
    /// Begins to create a cluster and answers at once; its state is CREATING until it is ACTIVE.
    pub fn create_cluster(&self, new: NewCluster) -> Result<Created> {
        self.check_new(&new)?;
        keeper::engine()?;
        let dir = self.make_directory(&new)?;
        let running = self.begin_create(&new)?;
        let created = Created { cluster: new.name.clone(), operation: running.id().to_owned() };
        self.adopt_dir(&new.name, dir.clone());
        let local = self.registry().local(&new.name);
        local.iter().for_each(|local| self.set_pending(local, Some(State::Creating)));
        let core = self.clone();
        self.spawn(async move {
            let result = core.run_create(&new, &dir, &running).await;
            local.iter().for_each(|local| core.set_pending(local, None));
            running.end(&result);
        });
        Ok(created)
    }

    fn check_new(&self, new: &NewCluster) -> Result<()> {
        if let Some(problem) = self.check_cluster_name(&new.name)? {
            return Err(Failure::invalid("name", problem).outcome(Outcome::NotDone));
        }
        if !(1..=ClusterFile::BROKERS_MAX).contains(&new.brokers) {
            let text = TextId::ClusterBrokersRange.with("max", ClusterFile::BROKERS_MAX);
            return Err(Failure::invalid("brokers", text).outcome(Outcome::NotDone));
        }
        check_addresses(new)?;
        check_configs(&new.configs)?;
        new.port.map_or(Ok(()), |port| check_ports(port, new.brokers))
    }

    fn begin_create(&self, new: &NewCluster) -> Result<Running> {
        let cluster = (new.name.clone(), new.name.clone());
        let title = TextId::OperationClusterCreate.with("name", &new.name);
        let mut begin = Begin::new(kind::CLUSTER_CREATE, cluster, title);
        begin.steps = vec![TextId::StepStartEngine, TextId::StepWaitReady];
        if new.sample {
            begin.steps.push(TextId::StepStartSample);
        }
        begin.command = Some(command(new));
        self.recorder().begin(begin)
    }

    fn make_directory(&self, new: &NewCluster) -> Result<ClusterDir> {
        let dir = ClusterDir::new(self.home().cluster(&new.name));
        let mut file = ClusterFile::new(&new.name, new.brokers);
        file.port = new.port;
        file.host.clone_from(&new.host);
        file.advertise.clone_from(&new.advertise);
        file.static_configs = new.configs.iter().cloned().collect();
        file.sample = new.sample;
        std::fs::create_dir(dir.root()).map_err(|e| not_made(&new.name, &dir, &e))?;
        if let Err(error) = dir.save_cluster(&file) {
            let _ = std::fs::remove_dir_all(dir.root()); // nothing half-made; the first error is the one to tell
            return Err(dir_failure(&error));
        }
        Ok(dir)
    }

    async fn run_create(
        &self,
        new: &NewCluster,
        dir: &ClusterDir,
        running: &Running,
    ) -> Result<()> {
        running.step(0);
        keeper::start(dir)?;
        running.step(1);
        self.wait_until_ready(&new.name, dir).await?;
        if new.sample {
            running.step(2);
            self.start_sample_process(&new.name)?;
        }
        Ok(())
    }

    /// Until the engine answers; fails with the keeper's reason when it gives up.
    pub(super) async fn wait_until_ready(&self, id: &str, dir: &ClusterDir) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let mut kept = Instant::now();
        loop {
            if dir.control_json().exists() {
                self.look(id, dir).await;
                if self.registry().local(id).is_some_and(|local| local.engine().is_some()) {
                    return Ok(());
                }
            }
            if !dir.cluster_json().exists() {
                // Deleted by somebody else meanwhile.
                return Err(not_found(id));
            }
            if let Ok(Some(failed)) = dir.load_failed() {
                self.look(id, dir).await;
                return Err(
                    Failure::new(not_started_words(&failed.reason)).hint(TextId::HintLookAtLogs)
                );
            }
            if !is_free(dir)? {
                kept = Instant::now();
            } else if is_unwanted(dir) {
                return Err(Failure::new(TextId::ErrorStoppedMeanwhile.with("name", id)));
            } else if kept.elapsed() > ALONE_FOR {
                // Its keeper was killed, or gave way to one that was just ending.
                keeper::start(dir)?;
                kept = Instant::now();
            }
            if Instant::now() > deadline {
                let text = TextId::ErrorEngineLate.with("seconds", READY_WITHIN.as_secs() as i64);
                return Err(Failure::new(text).kind(Kind::Timeout).hint(TextId::HintLookAtLogs));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sets or lifts what this process is doing to a cluster; not to another one that has its name by now.
    pub(super) fn set_pending(&self, local: &Local, pending: Option<State>) {
        self.registry().update_same(local, |local| local.pending = pending);
        self.pending_is_new(&local.id);
    }

    pub(super) fn pending_is_new(&self, id: &str) {
        self.registry().wake(id);
        self.events().all_changed([
            tags::CLUSTERS.to_owned(),
            tags::cluster(id),
            tags::operations(id),
        ]);
    }
}

/// Whether somebody wishes that it stops.
fn is_unwanted(dir: &ClusterDir) -> bool {
    dir.load_cluster().is_ok_and(|file| file.is_some_and(|file| file.desired == Desired::Stopped))
}

/// An engine listens on an address, and tells clients one or a name: what is neither would only fail when it starts.
fn check_addresses(new: &NewCluster) -> Result<()> {
    let refuse = |argument: &'static str, text: TextId, value: &str| {
        let text = text.with(argument, value);
        Err(Failure::invalid(argument, text).outcome(Outcome::NotDone))
    };
    if let Some(host) = new.host.as_deref().filter(|host| !can_listen(host)) {
        return refuse("host", TextId::ClusterHost, host);
    }
    match new.advertise.as_deref().filter(|name| !is_host(name)) {
        Some(name) => refuse("advertise", TextId::ClusterAdvertise, name),
        None => Ok(()),
    }
}

/// What the engine would refuse when it starts is refused now.
fn check_configs(configs: &[(String, String)]) -> Result<()> {
    let refused = |failure: Failure| Failure { field: Some(CONFIGS.to_owned()), ..failure };
    given_once(configs.iter().map(|(name, _)| name)).map_err(refused)?;
    let set =
        |key: &str| configs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    for (name, value) in configs {
        check_broker_config(name, value, &set)
            .map_err(|problem| refused(config_failure(name, &problem)))?;
    }
    Ok(())
}

/// Whether it is an IP address of this machine, or all of them.
fn can_listen(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| TcpListener::bind((address, 0)).is_ok())
}

/// An IPv4 address or a name as RFC 1123 has it.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// A port that is taken is named now, not by an engine that dies of it.
fn check_ports(first: u16, brokers: u16) -> Result<()> {
    for index in 0..brokers {
        let Some(port) = first.checked_add(index).filter(|port| *port != 0) else {
            let text = TextId::ClusterPortRange.with("brokers", brokers);
            return Err(Failure::invalid("port", text).outcome(Outcome::NotDone));
        };
        if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            let (text, hint) = match error.kind() {
                ErrorKind::PermissionDenied => (TextId::ClusterPortDenied, TextId::HintHighPort),
                _ => (TextId::ClusterPortTaken, TextId::HintOtherPort),
            };
            return Err(Failure::invalid("port", text.with("port", port.to_string()))
                .hint(hint)
                .outcome(Outcome::NotDone)
                .detail(error));
        }
    }
    Ok(())
}

fn not_made(name: &str, dir: &ClusterDir, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        // Another process was faster.
        let text = TextId::ClusterNameTaken.with("name", name);
        return Failure::invalid("name", text).outcome(Outcome::NotDone);
    }
    let path = dir.root().display().to_string();
    let failure = Failure::new(TextId::ErrorFolder.with("path", path)).detail(error);
    match error.kind() {
        ErrorKind::StorageFull => failure.hint(TextId::HintDiskFull),
        ErrorKind::PermissionDenied => failure.hint(not_yours()),
        _ => failure,
    }
    .outcome(Outcome::NotDone)
}

fn not_yours() -> Text {
    TextId::HintFolderPermission.with("how", home::EITHER)
}

/// A file of a cluster directory that could not be used.
pub(crate) fn dir_failure(error: &DirError) -> Failure {
    let failure = match error {
        DirError::Io { path, source, .. } => {
            Failure::new(TextId::ErrorClusterFiles).detail(format!("{}: {source}", path.display()))
        }
        DirError::Torn { path, source } => {
            let detail = format!("{}: {source}", path.display());
            Failure::new(TextId::ErrorClusterFiles).detail(detail).hint(TextId::PermitDamaged)
        }
        DirError::NewerFormat { path, .. } => Failure::new(TextId::ErrorStoreNewer)
            .detail(path.display())
            .hint(TextId::HintUpdateWeir),
        DirError::BadFormat { path } => {
            Failure::new(TextId::ErrorClusterFiles).detail(path.display())
        }
        DirError::Random(_) => Failure::new(TextId::ErrorClusterFiles).detail(error),
    };
    match error.io_kind() {
        Some(std::io::ErrorKind::StorageFull) => failure.hint(TextId::HintDiskFull),
        Some(std::io::ErrorKind::PermissionDenied) => failure.hint(not_yours()),
        _ => failure,
    }
    .outcome(Outcome::NotDone)
}

/// The same on the command line.
fn command(new: &NewCluster) -> String {
    let mut line = CommandLine::weir("cluster create").word(&new.name);
    line = line.flag("--brokers", &new.brokers.to_string());
    let port = new.port.map(|port| port.to_string());
    for (flag, value) in [("--port", &port), ("--host", &new.host), ("--advertise", &new.advertise)]
    {
        line = value.iter().fold(line, |line, value| line.flag(flag, value));
    }
    for (name, value) in &new.configs {
        line = line.flag("--set", &format!("{name}={value}"));
    }
    if new.sample { line.word("--sample") } else { line }.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: Option<&str>, advertise: Option<&str>) -> Option<&'static str> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let new = NewCluster {
            name: "a".into(),
            brokers: 1,
            port: None,
            host: owned(host),
            advertise: owned(advertise),
            configs: Vec::new(),
            sample: false,
        };
        check_addresses(&new).err().map(|failure| match failure.text.id {
            TextId::ClusterHost => "host",
            TextId::ClusterAdvertise => "advertise",
            _ => "something else",
        })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_waits_for_a_cluster_that_somebody_stops_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let home = crate::Home::open(folder.path()).unwrap();
        let host = std::sync::Arc::new(crate::host::Headless(crate::host::HostKind::CommandLine));
        let core = Core::open(home.clone(), host).unwrap();
        let dir = ClusterDir::new(home.cluster("one"));
        std::fs::create_dir(dir.root()).unwrap();
        let file = ClusterFile { desired: Desired::Stopped, ..ClusterFile::new("one", 1) };
        dir.save_cluster(&file).unwrap();
        let begun = Instant::now();
        let failure = core.wait_until_ready("one", &dir).await.unwrap_err();
        assert_eq!(failure.text.id, TextId::ErrorStoppedMeanwhile);
        assert!(begun.elapsed() < READY_WITHIN / 2);
    }

    #[test]
    fn a_name_that_another_process_took_is_told_as_taken() {
        let home = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(home.path());
        let error = std::fs::create_dir(dir.root()).unwrap_err();
        let failure = not_made("one", &dir, &error);
        assert_eq!(failure.text.id, TextId::ClusterNameTaken);
        assert_eq!(failure.field.as_deref(), Some("name"));
    }

    #[test]
    fn addresses_that_no_engine_can_have_are_refused() {
        assert_eq!(refused(None, None), None);
        assert_eq!(refused(Some("0.0.0.0"), Some("host.docker.internal")), None);
        assert_eq!(refused(Some("127.0.0.1"), Some("192.168.1.10")), None);
        assert_eq!(refused(Some("nonsense"), None), Some("host"));
        // For documentation (RFC 5737): no machine has it.
        assert_eq!(refused(Some("203.0.113.77"), None), Some("host"));
        for name in ["", "a b", "-a", "a..b", "localhost:9092"] {
            assert_eq!(refused(None, Some(name)), Some("advertise"), "{name}");
        }
    }
}
