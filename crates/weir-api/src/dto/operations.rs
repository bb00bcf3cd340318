use serde::Serialize;
use ts_rs::TS;
use weir_core::operations as core;

use super::{ApiError, FromCore, I64, Text, dto, words};

words!(
    /// `partly`: some items done, others not; `unknown`: nobody can say.
    OperationState = core::OperationState as "snake_case" { Running, Done, Failed, Partly, Unknown }
);
words!(StepState = core::StepState as "snake_case" { Pending, Running, Done, Failed });

dto!(OperationStep from core::OperationStep { text: Text, state: StepState, at: Option<I64> });

dto!(
    /// One value that an operation changes.
    OperationChange from core::Change { what: String, before: Option<String>, after: Option<String> }
);

#[derive(Debug, Clone, Serialize, TS)]
pub struct Operation {
    pub id: String,
    pub cluster: Option<String>,
    pub cluster_name: Option<String>,
    /// `cluster_create`, `topic_delete` ...
    pub kind: String,
    /// What is done: "Create topic orders".
    pub title: Text,
    /// What was done, as a sentence, once it is: "Topic orders was created."
    pub done: Text,
    pub target: Option<String>,
    pub state: OperationState,
    pub steps: Vec<OperationStep>,
    pub changes: Vec<OperationChange>,
    pub error: Option<ApiError>,
    pub started_at: I64,
    pub ended_at: Option<I64>,
    /// `you`, `weir`, `cli`.
    pub by: String,
    /// The Kafka command that does the same.
    pub command: Option<String>,
}

impl FromCore<core::Operation> for Operation {
    fn from_core(operation: core::Operation) -> Self {
        Self {
            done: FromCore::from_core(operation.done()),
            id: operation.id,
            cluster: operation.cluster,
            cluster_name: operation.cluster_name,
            kind: FromCore::from_core(operation.kind),
            title: FromCore::from_core(operation.title),
            target: operation.target,
            state: FromCore::from_core(operation.state),
            steps: FromCore::from_core(operation.steps),
            changes: FromCore::from_core(operation.changes),
            error: FromCore::from_core(operation.error),
            started_at: FromCore::from_core(operation.started_at),
            ended_at: FromCore::from_core(operation.ended_at),
            by: operation.by,
            command: operation.command,
        }
    }
}
