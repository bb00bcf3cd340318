//! Topics: the list, one topic, what changes them.

mod configs;
mod create;
mod delete;
mod filter;
mod get;
mod list;
mod partitions;
mod row;

pub use configs::{
    AlterTopic, Altered, ConfigChange, ConfigHelp, ConfigRow, config_doc, config_failure,
};
pub use create::{CreateTopic, TopicDefaults};
pub use delete::{DeletedTopics, LostPlaces};
pub(crate) use get::find;
pub use get::{TopicDetail, TopicPermits};
pub use list::TopicPage;
pub(crate) use list::silent;
pub use partitions::{Arrival, PartitionPage, PartitionRow};
pub(crate) use row::is_internal;
pub use row::{Health, TopicRow};

/// A write that may have been only a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `None` after a dry run.
    pub operation: Option<String>,
    /// The Kafka command that does the same.
    pub command: String,
}
