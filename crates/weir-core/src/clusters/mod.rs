//! Local and remote clusters as one list. Local ones are the directories under `HOME/clusters`, remote ones the
//! profiles in the store; a state is computed whenever it is asked for, never kept.

use std::sync::Arc;

use weir_domain::Rights;

mod client_info;
mod connect;
mod create;
mod defaults;
mod detail;
mod edit;
mod keeper;
mod lifecycle;
mod likely_port;
mod list;

mod names;
mod registry;
mod watch;

pub use client_info::{ClientInfo, Snippet};
pub use connect::{NewProfile, Test, TestStep};
pub(crate) use create::dir_failure;
pub use create::{Created, NewCluster};
pub use defaults::{Changeable, CreateDefaults, DefaultSetting};
pub use detail::ClusterDetail;
pub use edit::ProfileEdit;
pub(crate) use keeper::{program, run_detached};
pub use list::{ClusterAddress, ClusterPermits, ClusterRow};
pub(crate) use list::{KAFKA_VERSION, not_found};
pub use registry::Registry;

/// A cluster's state in the console's words, local and remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Creating,
    Active,
    Updating,
    Healing,
    Maintenance,
    RebootingBroker,
    Failed,
    Deleting,
    Stopped,
    Starting,
    Stopping,
    Connecting,
    Connected,
    PartlyReachable,
    Unreachable,
}

impl State {
    /// As the contract writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Healing => "HEALING",
            Self::Maintenance => "MAINTENANCE",
            Self::RebootingBroker => "REBOOTING_BROKER",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
            Self::Stopped => "STOPPED",
            Self::Starting => "STARTING",
            Self::Stopping => "STOPPING",
            Self::Connecting => "CONNECTING",
            Self::Connected => "CONNECTED",
            Self::PartlyReachable => "PARTLY_REACHABLE",
            Self::Unreachable => "UNREACHABLE",
        }
    }

    /// Something is under way that ends by itself.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Updating
                | Self::Healing
                | Self::RebootingBroker
                | Self::Deleting
                | Self::Starting
                | Self::Stopping
                | Self::Connecting
        )
    }
}

impl From<weir_control::State> for State {
    fn from(state: weir_control::State) -> Self {
        match state {
            weir_control::State::Creating => Self::Creating,
            weir_control::State::Starting => Self::Starting,
            weir_control::State::Active => Self::Active,
            weir_control::State::Healing => Self::Healing,
            weir_control::State::Stopping => Self::Stopping,
            weir_control::State::Stopped => Self::Stopped,
            weir_control::State::Deleting => Self::Deleting,
            weir_control::State::Failed => Self::Failed,
        }
    }
}

/// What [`crate::permits::permits`] decides by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterFacts {
    pub is_local: bool,
    pub state: State,
    pub read_only: bool,
    pub production: bool,
    /// The sample workload runs beside it, or is wanted there.
    pub sample: bool,
    /// Whether topics of the sample workload are in it; `None`: not known.
    pub sample_topics: Option<bool>,
    /// Of a cluster on this machine: its `cluster.json` is damaged or gone.
    pub damaged: bool,
    /// Of a cluster on this machine: its folder is closed to this user.
    pub unreadable: bool,
    /// It was deleted, and some of its files could not be removed, or not yet.
    pub left_over: bool,
    /// Names of the APIs that it serves; `None`: not known, which forbids nothing.
    pub apis: Option<Arc<[&'static str]>>,
    /// What it lets this connection do; what is not known forbids nothing.
    pub rights: Rights,
}

impl ClusterFacts {
    /// A cluster of which nothing else is known: no protection, and nothing that forbids anything.
    pub(crate) fn new(is_local: bool, state: State) -> Self {
        Self {
            is_local,
            state,
            read_only: false,
            production: false,
            sample: false,
            sample_topics: None,
            damaged: false,
            unreadable: false,
            left_over: false,
            apis: None,
            rights: Rights::default(),
        }
    }
}

/// Event tags, in one place.
pub(crate) mod tags {
    pub(crate) const CLUSTERS: &str = "clusters";

    pub(crate) fn cluster(id: &str) -> String {
        format!("cluster({id})")
    }

    pub(crate) fn operations(id: &str) -> String {
        format!("operations({id})")
    }

    pub(crate) fn brokers(id: &str) -> String {
        format!("brokers({id})")
    }

    pub(crate) fn topics(id: &str) -> String {
        format!("topics({id})")
    }

    pub(crate) fn groups(id: &str) -> String {
        format!("groups({id})")
    }
}
