//! One function says what may be done to a cluster: for disabled reasons, refusals and enforcement alike.

use weir_domain::AclOperation;

use crate::clusters::{ClusterFacts, State};
use crate::text::{Text, TextId};

/// What somebody may want to do to a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Start,
    Stop,
    Delete,
    /// Change how a cluster that Weir only connects to is called and reached.
    EditConnection,
    /// Look at topics, messages, groups.
    Open,
    SampleStart,
    SampleRemove,
    CreateTopic,
    DeleteTopic,
    AddPartitions,
    AlterConfig,
    Produce,
    DeleteGroup,
    /// Reset what a group committed, or forget it.
    AlterOffsets,
    BrokerStop,
    BrokerStart,
    /// Add a broker, or remove one.
    BrokerMembership,
    /// Call a removal off; also while something else is under way.
    BrokerKeep,
    /// Take a log dir of a broker offline, or bring it back.
    LogDir,
}

impl Action {
    fn writes(self) -> bool {
        !matches!(self, Self::Open)
    }

    /// Of the cluster itself, rather than of what is in it.
    fn changes_cluster(self) -> bool {
        matches!(self, Self::Start | Self::Stop | Self::Delete | Self::SampleStart)
            || self.of_brokers()
    }

    fn of_brokers(self) -> bool {
        matches!(
            self,
            Self::BrokerStop
                | Self::BrokerStart
                | Self::BrokerMembership
                | Self::BrokerKeep
                | Self::LogDir
        )
    }

    /// The API that carries it, by Kafka's name.
    fn api(self) -> Option<&'static str> {
        match self {
            Self::CreateTopic => Some("CreateTopics"),
            Self::DeleteTopic => Some("DeleteTopics"),
            Self::AddPartitions => Some("CreatePartitions"),
            Self::AlterConfig => Some("IncrementalAlterConfigs"),
            Self::Produce => Some("Produce"),
            Self::DeleteGroup => Some("DeleteGroups"),
            Self::AlterOffsets => Some("OffsetCommit"),
            _ => None,
        }
    }

    /// What Kafka's authorizer wants for it on a topic that is there. The right to create one may hold for names that
    /// nobody has taken yet: only the cluster knows.
    fn operation(self) -> Option<AclOperation> {
        match self {
            Self::DeleteTopic => Some(AclOperation::Delete),
            Self::AddPartitions => Some(AclOperation::Alter),
            Self::AlterConfig => Some(AclOperation::AlterConfigs),
            Self::Produce => Some(AclOperation::Write),
            _ => None,
        }
    }

    fn of_local_only(self) -> bool {
        self.changes_cluster() || self == Self::SampleRemove
    }
}

/// `Ok` when `action` may be tried; else the reason why not.
pub fn permits(action: Action, cluster: &ClusterFacts) -> Result<(), Text> {
    // To delete what Weir only connects to is to forget the connection; the cluster is not touched.
    if !cluster.is_local && matches!(action, Action::Delete | Action::EditConnection) {
        return Ok(());
    }
    if action == Action::EditConnection {
        return Err(TextId::PermitNoConnection.into());
    }
    if !cluster.is_local && action.of_local_only() {
        return Err(TextId::PermitRemote.into());
    }
    if cluster.read_only && action.writes() {
        return Err(TextId::PermitReadOnly.into());
    }
    if cluster.unreadable {
        return Err(TextId::PermitUnreadable.into());
    }
    if cluster.damaged && action != Action::Delete {
        return Err(TextId::PermitDamaged.into());
    }
    by_state(action, cluster)?;
    by_apis(action, cluster)?;
    by_rights(action, cluster)
}

/// A cluster may be too old, or made for other ends.
fn by_apis(action: Action, cluster: &ClusterFacts) -> Result<(), Text> {
    match (action.api(), &cluster.apis) {
        (Some(api), Some(served)) if !served.contains(&api) => {
            Err(TextId::PermitNoApi.with("api", api))
        }
        _ => Ok(()),
    }
}

/// Refuses what may be done to none of the topics that this connection sees.
fn by_rights(action: Action, cluster: &ClusterFacts) -> Result<(), Text> {
    match (action.operation(), cluster.rights.topics) {
        (Some(operation), Some(topics)) if !operation.is_in(topics) => {
            Err(TextId::PermitNoRight.with("operation", operation.name()))
        }
        _ => Ok(()),
    }
}

fn by_state(action: Action, cluster: &ClusterFacts) -> Result<(), Text> {
    match action {
        Action::Start => start(cluster.state),
        Action::Stop => stop(cluster.state),
        // Tried again.
        Action::Delete if cluster.left_over => Ok(()),
        Action::Delete => delete(cluster.state),
        Action::SampleStart if cluster.sample => Err(TextId::PermitSampleRuns.into()),
        // What one that was run by hand has left is removed as well.
        Action::SampleRemove if !cluster.sample && cluster.sample_topics == Some(false) => {
            Err(TextId::PermitNoSample.into())
        }
        Action::BrokerKeep => data(cluster.state),
        _ if action.of_brokers() || action == Action::SampleStart => changes(cluster.state),
        _ => data(cluster.state),
    }
}

fn start(state: State) -> Result<(), Text> {
    match state {
        State::Stopped | State::Failed => Ok(()),
        State::Starting | State::Creating => Err(TextId::PermitStarting.into()),
        State::Stopping | State::Deleting => Err(in_state(state)),
        _ => Err(TextId::PermitRunsAlready.into()),
    }
}

fn stop(state: State) -> Result<(), Text> {
    match state {
        State::Stopped => Err(TextId::PermitStoppedAlready.into()),
        // Once more while it stops: whoever asked before may have died before the engine heard of it.
        State::Deleting | State::Creating => Err(in_state(state)),
        State::Failed => Err(TextId::PermitFailed.into()),
        _ => Ok(()),
    }
}

fn delete(state: State) -> Result<(), Text> {
    match state {
        State::Deleting | State::Creating | State::Starting => Err(in_state(state)),
        _ => Ok(()),
    }
}

/// Cluster changes are off while one runs: the state is the reason.
fn changes(state: State) -> Result<(), Text> {
    if state == State::Active { Ok(()) } else { Err(in_state(state)) }
}

/// Messages, topics, groups.
fn data(state: State) -> Result<(), Text> {
    match state {
        State::Active
        | State::Updating
        | State::Healing
        | State::Maintenance
        | State::RebootingBroker
        | State::Connected
        | State::PartlyReachable => Ok(()),
        State::Stopped => Err(TextId::PermitStopped.into()),
        State::Failed => Err(TextId::PermitFailed.into()),
        // Tried all the same: the answer says more than a guess.
        State::Connecting | State::Unreachable => Ok(()),
        _ => Err(in_state(state)),
    }
}

fn in_state(state: State) -> Text {
    TextId::PermitInState.with("state", state.word())
}

#[cfg(test)]
mod tests {
    use weir_domain::Rights;

    use super::*;

    fn local(state: State) -> ClusterFacts {
        ClusterFacts::new(true, state)
    }

    fn check(action: Action, cluster: &ClusterFacts, refusal: Option<TextId>) {
        let answer = permits(action, cluster).err().map(|text| text.id);
        assert_eq!(answer, refusal, "{action:?} on {cluster:?}");
    }

    #[test]
    fn the_state_decides() {
        check(Action::Start, &local(State::Stopped), None);
        check(Action::Start, &local(State::Failed), None);
        check(Action::Start, &local(State::Active), Some(TextId::PermitRunsAlready));
        check(Action::Stop, &local(State::Healing), None);
        check(Action::Stop, &local(State::Stopped), Some(TextId::PermitStoppedAlready));
        check(Action::Delete, &local(State::Failed), None);
        check(Action::Delete, &local(State::Deleting), Some(TextId::PermitInState));
        check(Action::BrokerStop, &local(State::Healing), Some(TextId::PermitInState));
        check(Action::BrokerMembership, &local(State::Healing), Some(TextId::PermitInState));
        check(Action::BrokerKeep, &local(State::Healing), None);
        check(Action::LogDir, &local(State::Healing), Some(TextId::PermitInState));
        check(Action::LogDir, &local(State::Active), None);
        check(Action::BrokerKeep, &local(State::Stopped), Some(TextId::PermitStopped));
        check(Action::Produce, &local(State::Healing), None);
        check(Action::Produce, &local(State::Stopped), Some(TextId::PermitStopped));
    }

    #[test]
    fn profiles_decide_too() {
        let remote = ClusterFacts { is_local: false, ..local(State::Connected) };
        check(Action::CreateTopic, &remote, None);
        check(Action::BrokerStop, &remote, Some(TextId::PermitRemote));
        check(Action::BrokerMembership, &remote, Some(TextId::PermitRemote));
        check(Action::BrokerKeep, &remote, Some(TextId::PermitRemote));
        check(Action::LogDir, &remote, Some(TextId::PermitRemote));
        check(Action::Stop, &remote, Some(TextId::PermitRemote));
        check(Action::Delete, &remote, None);
        check(Action::EditConnection, &remote, None);
        check(Action::EditConnection, &local(State::Active), Some(TextId::PermitNoConnection));
        let read_only = ClusterFacts { read_only: true, ..remote };
        check(Action::CreateTopic, &read_only, Some(TextId::PermitReadOnly));
        check(Action::Open, &read_only, None);
        check(Action::Delete, &read_only, None);
        check(Action::EditConnection, &read_only, None);
    }

    #[test]
    fn what_the_cluster_does_not_serve_is_refused_by_its_name() {
        let few: std::sync::Arc<[&'static str]> = ["Metadata", "Produce", "CreateTopics"].into();
        let old = ClusterFacts { apis: Some(few), ..ClusterFacts::new(false, State::Connected) };
        check(Action::Produce, &old, None);
        check(Action::CreateTopic, &old, None);
        check(Action::DeleteGroup, &old, Some(TextId::PermitNoApi));
        check(Action::AddPartitions, &old, Some(TextId::PermitNoApi));
        let refusal = permits(Action::AlterConfig, &old).unwrap_err();
        assert_eq!(refusal, TextId::PermitNoApi.with("api", "IncrementalAlterConfigs"));
        check(Action::Open, &old, None);
        check(Action::DeleteGroup, &ClusterFacts { apis: None, ..old }, None);
    }

    #[test]
    fn what_the_user_may_do_to_no_topic_is_refused_by_the_name_of_the_right() {
        let may = |topics| ClusterFacts {
            rights: Rights { topics },
            ..ClusterFacts::new(false, State::Connected)
        };
        let bits =
            |all: &[AclOperation]| all.iter().fold(1 << 8, |bits, one| bits | 1 << *one as i32);
        let describes = may(Some(bits(&[])));
        for action in
            [Action::DeleteTopic, Action::AddPartitions, Action::AlterConfig, Action::Produce]
        {
            check(action, &describes, Some(TextId::PermitNoRight));
            check(action, &may(None), None);
        }
        let text = TextId::PermitNoRight.with("operation", "Delete");
        assert_eq!(permits(Action::DeleteTopic, &describes), Err(text));
        let writes = may(Some(bits(&[AclOperation::Write])));
        check(Action::Produce, &writes, None);
        check(Action::DeleteTopic, &writes, Some(TextId::PermitNoRight));
        // It may be there for names that are not taken yet.
        check(Action::CreateTopic, &describes, None);
        check(Action::Open, &describes, None);
        check(Action::DeleteGroup, &describes, None);
    }

    #[test]
    fn a_damaged_cluster_can_only_be_deleted_and_a_closed_one_not_even_that() {
        let torn = ClusterFacts { damaged: true, ..local(State::Failed) };
        for action in [Action::Start, Action::Stop, Action::SampleStart, Action::Produce] {
            check(action, &torn, Some(TextId::PermitDamaged));
        }
        check(Action::Delete, &torn, None);
        let closed = ClusterFacts { unreadable: true, ..local(State::Failed) };
        for action in [Action::Start, Action::Stop, Action::Delete, Action::Open] {
            check(action, &closed, Some(TextId::PermitUnreadable));
        }
        let left = ClusterFacts { left_over: true, ..local(State::Deleting) };
        check(Action::Delete, &left, None);
        check(Action::Start, &left, Some(TextId::PermitInState));
    }

    #[test]
    fn the_sample_is_started_once_and_removed_once() {
        let with = ClusterFacts { sample: true, ..local(State::Active) };
        check(Action::SampleStart, &with, Some(TextId::PermitSampleRuns));
        check(Action::SampleRemove, &with, None);
        let left = |sample_topics| ClusterFacts { sample_topics, ..local(State::Active) };
        check(Action::SampleRemove, &left(Some(false)), Some(TextId::PermitNoSample));
        check(Action::SampleRemove, &left(Some(true)), None);
        check(Action::SampleRemove, &left(None), None);
    }
}
