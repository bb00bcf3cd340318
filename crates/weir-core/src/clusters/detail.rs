//! One cluster: the overview.

use weir_control::files::ClusterFile;

use super::State;
use super::list::ClusterRow;
use super::registry::Local;
use crate::core::Core;
use crate::failure::Result;
use crate::groups::GroupRow;
use crate::operations::Operation;
use crate::session::{Answering, Session, Throughput};
use crate::text::{Text, TextId};
use crate::topics::{is_internal, silent};

/// Groups of the overview's lag panel.
const TOP_LAG: usize = 5;

#[derive(Debug, Clone, PartialEq)]
pub struct ClusterDetail {
    pub row: ClusterRow,
    pub cluster_id: Option<String>,
    /// The node that leads the controllers, which need not be a broker.
    pub controller: Option<i32>,
    /// Partitions with fewer replicas in sync than they have.
    pub under_replicated: Option<u32>,
    /// Partitions without a leader that is there.
    pub offline: Option<u32>,
    /// Those of them that get a leader once the cluster has noticed that theirs is gone.
    pub awaiting_leader: Option<u32>,
    pub internal_topics: Option<u32>,
    /// Those of internal topics too, as are the sick ones.
    pub partitions_all: Option<u32>,
    pub groups: Option<u32>,
    /// Those of them that have a lag.
    pub groups_behind: Option<u32>,
    /// Of all replicas.
    pub bytes: Option<i64>,
    pub bytes_in_per_s: Option<f64>,
    pub messages_in_per_s: Option<f64>,
    /// Brokers that are in `bytes` and the throughput, where some are not.
    pub answering: Option<Answering>,
    pub throughput: Vec<Throughput>,
    pub top_lag: Vec<GroupRow>,
    pub active_operations: Vec<Operation>,
    pub sample: bool,
    pub directory: Option<String>,
    /// Broker configurations that a local cluster was made with, by name.
    pub configs: Vec<(String, String)>,
    pub warnings: Vec<Text>,
}

impl Core {
    pub async fn cluster(&self, id: &str) -> Result<ClusterDetail> {
        self.look_at_unseen().await;
        let row = self.cluster_row(id).await?;
        let local = self.registry().local(id);
        let mut detail = ClusterDetail {
            cluster_id: local.as_ref().and_then(cluster_id),
            controller: None,
            under_replicated: None,
            offline: None,
            awaiting_leader: None,
            internal_topics: None,
            partitions_all: None,
            groups: None,
            groups_behind: None,
            bytes: None,
            bytes_in_per_s: None,
            messages_in_per_s: None,
            answering: None,
            throughput: Vec::new(),
            top_lag: Vec::new(),
            active_operations: self.recorder().running(Some(id)),
            sample: local.as_ref().is_some_and(Local::sample),
            directory: local.as_ref().map(|local| local.dir.root().display().to_string()),
            configs: local
                .as_ref()
                .and_then(|local| local.file.as_ref())
                .map_or_else(Vec::new, made_with),
            warnings: local.iter().filter_map(Local::disk).collect(),
            row,
        };
        if let Some(session) = self.open_session(id) {
            fill(&mut detail, &session);
            session.wake();
        }
        Ok(detail)
    }
}

/// As the engine says, and while none runs as the directory has it.
fn cluster_id(local: &Local) -> Option<String> {
    let running = local.engine().map(|engine| engine.cluster_id.clone());
    running.or_else(|| local.dir.load_cluster_id().ok().flatten())
}

fn made_with(file: &ClusterFile) -> Vec<(String, String)> {
    file.static_configs.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn fill(detail: &mut ClusterDetail, session: &Session) {
    fill_health(detail, session);
    let (offsets, sizes, groups) = (session.offsets(), session.sizes(), session.groups());
    detail.bytes = sizes.is_read().then_some(sizes.total);
    detail.answering = session.newest().and_then(|now| sizes.answering(&now.metadata));
    detail.bytes_in_per_s = sizes.bytes_per_s;
    detail.messages_in_per_s = offsets.messages_per_s;
    detail.throughput = session.throughput();
    detail.groups = groups.is_read().then_some(groups.groups.len() as u32);
    let mut lagging: Vec<_> = groups.groups.iter().filter(|group| group.lag > Some(0)).collect();
    detail.groups_behind = groups.is_read().then_some(lagging.len() as u32);
    lagging.sort_by_key(|group| std::cmp::Reverse(group.lag));
    detail.top_lag = lagging.into_iter().take(TOP_LAG).map(GroupRow::of).collect();
    detail.warnings.extend(silent(session));
}

fn fill_health(detail: &mut ClusterDetail, session: &Session) {
    let Some(snapshot) = session.newest() else { return };
    if matches!(detail.row.state, State::Stopped | State::Failed | State::Deleting) {
        return;
    }
    let metadata = &snapshot.metadata;
    let (mut under_replicated, mut offline, mut awaiting, mut internal) = (0, 0, 0, 0);
    for topic in &metadata.topics {
        internal += u32::from(is_internal(topic));
        for partition in &topic.partitions {
            awaiting += u32::from(partition.awaits_leader());
            match partition.health() {
                weir_domain::PartitionHealth::Offline => offline += 1,
                weir_domain::PartitionHealth::UnderReplicated => under_replicated += 1,
                weir_domain::PartitionHealth::Healthy => {}
            }
        }
    }
    detail.cluster_id = metadata.cluster.cluster_id.clone().or(detail.cluster_id.take());
    detail.controller = session.controller();
    detail.under_replicated = Some(under_replicated);
    detail.offline = Some(offline);
    detail.awaiting_leader = Some(awaiting);
    detail.internal_topics = Some(internal);
    detail.partitions_all = Some(metadata.topics.iter().map(|t| t.partitions.len() as u32).sum());
    if offline > 0 {
        detail.warnings.push(TextId::WarningOffline.with("count", offline));
    }
    if under_replicated > 0 {
        detail.warnings.push(TextId::WarningUnderReplicated.with("count", under_replicated));
    }
}
