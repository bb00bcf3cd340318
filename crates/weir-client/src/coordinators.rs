//! Which broker coordinates a group; remembered until it says that it does not.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weir_domain::ItemError;
use weir_wire::ErrorCode;
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::find_coordinator_response::FindCoordinatorResponse;

use crate::client::Client;
use crate::code;
use crate::error::{ClientError, ErrorKind};

/// Groups remembered; beyond it all are forgotten and asked for anew.
const REMEMBERED_MAX: usize = 100_000;
/// Keys of one FindCoordinator request.
const KEYS_MAX: usize = 1000;
/// How long a coordinator that is being elected or loaded is waited for.
const WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(crate) struct Coordinators {
    known: Mutex<HashMap<String, i32>>,
}

impl Coordinators {
    pub(crate) fn get(&self, group: &str) -> Option<i32> {
        self.lock().get(group).copied()
    }

    pub(crate) fn remember(&self, group: &str, broker_id: i32) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(group.to_owned(), broker_id);
    }

    pub(crate) fn forget(&self, group: &str) {
        self.lock().remove(group);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, i32>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Groups by coordinator, and those that have none.
#[derive(Debug, Default)]
pub(crate) struct Routed {
    pub(crate) by_broker: BTreeMap<i32, Vec<String>>,
    pub(crate) unrouted: Vec<(String, ItemError)>,
}

impl Client {
    pub(crate) async fn route_groups(&self, groups: &[String]) -> Result<Routed, ClientError> {
        let mut routed = Routed::default();
        let mut unknown = Vec::new();
        for group in groups {
            match self.inner.coordinators.get(group) {
                Some(id) => routed.by_broker.entry(id).or_default().push(group.clone()),
                None => unknown.push(group.clone()),
            }
        }
        for keys in unknown.chunks(KEYS_MAX) {
            for (group, found) in self.find_coordinators(keys).await? {
                match found {
                    Ok(id) => {
                        self.inner.coordinators.remember(&group, id);
                        routed.by_broker.entry(id).or_default().push(group);
                    }
                    Err(error) => routed.unrouted.push((group, error)),
                }
            }
        }
        Ok(routed)
    }

    /// Asks until each key has a coordinator or the wait is over: a new cluster elects them at the first question.
    async fn find_coordinators(&self, keys: &[String]) -> Result<Vec<Found>, ClientError> {
        let deadline = Instant::now() + WAIT.min(self.timeout());
        let mut done = Vec::with_capacity(keys.len());
        let mut asked = keys.to_vec();
        let mut pause = Duration::from_millis(50);
        loop {
            let found = self.find_once(&asked).await?;
            let (later, now): (Vec<_>, Vec<_>) = found.into_iter().partition(is_temporary);
            done.extend(now);
            if later.is_empty() || Instant::now() + pause >= deadline {
                done.extend(later);
                return Ok(done);
            }
            asked = later.into_iter().map(|(key, _)| key).collect();
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    async fn find_once(&self, keys: &[String]) -> Result<Vec<Found>, ClientError> {
        let ranges = self.ranges(None).await?;
        let batched =
            ranges.of(weir_wire::ApiKey::FindCoordinator).is_some_and(|(_, max)| max >= 4);
        if batched {
            return Ok(found(self.any_with(|version| request(version, keys)).await?, keys));
        }
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            let one = std::slice::from_ref(key);
            all.extend(found(self.any_with(|version| request(version, one)).await?, one));
        }
        Ok(all)
    }
}

type Found = (String, Result<i32, ItemError>);

fn is_temporary((_, found): &Found) -> bool {
    let temporary =
        [ErrorCode::COORDINATOR_NOT_AVAILABLE.0, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS.0];
    found.as_ref().is_err_and(|e| temporary.contains(&e.code))
}

fn request(version: i16, keys: &[String]) -> Result<FindCoordinatorRequest, ErrorKind> {
    let mut request = FindCoordinatorRequest::default();
    if version >= 4 {
        request.coordinator_keys = keys.iter().map(|key| key.as_str().into()).collect();
    } else if let [key] = keys {
        request.key = key.as_str().into();
    } else {
        // A broker in the middle of a roll back to an older version; the next attempt asks one by one.
        return Err(ErrorKind::Encode("this broker takes one group at a time".into()));
    }
    Ok(request)
}

fn found(response: FindCoordinatorResponse, keys: &[String]) -> Vec<Found> {
    if let ([key], true) = (keys, response.coordinators.is_empty()) {
        let result = code::item(response.error_code, response.error_message.as_deref());
        return vec![(key.clone(), result.map(|()| response.node_id))];
    }
    let one = |c: &weir_wire::messages::find_coordinator_response::Coordinator| {
        let result = code::item(c.error_code, c.error_message.as_deref());
        (c.key.to_string(), result.map(|()| c.node_id))
    };
    response.coordinators.iter().map(one).collect()
}
