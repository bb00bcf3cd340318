//! The form of each answer is a promise to other versions: a change here is a change of the API.
use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_control::API;
use weir_control::api::{
    ApiError, Broker, BrokerState, Brokers, Describe, EngineKind, Event, Events, Operation,
    OperationKind, OperationState, OperationStep, Unrecorded,
};

/// Compares with `tests/golden/NAME.json`; `WEIR_BLESS=1` writes it.
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, value: &T) {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, golden, "{path}");
    let mut with_more: serde_json::Value = serde_json::from_str(&golden).unwrap();
    with_more["addedLater"] = serde_json::json!({"x": 1});
    assert_eq!(
        &serde_json::from_value::<T>(with_more).unwrap(),
        value,
        "unknown fields are ignored"
    );
}

fn broker() -> Broker {
    Broker {
        id: 1,
        host: "localhost".to_owned(),
        port: 9092,
        rack: Some("zone-a".to_owned()),
        state: BrokerState::Running,
        connections: 2,
    }
}

fn operation() -> Operation {
    Operation {
        id: "0f".to_owned(),
        kind: OperationKind::BrokerStop,
        state: OperationState::Failed,
        broker: Some(1),
        log_dir: None,
        started_ms: 1_790_000_000_000,
        ended_ms: Some(1_790_000_000_120),
        key: None,
        steps: vec![OperationStep { name: "leaders-moved".to_owned(), at_ms: 1_790_000_000_100 }],
        detail: Some("controlled shutdown".to_owned()),
        error: Some(error()),
    }
}

fn error() -> ApiError {
    ApiError {
        text: "Broker 9 does not exist".to_owned(),
        hint: Some("Brokers are 1 to 3".to_owned()),
        detail: None,
    }
}

#[test]
fn describe() {
    let bootstrap = BTreeMap::from([("PLAINTEXT".to_owned(), "localhost:9092".to_owned())]);
    let describe = Describe {
        api: API,
        engine: EngineKind::BuiltIn,
        version: "0.1.0".to_owned(),
        instance: "5d".to_owned(),
        pid: 4,
        name: "local".to_owned(),
        cluster_id: "MkU3OEVBNTcwNTJENDM2Qg".to_owned(),
        brokers: 1,
        bootstrap,
        started_ms: 1_790_000_000_000,
        ready_ms: 12,
        running: vec![operation()],
        unrecorded: Some(Unrecorded {
            operations: 1,
            path: "/home/me/clusters/local".to_owned(),
            is_full: true,
            reason: "No space left on device".to_owned(),
        }),
    };
    check("describe", &describe);
}

#[test]
fn brokers() {
    check("brokers", &Brokers { brokers: vec![broker()] });
}

#[test]
fn operations() {
    check("operation", &operation());
}

#[test]
fn events() {
    let event = Event {
        seq: 8,
        at_ms: 1_790_000_000_000,
        operation: Some(operation()),
        broker: Some(broker()),
    };
    check("events", &Events { events: vec![event], next: 8, missed: false });
}

#[test]
fn errors() {
    check("error", &error());
}

#[test]
fn kinds_that_a_newer_engine_invents_are_kept_apart() {
    let kind: OperationKind = serde_json::from_str("\"reassign\"").unwrap();
    assert_eq!(kind, OperationKind::Unknown);
}
