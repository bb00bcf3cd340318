//! The forms that cross the contract: plain JSON, made from the core's results field by field.

mod base;
mod clusters;
mod operations;
mod settings;

pub use base::{
    ApiError, Begun, Done, ErrorKind, FromCore, I64, NameCheck, Outcome, Text, TextArg,
};
pub use clusters::{
    Changeable, ClusterKind, ClusterPermits, ClusterRow, ClusterState, CreateDefaults,
    DefaultSetting,
};
pub use operations::{Operation, OperationChange, OperationState, OperationStep, StepState};
pub use settings::{Density, Language, OnClose, Settings, SettingsPatch, Theme, TimeZone};

pub(crate) use base::{dto, words};

/// Rows of a page: 1 to 100, whatever was asked.
pub(crate) fn page_size(asked: u32) -> usize {
    asked.clamp(1, 100) as usize
}
