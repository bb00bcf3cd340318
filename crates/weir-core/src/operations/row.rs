//! An operation as a row of the store: what is asked for in columns, the rest as JSON.

use serde_json::{Map, Value, json};
use weir_store::OperationRow;

use super::{Change, Operation, OperationState, OperationStep, StepState, kind};
use crate::failure::{Failure, Kind, Outcome};
use crate::text::{Text, TextArg, TextId};

pub(super) fn to_row(operation: &Operation) -> OperationRow {
    OperationRow {
        id: operation.id.clone(),
        cluster: operation.cluster.clone(),
        kind: operation.kind.to_owned(),
        state: operation.state.word().to_owned(),
        started_at: operation.started_at,
        ended_at: operation.ended_at,
        body: body(operation).to_string(),
    }
}

fn body(operation: &Operation) -> Value {
    let steps = operation.steps.iter().map(|step| {
        json!({ "text": text_out(&step.text), "state": step_word(step.state), "at": step.at })
    });
    let changes = operation.changes.iter().map(
        |change| json!({ "what": change.what, "before": change.before, "after": change.after }),
    );
    json!({
        "cluster_name": operation.cluster_name,
        "title": text_out(&operation.title),
        "target": operation.target,
        "steps": steps.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "error": operation.error.as_ref().map(failure_out),
        "by": operation.by,
        "command": operation.command,
    })
}

/// Reads what it can: a row of a newer Weir shows with what this one knows.
pub(super) fn from_row(row: &OperationRow) -> Operation {
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    Operation {
        id: row.id.clone(),
        cluster: row.cluster.clone(),
        cluster_name: string(&body["cluster_name"]),
        kind: kind::parse(&row.kind),
        title: text_in(&body["title"]),
        target: string(&body["target"]),
        state: OperationState::parse(&row.state).unwrap_or(OperationState::Unknown),
        steps: list(&body["steps"], step_in),
        changes: list(&body["changes"], change_in),
        error: failure_in(&body["error"]),
        started_at: row.started_at,
        ended_at: row.ended_at,
        by: string(&body["by"]).unwrap_or_default(),
        command: string(&body["command"]),
    }
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().map(|items| items.iter().map(read).collect()).unwrap_or_default()
}

fn step_in(value: &Value) -> OperationStep {
    OperationStep {
        text: text_in(&value["text"]),
        state: step_parse(value["state"].as_str().unwrap_or_default()),
        at: value["at"].as_i64(),
    }
}

fn change_in(value: &Value) -> Change {
    Change {
        what: string(&value["what"]).unwrap_or_default(),
        before: string(&value["before"]),
        after: string(&value["after"]),
    }
}

fn text_out(text: &Text) -> Value {
    let args = text.args.iter().map(|(name, value)| {
        let value = match value {
            TextArg::Word(word) => Value::from(word.as_str()),
            TextArg::Number(number) => Value::from(*number),
        };
        (name.clone(), value)
    });
    json!({ "id": text.id.key(), "args": args.collect::<Map<_, _>>() })
}

fn text_in(value: &Value) -> Text {
    let id = value["id"].as_str().and_then(TextId::from_key).unwrap_or(TextId::OperationOther);
    let args = value["args"].as_object().into_iter().flatten().filter_map(|(name, value)| {
        let arg = match value {
            Value::String(word) => TextArg::Word(word.clone()),
            Value::Number(number) => TextArg::Number(number.as_i64()?),
            _ => return None,
        };
        Some((name.clone(), arg))
    });
    Text { id, args: args.collect() }
}

fn failure_out(failure: &Failure) -> Value {
    json!({
        "text": text_out(&failure.text),
        "hint": failure.hint.as_ref().map(text_out),
        "kind": failure.kind.map(Kind::word),
        "outcome": failure.outcome.map(Outcome::word),
        "field": failure.field,
        "detail": failure.detail,
    })
}

fn failure_in(value: &Value) -> Option<Failure> {
    value.as_object()?;
    let hint = &value["hint"];
    Some(Failure {
        text: text_in(&value["text"]),
        hint: hint.is_object().then(|| text_in(hint)),
        kind: value["kind"].as_str().and_then(Kind::parse),
        outcome: value["outcome"].as_str().and_then(Outcome::parse),
        field: string(&value["field"]),
        detail: string(&value["detail"]),
    })
}

fn step_word(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "pending",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
    }
}

fn step_parse(word: &str) -> StepState {
    match word {
        "running" => StepState::Running,
        "done" => StepState::Done,
        "failed" => StepState::Failed,
        _ => StepState::Pending,
    }
}
