//! What the metadata log says of one partition.

use std::sync::Arc;

use weir_wire::Uuid;

/// Broker ids, in order. Shared, for most partitions hold the same few lists.
pub type NodeIds = Arc<[i32]>;

/// No broker: `leader` of a partition that is offline.
pub const NO_LEADER: i32 = -1;

/// Leader, epochs, replicas of one partition, and what Kafka has no field for: where the leader's
/// epoch begins (R4), and the numbers of replicas outside the ISR (R10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The leader, or [`NO_LEADER`].
    pub leader: i32,
    /// +1 with every election, never reused (R5).
    pub leader_epoch: i32,
    /// +1 with every change (R5).
    pub partition_epoch: i32,
    /// In order of preference.
    pub replicas: NodeIds,
    /// In-sync replicas.
    pub isr: NodeIds,
    /// The newest election's cut.
    pub epoch_start: EpochStart,
    /// Replicas outside the ISR, as they were when they left it.
    pub outside: Arc<[ReplicaNumbers]>,
    /// What most partitions do not have.
    pub further: Option<Arc<Further>>,
}

/// What a partition has while a reassignment is under way, while its ISR is below the minimum, or when
/// its replicas are not in their brokers' first log dirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Further {
    /// Replicas that a reassignment adds.
    pub adding: Vec<i32>,
    /// Replicas that it takes away when it is done.
    pub removing: Vec<i32>,
    /// Eligible leader replicas (KIP-966): outside the ISR, with everything below the high watermark.
    pub elr: Vec<i32>,
    /// The last leader of a partition that has none.
    pub last_known_elr: Vec<i32>,
    /// The log dir of each replica, in their order; empty: each broker's first.
    pub directories: Vec<Uuid>,
    /// Where the high watermark stands while the ISR is below its minimum.
    pub high_watermark: Option<i64>,
}

/// The newest election that set the log's end (R4): no record at or after `offset` has an older
/// epoch. Recovery cuts the log there, if the engine died before it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EpochStart {
    /// The epoch that began.
    pub epoch: i32,
    /// The new leader's log end offset then.
    pub offset: i64,
}

/// Where a replica's log begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaNumbers {
    /// The broker that holds it.
    pub broker: i32,
    /// Its first offset.
    pub log_start: i64,
    /// Its next offset (LEO).
    pub log_end: i64,
}

impl Assignment {
    /// A new partition, led by the first of `isr`.
    pub fn new(replicas: NodeIds, isr: NodeIds) -> Self {
        Self {
            leader: isr.first().copied().unwrap_or(NO_LEADER),
            leader_epoch: 0,
            partition_epoch: 0,
            replicas,
            isr,
            epoch_start: EpochStart::default(),
            outside: Arc::default(),
            further: None,
        }
    }

    fn list(&self, of: impl Fn(&Further) -> &Vec<i32>) -> &[i32] {
        self.further.as_deref().map_or(&[], |further| of(further))
    }

    /// Replicas that a reassignment adds.
    pub fn adding(&self) -> &[i32] {
        self.list(|further| &further.adding)
    }

    /// Replicas that a reassignment takes away when it is done.
    pub fn removing(&self) -> &[i32] {
        self.list(|further| &further.removing)
    }

    /// Whether a reassignment is under way.
    pub fn is_reassigning(&self) -> bool {
        !self.adding().is_empty() || !self.removing().is_empty()
    }

    /// Eligible leader replicas.
    pub fn elr(&self) -> &[i32] {
        self.list(|further| &further.elr)
    }

    /// The last leader of a partition that has none.
    pub fn last_known_elr(&self) -> &[i32] {
        self.list(|further| &further.last_known_elr)
    }

    /// The log dir that holds `broker`'s replica, where it is not the broker's first.
    pub fn directory_of(&self, broker: i32) -> Option<Uuid> {
        let at = self.replicas.iter().position(|b| *b == broker)?;
        self.further.as_deref()?.directories.get(at).copied()
    }

    /// Whether `broker` is in the ISR.
    pub fn in_sync(&self, broker: i32) -> bool {
        self.isr.contains(&broker)
    }

    /// Whether `broker` holds a replica.
    pub fn is_replica(&self, broker: i32) -> bool {
        self.replicas.contains(&broker)
    }

    /// The smallest ISR at which acks=all is taken: min(`min.insync.replicas`, replication factor).
    pub fn effective_min_isr(&self, min_insync_replicas: i32) -> usize {
        usize::try_from(min_insync_replicas).unwrap_or(0).min(self.replicas.len())
    }
}
