//! Which clusters have a session: opened when first asked for, closed when the address changes or the cluster goes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use super::Session;
use crate::clusters::not_found;
use crate::core::Core;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::permits::{Action, permits};
use crate::text::TextId;

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<String, Open>>,
}

#[derive(Debug)]
struct Open {
    session: Arc<Session>,
    pollers: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.pollers.abort();
    }
}

impl Core {
    /// The session of a cluster whose data may be looked at now.
    pub(crate) fn session(&self, id: &str) -> Result<Arc<Session>> {
        let facts = self.cluster_facts(id)?;
        permits(Action::Open, &facts)
            .map_err(|text| Failure::new(text).kind(Kind::Unreachable).outcome(Outcome::NotDone))?;
        let (bootstrap, is_local) = self.address_of(id)?;
        if bootstrap.is_empty() {
            return Err(Failure::new(TextId::ErrorEngineSilent).kind(Kind::Unreachable));
        }
        let mut open = self.sessions().lock();
        if let Some(known) = open.get(id).filter(|open| open.session.bootstrap == bootstrap) {
            return Ok(known.session.clone());
        }
        let session = Arc::new(Session::new(id, &bootstrap, is_local, self.events().clone())?);
        // A local cluster stays itself when brokers come and go; another address of a remote one may be another cluster.
        if let Some(before) = open.get(id).filter(|_| is_local) {
            session.inherit(&before.session);
        }
        if let Some(local) = self.registry().local(id) {
            session.set_down(local.brokers_down());
        }
        let pollers = self.spawn_tracked(Arc::clone(&session).poll());
        open.insert(id.to_owned(), Open { session: session.clone(), pollers });
        Ok(session)
    }

    /// As [`Core::session`], where `action` may be done.
    pub(crate) fn session_to(&self, id: &str, action: Action) -> Result<Arc<Session>> {
        self.permit(action, id)?;
        self.session(id)
    }

    /// The session of a cluster that has one already.
    pub(crate) fn open_session(&self, id: &str) -> Option<Arc<Session>> {
        self.sessions().lock().get(id).map(|open| open.session.clone())
    }

    pub(crate) fn close_session(&self, id: &str) {
        self.sessions().lock().remove(id);
    }

    fn address_of(&self, id: &str) -> Result<(String, bool)> {
        if let Some(local) = self.registry().local(id) {
            if local.foreign_engine {
                let failure = Failure::new(TextId::ErrorEngineVersion).kind(Kind::Unreachable);
                return Err(failure.hint(TextId::HintRestartCluster));
            }
            return Ok((local.bootstrap(), true));
        }
        let profile = self.store().profile(id).map_err(Failure::internal)?;
        profile.map(|profile| (profile.bootstrap, false)).ok_or_else(|| not_found(id))
    }
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
