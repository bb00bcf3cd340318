//! Log dirs: where brokers keep their replicas, and one of a local cluster that fails and works again (KIP-112).

use weir_domain::{LogDir, Partial};

use crate::brokers::{CONTROL_LOG_DIRS, engine_is_older};
use crate::clusters::ClusterFacts;
use crate::core::Core;
use crate::errors::client_failure;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::permits::{Action, permits};
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirPage {
    /// In order of broker and path.
    pub rows: Vec<LogDirRow>,
    /// Which brokers did not tell.
    pub warnings: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirRow {
    pub broker: i32,
    pub path: String,
    /// Kafka's name of the error that the broker answers for it, such as `KAFKA_STORAGE_ERROR`; `None`: it is online.
    pub error: Option<String>,
    /// Replicas that it holds, without those on their way into it; `None` where it is offline: nobody looks into it.
    pub replicas: Option<u32>,
    /// Of those replicas, in bytes.
    pub size: Option<i64>,
    /// Of the volume, in bytes (KIP-827); `None` where the broker does not tell.
    pub free: Option<i64>,
    pub total: Option<i64>,
    /// Why it cannot be taken offline; `None`: it can.
    pub offline: Option<Text>,
    /// Why it cannot be brought back; `None`: it can.
    pub online: Option<Text>,
}

impl Core {
    /// Every log dir of every broker that answers.
    ///
    /// # Errors
    /// Nobody tells which brokers there are.
    pub async fn log_dirs(&self, cluster: &str) -> Result<LogDirPage> {
        let facts = self.cluster_facts(cluster)?;
        let session = self.session(cluster)?;
        let told = session.client.log_dirs().await.map_err(|error| client_failure(&error))?;
        Ok(page(told, &facts))
    }

    /// Begins to take a log dir of a local cluster's broker, by its path, offline, or to bring it back; the operation's id.
    ///
    /// # Errors
    /// It is not permitted, the broker has no such log dir, or the engine refuses or is silent.
    pub async fn set_log_dir(
        &self,
        cluster: &str,
        broker: i32,
        path: &str,
        online: bool,
    ) -> Result<String> {
        let client = self.engine_of(cluster, Action::LogDir)?;
        if client.control().api.minor < CONTROL_LOG_DIRS {
            return Err(engine_is_older());
        }
        let rows = self.log_dirs(cluster).await?.rows;
        let row = rows.into_iter().find(|row| row.broker == broker && row.is_called(path));
        let row = row.ok_or_else(|| no_log_dir(broker, path))?;
        if let Some(why) = if online { &row.online } else { &row.offline } {
            return Err(Failure::denied(why.clone()));
        }
        self.begun_by_engine(cluster, client.set_log_dir(broker, row.name(), online).await)
    }
}

impl LogDirRow {
    /// In `log.dirs`, where engines of ours have names of folders.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn is_called(&self, wanted: &str) -> bool {
        self.path == wanted || self.name() == wanted
    }
}

fn no_log_dir(broker: i32, path: &str) -> Failure {
    let text = TextId::ErrorNoLogDir.with("broker", broker).with("dir", path);
    Failure::new(text).kind(Kind::NotFound).outcome(Outcome::NotDone)
}

fn page(told: Partial<Vec<LogDir>>, facts: &ClusterFacts) -> LogDirPage {
    let mut rows: Vec<LogDirRow> = told.value.iter().map(row).collect();
    rows.sort_by(|a, b| (a.broker, &a.path).cmp(&(b.broker, &b.path)));
    let online: Vec<i32> =
        rows.iter().filter(|row| row.error.is_none()).map(|row| row.broker).collect();
    let refusal = permits(Action::LogDir, facts).err();
    for row in &mut rows {
        let is_online = row.error.is_none();
        let is_last = online.iter().filter(|broker| **broker == row.broker).count() == 1;
        let why_not_offline = match (is_online, is_last) {
            (false, _) => Some(TextId::PermitLogDirOffline.into()),
            (true, true) => Some(TextId::PermitLastLogDir.into()),
            (true, false) => None,
        };
        row.offline = refusal.clone().or(why_not_offline);
        row.online =
            refusal.clone().or_else(|| is_online.then(|| TextId::PermitLogDirOnline.into()));
    }
    let silent = |id: i32| TextId::WarningBrokerSilent.with("broker", id.to_string());
    let warnings = told.failures.iter().filter_map(|f| f.broker_id).map(silent).collect();
    LogDirPage { rows, warnings }
}

fn row(dir: &LogDir) -> LogDirRow {
    let is_online = dir.error.is_none();
    let (replicas, size) = dir.held();
    LogDirRow {
        broker: dir.broker_id,
        path: dir.path.clone(),
        error: dir.error.as_ref().map(|error| error.name.to_string()),
        replicas: is_online.then_some(u32::try_from(replicas).unwrap_or(u32::MAX)),
        size: is_online.then_some(size),
        free: dir.usable_bytes,
        total: dir.total_bytes,
        offline: None,
        online: None,
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::ItemError;

    use super::*;
    use crate::clusters::State;

    fn dir(broker_id: i32, path: &str, online: bool) -> LogDir {
        let error =
            (!online).then_some(ItemError { code: 56, name: "KAFKA_STORAGE_ERROR", message: None });
        LogDir {
            broker_id,
            path: path.to_owned(),
            error,
            total_bytes: None,
            usable_bytes: None,
            replicas: Vec::new(),
        }
    }

    fn ids(dirs: Vec<LogDir>, is_local: bool) -> Vec<(Option<TextId>, Option<TextId>)> {
        let state = if is_local { State::Active } else { State::Connected };
        let facts = ClusterFacts::new(is_local, state);
        let id = |text: Option<Text>| text.map(|text| text.id);
        let rows = page(Partial::whole(dirs), &facts).rows;
        rows.into_iter().map(|row| (id(row.offline), id(row.online))).collect()
    }

    #[test]
    fn a_brokers_last_log_dir_is_not_taken_offline() {
        let (last, is_online) = (Some(TextId::PermitLastLogDir), Some(TextId::PermitLogDirOnline));
        assert_eq!(ids(vec![dir(1, "/d/a", true)], true), [(last, is_online)]);
        let two = vec![dir(1, "/d/b", true), dir(1, "/d/a", true), dir(2, "/d/a", true)];
        assert_eq!(ids(two, true), [(None, is_online), (None, is_online), (last, is_online)]);
        let one_left = vec![dir(1, "/d/a", false), dir(1, "/d/b", true)];
        let offline = Some(TextId::PermitLogDirOffline);
        assert_eq!(ids(one_left, true), [(offline, None), (last, is_online)]);
    }

    #[test]
    fn those_of_clusters_elsewhere_are_only_shown() {
        let remote = Some(TextId::PermitRemote);
        assert_eq!(ids(vec![dir(1, "/d/a", true)], false), [(remote, remote)]);
    }
}
