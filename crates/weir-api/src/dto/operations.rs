use weir_core::operations as core;

use super::{ApiError, I64, Text, dto, words};

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

dto!(Operation from core::Operation {
    id: String,
    cluster: Option<String>,
    cluster_name: Option<String>,
    /// `cluster_create`, `topic_delete` ...
    kind: String,
    title: Text,
    target: Option<String>,
    state: OperationState,
    steps: Vec<OperationStep>,
    changes: Vec<OperationChange>,
    error: Option<ApiError>,
    started_at: I64,
    ended_at: Option<I64>,
    /// `you`, `weir`, `cli`.
    by: String,
    /// The Kafka command that does the same.
    command: Option<String>,
});
