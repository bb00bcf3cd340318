//! A topic and its partitions as the controllers know them.

use std::sync::Arc;

use weir_wire::{Str, Uuid};

use crate::partition::{Assignment, Partition, TopicShared};

/// One topic. Shared by snapshots through `Arc` until one of its partitions changes.
#[derive(Debug, Clone)]
pub struct TopicImage {
    shared: Arc<TopicShared>,
    partitions: Vec<PartitionImage>,
}

/// One partition: what the metadata log says of it, and the handle of its log.
#[derive(Debug, Clone)]
pub struct PartitionImage {
    assignment: Assignment,
    handle: Arc<Partition>,
}

impl TopicImage {
    pub(crate) fn new(shared: Arc<TopicShared>) -> Self {
        Self { shared, partitions: Vec::new() }
    }

    /// The topic's name.
    pub fn name(&self) -> &Str {
        self.shared.name()
    }

    /// The topic's id.
    pub fn id(&self) -> Uuid {
        self.shared.id()
    }

    /// What its partitions share: name, id, effective configuration.
    pub fn shared(&self) -> &Arc<TopicShared> {
        &self.shared
    }

    /// Whether it is one of Kafka's own.
    pub fn is_internal(&self) -> bool {
        is_internal(self.name())
    }

    /// Its partitions, by index.
    pub fn partitions(&self) -> &[PartitionImage] {
        &self.partitions
    }

    /// One partition.
    pub fn partition(&self, index: i32) -> Option<&PartitionImage> {
        self.partitions.get(usize::try_from(index).ok()?)
    }

    pub(crate) fn push(&mut self, assignment: Assignment) -> Arc<Partition> {
        let index = self.partitions.len() as i32;
        let handle = Arc::new(Partition::new(self.shared.clone(), index, assignment.clone()));
        self.partitions.push(PartitionImage { assignment, handle: handle.clone() });
        handle
    }

    pub(crate) fn partition_mut(&mut self, index: i32) -> Option<&mut PartitionImage> {
        self.partitions.get_mut(usize::try_from(index).ok()?)
    }
}

impl PartitionImage {
    /// Leader, epochs, replicas, ISR.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// The partition's log and replication state.
    pub fn handle(&self) -> &Arc<Partition> {
        &self.handle
    }

    pub(crate) fn assignment_mut(&mut self) -> &mut Assignment {
        &mut self.assignment
    }
}

/// The topics that Kafka keeps its own state in: Metadata marks them, clients leave them out.
pub const INTERNAL_TOPICS: [&str; 3] =
    ["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// Whether `topic` is one of Kafka's own.
pub fn is_internal(topic: &str) -> bool {
    INTERNAL_TOPICS.contains(&topic)
}
