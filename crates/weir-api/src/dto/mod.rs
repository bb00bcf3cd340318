//! The forms that cross the contract: plain JSON, made from the core's results field by field.

mod base;
mod brokers;
mod clusters;
mod groups;
mod messages;
mod operations;
mod settings;
mod topics;
mod views;

pub use base::{
    ApiError, Begun, Done, ErrorKind, FromCore, I64, NameCheck, Outcome, Text, TextArg,
};
pub use brokers::{
    BrokerPermits, BrokerRow, BrokerRows, BrokerState, LogDirRow, LogDirRows, Quorum, QuorumReplica,
};
pub use clusters::{
    Changeable, ClientInfo, ClusterDetail, ClusterKind, ClusterPermits, ClusterRow, ClusterState,
    CreateDefaults, DefaultSetting, Snippet, TestStatus, TestStep, TestStepName, ThroughputPoint,
};
pub use groups::{
    Assigned, DeletedGroup, DeletedGroups, GroupDetail, GroupMember, GroupPermits, GroupRow,
    GroupRows, LagRow, LagSample, OffsetChange, OffsetsChanged, ResetTo, StreamsTask, TaskRole,
    TopicScope,
};
pub use messages::{
    BrowseEnd, BrowseFrom, BrowsePage, Cell, CellKind, Data, Encoding, HeaderData, MessageFull,
    MessagePlace, MessageRow, NewHeader, Payload, Produced, Range, StreamChunk, StreamProgress,
    TimestampType,
};
pub use operations::{Operation, OperationChange, OperationState, OperationStep, StepState};
pub use settings::{
    Density, Language, OnClose, SavedFilter, Settings, SettingsPatch, Theme, TimeZone,
};
pub use topics::{
    Altered, Arrival, ConfigChange, ConfigEdit, ConfigHelp, ConfigRow, ConfigSource, ConfigSynonym,
    ConfigType, ConfigValue, DeletedTopic, DeletedTopics, Health, Importance, LostPlaces,
    OpenTransaction, PartitionRow, PartitionRows, TopicDefaults, TopicDetail, TopicNameCheck,
    TopicPage, TopicPermits, TopicRow, Written,
};
pub use views::{Condition, Page, Refresh, ViewArgs};

pub(crate) use base::{dto, words};

/// Rows of a page: 1 to 100, whatever was asked.
pub(crate) fn page_size(asked: u32) -> usize {
    asked.clamp(1, 100) as usize
}
