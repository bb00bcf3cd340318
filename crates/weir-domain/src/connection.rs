//! A connection tried step by step, as *Connect to a cluster* shows it.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionTest {
    /// One per address and step tried, in order; steps after a failed one are [`StepStatus::Skipped`].
    pub steps: Vec<StepReport>,
    /// What the cluster said of itself, if the test got that far.
    pub cluster: Option<crate::ClusterInfo>,
}

impl ConnectionTest {
    pub fn passed(&self) -> bool {
        self.cluster.is_some()
    }

    /// The step that stopped the test, if it did not pass.
    pub fn failed(&self) -> Option<&StepReport> {
        if self.passed() {
            return None;
        }
        self.steps.iter().find(|step| matches!(step.status, StepStatus::Failed { .. }))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    pub step: Step,
    /// `host:port` as given, or as a broker advertised it.
    pub address: String,
    pub status: StepStatus,
    pub took_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    Dns,
    Tcp,
    ApiVersions,
    Metadata,
    /// The address that the cluster advertises for its brokers can be reached from here.
    Advertised,
}

impl Step {
    pub const ALL: [Self; 5] =
        [Self::Dns, Self::Tcp, Self::ApiVersions, Self::Metadata, Self::Advertised];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::ApiVersions => "API versions",
            Self::Metadata => "Metadata",
            Self::Advertised => "Advertised addresses",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepStatus {
    Passed {
        /// What was learnt: addresses, the number of APIs, the number of brokers.
        detail: String,
    },
    Failed {
        reason: FailureReason,
        /// The system's or the broker's own words, untranslated.
        detail: String,
    },
    Skipped,
}

/// Why a step failed, as far as a person can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// The address is not `host:port`.
    BadAddress,
    /// The name has no address.
    NameNotFound,
    /// Nobody listens on the port.
    Refused,
    /// No route, host down, network unreachable.
    Unreachable,
    TimedOut,
    /// Something answers, but it does not speak Kafka in the clear.
    NotKafka(NotKafka),
    /// The other end closed without a word: usually a port that wants TLS or SASL.
    ClosedEarly,
    /// A broker answered with an error, or not as the protocol says.
    Protocol,
    /// The cluster is reached, but the addresses it tells its clients are not.
    AdvertisedUnreachable,
}

/// What a port speaks instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotKafka {
    Tls,
    Http,
    Ssh,
    Unknown,
}
