//! One log dir of a broker fails, or works again (KIP-112): a label, so nothing on disk changes.

use std::sync::Arc;

use weir_control::api::{Operation, OperationKind};
use weir_control::random_id;

use super::{ActError, Running};
use crate::control::Asked;

impl Running {
    /// Begins to take a log dir of broker `id`, by its name in `log.dirs`, offline or online. Offline its replicas
    /// leave the ISRs and their leaders move; online they catch up. The operation goes on in the background; a key
    /// that was used before answers its operation.
    pub fn set_log_dir(
        self: &Arc<Self>,
        id: i32,
        name: &str,
        online: bool,
        key: Option<String>,
    ) -> Result<Operation, ActError> {
        let kind = match online {
            true => OperationKind::LogDirOnline,
            false => OperationKind::LogDirOffline,
        };
        let asked = Asked { kind, broker: Some(id), log_dir: Some(name), key: key.as_deref() };
        if let Some(before) = self.operations.by_key(asked)? {
            return Ok(before);
        }
        self.existing(id)?;
        let at = self.log_dir_at(id, name)?;
        if !online && self.is_last_log_dir(id, at) {
            return Err(ActError::LastLogDir { id });
        }
        let (broker, log_dir) = (Some(id), Some(name.to_owned()));
        let begun = Operation { broker, log_dir, key, ..Operation::begin(random_id()?, kind) };
        let operation = self.operations.begin_as(begun, &self.events)?;
        let (running, begun) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            let set = move |engine: &weir_engine::Engine| {
                engine.set_log_dir(id, at, online).map_err(|e| e.to_string())
            };
            let done = running.in_engine(set).await;
            running.drivers.cluster_work();
            running.end(begun, done);
        });
        Ok(operation)
    }

    /// Whether no other log dir of the broker is online.
    fn is_last_log_dir(&self, id: i32, at: usize) -> bool {
        let image = self.engine.image();
        let Some(broker) = image.broker(id) else { return false };
        let mut others = broker.log_dirs.iter().enumerate().filter(|(place, _)| *place != at);
        others.all(|(_, dir)| broker.is_offline(*dir))
    }

    /// The place of a log dir in `log.dirs`.
    fn log_dir_at(&self, id: i32, name: &str) -> Result<usize, ActError> {
        let names = self.engine.config().log_dir_names();
        let missing = || ActError::NoSuchLogDir {
            id,
            name: name.to_owned(),
            names: names.iter().map(ToString::to_string).collect(),
        };
        names.iter().position(|known| *known == name).ok_or_else(missing)
    }
}
