//! One connection per broker and lane, opened on demand, by one caller at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use crate::error::ClientError;
use crate::net::connection::Connection;
use crate::{Address, Options};

/// A broker answers one connection's requests in order: a fetch that waits for news must not hold up anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Admin,
    Read,
}

/// The most connections kept; brokers (at most some hundreds) times two lanes stay well below.
const CONNECTIONS_MAX: usize = 1024;

type Slot = Arc<AsyncMutex<Held>>;

#[derive(Debug, Default)]
struct Held {
    connection: Option<Connection>,
    /// The last attempt, if it failed: whoever waited for it shares its error.
    failed: Option<(Instant, ClientError)>,
}

impl Held {
    fn usable(&self) -> Option<&Connection> {
        self.connection.as_ref().filter(|connection| connection.is_usable())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Pool {
    slots: Mutex<HashMap<(Address, Lane), Slot>>,
}

impl Pool {
    /// The connection to an address, opened if there is none that works. Callers of one address wait for one attempt.
    pub(crate) async fn get(
        &self,
        address: &Address,
        lane: Lane,
        options: &Options,
    ) -> Result<Connection, ClientError> {
        let asked = Instant::now();
        let slot = self.slot(address, lane);
        let mut held = slot.lock().await;
        if let Some(connection) = held.usable() {
            return Ok(connection.clone());
        }
        if let Some((_, error)) = held.failed.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(error.clone());
        }
        // Dropped first: a broken connection is not kept while the next attempt takes its time.
        *held = Held::default();
        match Connection::open(address, options).await {
            Ok(connection) => {
                held.connection = Some(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                held.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Closes every connection; requests in flight fail.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn slot(&self, address: &Address, lane: Lane) -> Slot {
        let mut slots = self.lock();
        if slots.len() >= CONNECTIONS_MAX {
            slots.retain(|_, slot| slot.try_lock().is_ok_and(|held| held.usable().is_some()));
        }
        Arc::clone(slots.entry((address.clone(), lane)).or_default())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Address, Lane), Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
