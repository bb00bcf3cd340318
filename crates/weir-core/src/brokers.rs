//! Brokers: who leads how much, who is sick, and stopping, killing and starting those of a local cluster.

use std::collections::HashMap;

use weir_control::api::{self, BrokerState as EngineState, OperationKind};
use weir_control::{ControlClient, ControlError};
use weir_domain::Quorum;

use crate::clusters::{ClusterFacts, KAFKA_VERSION, State, tags};
use crate::core::Core;
use crate::engine_words::engine_words;
use crate::errors::client_failure;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::host::HostKind;
use crate::operations::{CLI_KEY, from_engine};
use crate::permits::{Action, permits};
use crate::session::{Session, Snapshot};
use crate::text::{Text, TextId};
use crate::topics::silent;

#[derive(Debug, Clone, PartialEq)]
pub struct BrokerPage {
    pub rows: Vec<BrokerRow>,
    /// How much the busiest broker leads beyond the mean, as a share of the mean (0.25: a quarter more).
    pub skew: Option<f64>,
    /// Why no broker can be added; `None`: one can.
    pub add: Option<Text>,
    pub warnings: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerRow {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    pub state: BrokerState,
    pub controller: bool,
    pub leaders: u32,
    pub replicas: u32,
    /// In bytes.
    pub size: Option<i64>,
    /// Partitions with a replica here that is not in sync.
    pub under_replicated: u32,
    /// Of Kafka's protocol, where it is known.
    pub version: Option<String>,
    pub stop: Option<Text>,
    pub kill: Option<Text>,
    pub start: Option<Text>,
    pub remove: Option<Text>,
    /// It hands its replicas on, to be removed.
    pub removing: bool,
    /// Why there is no removal to call off; `None`: there is one.
    pub cancel_remove: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerState {
    Online,
    Stopped,
    Killed,
    Starting,
    Stopping,
    Unknown,
}

/// What to do to one broker of a local cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerAct {
    /// Controlled shutdown: leaders move first.
    Stop,
    /// Gone without a word.
    Kill,
    Start,
    /// Hand its replicas on, stop it, forget it.
    Remove,
    /// Call its removal off: what is on its way stays where it was.
    CancelRemove,
}

impl BrokerAct {
    fn action(self) -> Action {
        match self {
            Self::Start => Action::BrokerStart,
            Self::Stop | Self::Kill => Action::BrokerStop,
            Self::Remove => Action::BrokerMembership,
            Self::CancelRemove => Action::BrokerKeep,
        }
    }
}

/// The minor version of the control API from which on a removal can be called off.
const CANCEL_REMOVE: u32 = 2;
/// The same of log dirs that are taken offline and back.
pub(crate) const CONTROL_LOG_DIRS: u32 = 4;

/// What a local cluster's engine says of its brokers.
#[derive(Debug, Default)]
struct OfEngine {
    brokers: Vec<api::Broker>,
    /// The broker that is being removed.
    removing: Option<i32>,
}

impl Core {
    pub async fn brokers(&self, cluster: &str) -> Result<BrokerPage> {
        let facts = self.cluster_facts(cluster)?;
        let session = self.session(cluster)?;
        session.wake();
        let of_engine = self.engine_brokers(cluster).await;
        // A local cluster with no broker up answers no Metadata, yet its brokers are to be shown.
        let snapshot = match session.refresh().await {
            Ok(snapshot) => Some(snapshot),
            Err(failure) if of_engine.brokers.is_empty() => return Err(failure),
            Err(_) => session.newest(),
        };
        let load = snapshot.as_ref().map(loads).unwrap_or_default();
        let controller = session.read_controller().await;
        let mut rows = rows(snapshot.as_ref(), &of_engine.brokers, controller);
        let is_ours = self.registry().local(cluster).is_some();
        for row in &mut rows {
            fill(row, &load, &session, &facts);
            row.version = is_ours.then(|| KAFKA_VERSION.to_owned());
        }
        if let Some(snapshot) = &snapshot {
            let runs = running(&rows);
            for row in &mut rows {
                row.remove = row.remove.take().or_else(|| stays(row.id, &runs, snapshot));
            }
        }
        rows.iter_mut().for_each(|row| note_removal(row, of_engine.removing, &facts));
        let add = permits(Action::BrokerMembership, &facts).err();
        Ok(BrokerPage { skew: skew(&rows), rows, add, warnings: silent(&session) })
    }

    /// Empty for clusters that have no engine of ours, and where it is silent.
    async fn engine_brokers(&self, cluster: &str) -> OfEngine {
        let Some(local) = self.registry().local(cluster) else { return OfEngine::default() };
        let Ok(Some(control)) = local.dir.load_control() else { return OfEngine::default() };
        let client = ControlClient::new(control);
        let (brokers, describe) = tokio::join!(client.brokers(), client.describe());
        let removal =
            |o: api::Operation| o.broker.filter(|_| o.kind == OperationKind::BrokerRemove);
        OfEngine {
            brokers: brokers.map(|answer| answer.brokers).unwrap_or_default(),
            removing: describe.ok().and_then(|it| it.running.into_iter().find_map(removal)),
        }
    }

    /// The quorum of its controllers; clusters with ZooKeeper have none.
    pub async fn quorum(&self, cluster: &str) -> Result<Quorum> {
        let session = self.session(cluster)?;
        session.client.quorum().await.map_err(|error| client_failure(&error))
    }

    /// Begins to stop, kill, start or remove a broker, or calls its removal off; the operation's id, the removal's
    /// where that is called off.
    pub async fn act_on_broker(
        &self,
        cluster: &str,
        broker: i32,
        act: BrokerAct,
    ) -> Result<String> {
        let client = self.engine_of(cluster, act.action())?;
        if act == BrokerAct::Remove {
            let page = self.brokers(cluster).await?;
            let row = page.rows.into_iter().find(|row| row.id == broker);
            row.and_then(|row| row.remove).map_or(Ok(()), |why| Err(Failure::denied(why)))?;
        }
        if act == BrokerAct::CancelRemove && client.control().api.minor < CANCEL_REMOVE {
            return Err(engine_is_older());
        }
        let answer = match act {
            BrokerAct::Stop => client.stop_broker(broker).await,
            BrokerAct::Kill => client.kill_broker(broker).await,
            BrokerAct::Start => client.start_broker(broker).await,
            BrokerAct::Remove => client.remove_broker(broker).await,
            BrokerAct::CancelRemove => client.cancel_removal(broker).await,
        };
        self.begun_by_engine(cluster, answer)
    }

    /// Begins to add a broker to a local cluster; the operation's id.
    pub async fn add_broker(&self, cluster: &str) -> Result<String> {
        let client = self.engine_of(cluster, Action::BrokerMembership)?;
        self.begun_by_engine(cluster, client.add_broker().await)
    }

    pub(crate) fn engine_of(&self, cluster: &str, action: Action) -> Result<ControlClient> {
        let local = self.permitted_local(cluster, action)?;
        let control = local.dir.load_control().ok().flatten();
        let control = control
            .ok_or_else(|| Failure::new(TextId::ErrorEngineSilent).kind(Kind::Unreachable))?;
        let client = ControlClient::new(control);
        Ok(match self.host().kind() {
            HostKind::CommandLine => client.asked_by(CLI_KEY),
            HostKind::Window | HostKind::Serve => client,
        })
    }

    pub(crate) fn begun_by_engine(
        &self,
        cluster: &str,
        answer: std::result::Result<api::Operation, ControlError>,
    ) -> Result<String> {
        let operation = answer.map_err(|error| control_failure(&error))?;
        let id = operation.id.clone();
        let operation = from_engine(cluster, operation);
        if self.registry().is_news(&operation) {
            self.events().operation(operation.into());
        }
        self.events().all_changed([tags::brokers(cluster), tags::operations(cluster)]);
        self.registry().wake(cluster);
        Ok(id)
    }
}

/// The cluster was started by an earlier version of Weir, whose engine cannot do this.
pub(crate) fn engine_is_older() -> Failure {
    let failure = Failure::new(TextId::ErrorEngineVersion).hint(TextId::HintRestartCluster);
    failure.outcome(Outcome::NotDone)
}

pub(crate) fn control_failure(error: &ControlError) -> Failure {
    match error {
        ControlError::Refused { error, .. } => Failure::new(engine_words(&error.text))
            .kind(Kind::Conflict)
            .outcome(Outcome::NotDone)
            .detail(error.detail.as_deref().unwrap_or_default()),
        ControlError::Version { .. } => Failure::new(TextId::ErrorEngineVersion)
            .hint(TextId::HintRestartCluster)
            .outcome(Outcome::NotDone),
        ControlError::Deadline { address, path, deadline_ms } => {
            Failure::new(TextId::ErrorEngineSilent)
                .kind(Kind::Timeout)
                .outcome(Outcome::Unknown)
                .detail(format!("{address} · {path} · {deadline_ms} ms"))
        }
        ControlError::Unreachable { address, path, reason }
        | ControlError::Unreadable { address, path, reason } => {
            Failure::new(TextId::ErrorEngineSilent)
                .kind(Kind::Unreachable)
                .detail(format!("{address} · {path} · {reason}"))
        }
        _ => Failure::new(TextId::ErrorEngineSilent).kind(Kind::Unreachable).detail(error),
    }
}

/// What each broker carries.
#[derive(Debug, Default, Clone, Copy)]
struct Load {
    leaders: u32,
    replicas: u32,
    under_replicated: u32,
}

fn loads(snapshot: &Snapshot) -> HashMap<i32, Load> {
    let mut loads: HashMap<i32, Load> = HashMap::new();
    for partition in snapshot.metadata.topics.iter().flat_map(|topic| &topic.partitions) {
        let leads = |leader: &i32| !partition.offline_replicas.contains(leader);
        if let Some(leader) = partition.leader.filter(leads) {
            loads.entry(leader).or_default().leaders += 1;
        }
        for replica in &partition.replicas {
            let load = loads.entry(*replica).or_default();
            load.replicas += 1;
            let in_sync =
                partition.isr.contains(replica) && !partition.offline_replicas.contains(replica);
            let arriving = partition.adding.contains(replica);
            load.under_replicated += u32::from(!in_sync && !arriving);
        }
    }
    loads
}

/// A row for each broker that the engine or Metadata tells.
fn rows(
    snapshot: Option<&Snapshot>,
    of_engine: &[api::Broker],
    controller: Option<i32>,
) -> Vec<BrokerRow> {
    let told =
        snapshot.map(|snapshot| snapshot.metadata.cluster.brokers.as_slice()).unwrap_or_default();
    let mut rows: Vec<BrokerRow> = of_engine
        .iter()
        .map(|broker| {
            let rack = broker.rack.clone();
            empty(broker.id, broker.host.clone(), broker.port, rack, state(broker.state))
        })
        .collect();
    for broker in told {
        if !rows.iter().any(|row| row.id == broker.id) {
            let (host, rack) = (broker.host.clone(), broker.rack.clone());
            let state = if broker.fenced { BrokerState::Unknown } else { BrokerState::Online };
            rows.push(empty(broker.id, host, broker.port, rack, state));
        }
    }
    rows.iter_mut().for_each(|row| row.controller = Some(row.id) == controller);
    rows.sort_by_key(|row| row.id);
    rows
}

fn empty(id: i32, host: String, port: u16, rack: Option<String>, state: BrokerState) -> BrokerRow {
    BrokerRow {
        id,
        host,
        port,
        rack,
        state,
        controller: false,
        leaders: 0,
        replicas: 0,
        size: None,
        under_replicated: 0,
        version: None,
        stop: None,
        kill: None,
        start: None,
        remove: None,
        removing: false,
        cancel_remove: None,
    }
}

fn state(state: EngineState) -> BrokerState {
    match state {
        EngineState::Running => BrokerState::Online,
        EngineState::Stopping => BrokerState::Stopping,
        EngineState::Stopped => BrokerState::Stopped,
        EngineState::Killed => BrokerState::Killed,
        EngineState::Starting => BrokerState::Starting,
        EngineState::Unknown => BrokerState::Unknown,
    }
}

fn fill(row: &mut BrokerRow, loads: &HashMap<i32, Load>, session: &Session, facts: &ClusterFacts) {
    let load = loads.get(&row.id).copied().unwrap_or_default();
    (row.leaders, row.replicas, row.under_replicated) =
        (load.leaders, load.replicas, load.under_replicated);
    row.size = session.sizes().broker(row.id);
    let refusal = |action| permits(action, facts).err();
    let runs = row.state == BrokerState::Online;
    let down = matches!(row.state, BrokerState::Stopped | BrokerState::Killed);
    row.stop =
        refusal(Action::BrokerStop).or_else(|| (!runs).then(|| TextId::PermitBrokerDown.into()));
    row.kill = row.stop.clone();
    row.remove = refusal(Action::BrokerMembership)
        .or_else(|| (!runs && !down).then(|| TextId::PermitBrokerDown.into()));
    row.start =
        refusal(Action::BrokerStart).or_else(|| (!down).then(|| TextId::PermitBrokerRuns.into()));
}

/// One broker is removed at a time; the one that is has nothing but its removal's end before it.
fn note_removal(row: &mut BrokerRow, removing: Option<i32>, facts: &ClusterFacts) {
    row.removing = removing == Some(row.id);
    row.cancel_remove = permits(Action::BrokerKeep, facts)
        .err()
        .or_else(|| (!row.removing).then(|| TextId::EngineNotRemoving.with("broker", row.id)));
    if row.removing {
        row.remove = Some(TextId::PermitBeingRemoved.into());
    } else if removing.is_some() {
        row.remove = row.remove.take().or_else(|| Some(TextId::EngineBusy.into()));
    }
}

fn running(rows: &[BrokerRow]) -> Vec<i32> {
    rows.iter().filter(|row| row.state == BrokerState::Online).map(|row| row.id).collect()
}

/// Why what a broker holds cannot be handed on: to nobody, to nobody who has not got it yet, or because it alone
/// has it and is down. `None`: it can.
fn stays(broker: i32, running: &[i32], snapshot: &Snapshot) -> Option<Text> {
    let others: Vec<i32> = running.iter().copied().filter(|id| *id != broker).collect();
    if others.is_empty() {
        return Some(TextId::PermitLastBroker.into());
    }
    let is_down = !running.contains(&broker);
    let held = snapshot.metadata.topics.iter().flat_map(|topic| {
        let held = topic.partitions.iter().filter(|p| p.replicas.contains(&broker));
        held.map(move |partition| (topic, partition))
    });
    for (topic, partition) in held {
        let replicas = &partition.replicas;
        if others.iter().all(|id| replicas.contains(id)) {
            let text = TextId::PermitReplicasNeedBroker.with("topic", &topic.name);
            return Some(text.with("replicas", replicas.len()).with("brokers", others.len()));
        }
        if is_down && !replicas.iter().any(|id| others.contains(id)) {
            return Some(TextId::PermitOnlyCopy.with("topic", &topic.name));
        }
    }
    None
}

fn skew(rows: &[BrokerRow]) -> Option<f64> {
    let online: Vec<_> = rows.iter().filter(|row| row.state == BrokerState::Online).collect();
    let total: u32 = online.iter().map(|row| row.leaders).sum();
    let most = online.iter().map(|row| row.leaders).max()?;
    let mean = f64::from(total) / online.len() as f64;
    (mean > 0.0).then(|| f64::from(most) / mean - 1.0)
}

/// How many brokers are up, of how many; from what is known without asking.
pub(crate) fn online(session: &Session, state: State) -> Option<u32> {
    if matches!(state, State::Unreachable | State::Connecting) {
        return None;
    }
    let brokers = session.newest()?.metadata.cluster.brokers.clone();
    Some(brokers.iter().filter(|broker| !broker.fenced).count() as u32)
}
