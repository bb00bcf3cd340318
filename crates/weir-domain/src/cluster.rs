//! A cluster and its brokers, as one Metadata or DescribeCluster answer tells them.

/// One cluster as its brokers describe it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterInfo {
    /// `None` before Metadata v2 (Kafka 0.10.1).
    pub cluster_id: Option<String>,
    /// With KRaft any live broker answers as controller.
    pub controller_id: Option<i32>,
    /// In order of broker id.
    pub brokers: Vec<Broker>,
    /// Bits of `AclOperation` that the caller may do on the cluster (KIP-430); `None` when the cluster does not say.
    pub authorized_operations: Option<i32>,
}

impl ClusterInfo {
    pub fn broker(&self, id: i32) -> Option<&Broker> {
        self.brokers.iter().find(|broker| broker.id == id)
    }
}

/// What a cluster says that the caller may do (KIP-430), as bits of `AclOperation`. `None`: it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    /// On at least one of the topics that the caller sees. Asked only of who may not create topics everywhere.
    pub topics: Option<i32>,
}

/// Kafka's `AclOperation`, as far as Weir looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AclOperation {
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    AlterConfigs = 11,
}

impl AclOperation {
    /// As Kafka's tools and documentation write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "Write",
            Self::Create => "Create",
            Self::Delete => "Delete",
            Self::Alter => "Alter",
            Self::AlterConfigs => "AlterConfigs",
        }
    }

    pub fn is_in(self, bits: i32) -> bool {
        bits & (1 << self as i32) != 0
    }
}

/// One broker's advertised address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Broker {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    /// Registered but not serving (KIP-1073); only told by clusters from Kafka 4.0 on.
    pub fenced: bool,
}

/// Versions of one API that a broker serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRange {
    pub key: i16,
    /// Kafka's name, or `"unknown"` for a key that Weir does not know.
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
}
