//! Log levels that administrators change while brokers run (KIP-412): kept in memory alone, as Kafka
//! does. All brokers log into one stream: a level that is set on one holds for all.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use weir_wire::{ErrorCode, Str};

use crate::config::Operation;
use crate::controller::Refusal;

/// The logger that all others inherit from.
const ROOT: &str = "root";
const DEFAULT_LEVEL: &str = "INFO";
/// Levels by name, as Kafka lists them.
const LEVELS: [&str; 6] = ["DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN"];

/// Kafka's names of loggers, and which part of the engine speaks for each.
const LOGGERS: [(&str, &str); 13] = [
    ("kafka.controller.KafkaController", "weir_engine::controller"),
    ("kafka.coordinator.group.GroupCoordinator", "weir_engine::groups"),
    ("kafka.log.LogCleaner", "weir_engine::log::compact"),
    ("kafka.log.LogManager", "weir_engine::log"),
    ("kafka.network.Processor", "weir_broker::net"),
    ("kafka.network.SocketServer", "weir_broker::net::listener"),
    ("kafka.request.logger", "weir_engine::dispatch"),
    ("kafka.server.BrokerServer", "weir_broker"),
    ("kafka.server.KafkaApis", "weir_engine::handlers"),
    ("kafka.server.ReplicaManager", "weir_engine::partition"),
    ("org.apache.kafka", "weir_engine"),
    ("org.apache.kafka.storage.internals.log", "weir_engine::log"),
    ("state.change.logger", "weir_engine::image"),
];

type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// The levels that were set.
#[derive(Default)]
pub(crate) struct Loggers {
    set: Mutex<BTreeMap<&'static str, &'static str>>,
    tell: Mutex<Option<Tell>>,
}

impl fmt::Debug for Loggers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loggers").field("set", &*self.set.lock()).finish_non_exhaustive()
    }
}

impl Loggers {
    /// `tell` gets `tracing` directives whenever a level changes.
    pub(crate) fn on_change(&self, tell: Tell) {
        *self.tell.lock() = Some(tell);
    }

    /// Every logger with its level.
    pub(crate) fn levels(&self) -> BTreeMap<&'static str, &'static str> {
        let set = self.set.lock();
        let root = set.get(ROOT).copied().unwrap_or(DEFAULT_LEVEL);
        let names = LOGGERS.iter().map(|(name, _)| *name).chain([ROOT]);
        names.map(|name| (name, set.get(name).copied().unwrap_or(root))).collect()
    }

    /// Checks all changes, then carries them out unless `validate_only`.
    pub(crate) fn alter(
        &self,
        changes: &[(Str, Operation, Option<Str>)],
        validate_only: bool,
    ) -> Result<(), Refusal> {
        let planned = changes.iter().map(|(name, operation, level)| {
            plan(name, *operation, level.as_deref().unwrap_or_default())
        });
        let planned = planned.collect::<Result<Vec<_>, Refusal>>()?;
        if validate_only {
            return Ok(());
        }
        {
            let mut set = self.set.lock();
            for (name, level) in planned {
                match level {
                    Some(level) => set.insert(name, level),
                    None => set.remove(name),
                };
            }
        }
        if let Some(tell) = self.tell.lock().as_ref() {
            tell(&self.directives());
        }
        Ok(())
    }

    /// What is set, in `tracing`'s words.
    fn directives(&self) -> String {
        let set = self.set.lock();
        let word = |level: &str| match level {
            "FATAL" => "error".to_owned(),
            level => level.to_ascii_lowercase(),
        };
        let root = word(set.get(ROOT).copied().unwrap_or(DEFAULT_LEVEL));
        let own = LOGGERS.iter().filter_map(|(name, target)| Some((target, set.get(name)?)));
        let own = own.map(|(target, level)| format!("{target}={}", word(level)));
        std::iter::once(root).chain(own).collect::<Vec<_>>().join(",")
    }
}

/// The logger, and its new level; `None`: what it inherits.
fn plan(
    name: &str,
    operation: Operation,
    level: &str,
) -> Result<(&'static str, Option<&'static str>), Refusal> {
    let invalid = |message: String| Refusal::new(ErrorCode::INVALID_REQUEST, message);
    let wrong = |message: String| Refusal::new(ErrorCode::INVALID_CONFIG, message);
    if let Operation::Append | Operation::Subtract = operation {
        let what = if operation == Operation::Append { "APPEND" } else { "SUBTRACT" };
        return Err(invalid(format!(
            "{what} operation is not allowed for the BROKER_LOGGER resource"
        )));
    }
    let known = LOGGERS.iter().map(|(known, _)| *known).chain([ROOT]).find(|known| *known == name);
    let known = known.ok_or_else(|| wrong(format!("Logger {name} does not exist!")))?;
    if operation == Operation::Delete {
        if known == ROOT {
            let message = "Removing the log level of the root logger is not allowed";
            return Err(invalid(message.to_owned()));
        }
        return Ok((known, None));
    }
    match LEVELS.iter().find(|known| **known == level) {
        Some(level) => Ok((known, Some(level))),
        None => Err(wrong(format!(
            "Cannot set the log level of {name} to {level} as it is not a supported log level. Valid log \
             levels are {}",
            LEVELS.join(", ")
        ))),
    }
}
