//! The controllers' quorum (KIP-853): who votes, who only observes. The controllers are modelled: a voter
//! that is removed observes on, and can be added again. Kept in a file beside the metadata log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use weir_wire::{ErrorCode, Uuid};

use super::refusal::Refusal;
use super::{CONTROLLER_ID, Controller};
use crate::features::KRAFT_VERSION;
use crate::fs::Fs;

/// How many controllers there are, from [`CONTROLLER_ID`] on.
const CONTROLLERS: i32 = 3;
const FILE_MAX_BYTES: u64 = 4 << 10;

/// A controller's id with its directory's.
pub(crate) type VoterKey = (i32, Uuid);

/// Voters and observers among the controllers.
#[derive(Debug, Clone)]
pub(crate) struct Quorum {
    fs: Arc<dyn Fs>,
    path: PathBuf,
    voters: BTreeMap<i32, Uuid>,
    observers: BTreeMap<i32, Uuid>,
    /// Leaders since the engine started: each has an epoch of its own.
    elections: i32,
}

impl Quorum {
    /// Reads who was removed, from `path`. What cannot be read counts as nobody.
    pub(crate) fn open(fs: Arc<dyn Fs>, path: PathBuf, cluster_id: &str) -> Self {
        let text = fs.read(&path, FILE_MAX_BYTES).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let removed: Vec<i32> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
        let cluster = cluster_id.parse().unwrap_or(Uuid::ONE).as_u128();
        let mut voters: BTreeMap<i32, Uuid> = (CONTROLLER_ID..CONTROLLER_ID + CONTROLLERS)
            .map(|id| (id, Uuid::from_u128(cluster ^ u128::from(id.unsigned_abs()))))
            .collect();
        let observers = removed.iter().filter_map(|id| voters.remove_entry(id)).collect();
        Self { fs, path, voters, observers, elections: 0 }
    }

    /// The first voter leads.
    pub(crate) fn leader(&self) -> i32 {
        self.voters.keys().next().copied().unwrap_or(CONTROLLER_ID)
    }

    pub(crate) fn elections(&self) -> i32 {
        self.elections
    }

    pub(crate) fn voters(&self) -> impl Iterator<Item = VoterKey> {
        self.voters.iter().map(|(id, directory)| (*id, *directory))
    }

    pub(crate) fn observers(&self) -> impl Iterator<Item = VoterKey> {
        self.observers.iter().map(|(id, directory)| (*id, *directory))
    }

    fn add(&mut self, key: VoterKey) -> Result<(), Refusal> {
        let (id, directory) = key;
        if self.voters.contains_key(&id) {
            let message = format!(
                "The voter id for {} is already part of the set of voters {}.",
                shown(key),
                self.shown_voters()
            );
            return Err(Refusal::new(ErrorCode::DUPLICATE_VOTER, message));
        }
        if self.observers.get(&id) != Some(&directory) {
            let message = format!("Timed out waiting for the new voter {}", shown(key));
            return Err(Refusal::new(ErrorCode::REQUEST_TIMED_OUT, message));
        }
        self.change(|quorum| {
            quorum.voters.extend(quorum.observers.remove_entry(&id));
        })
    }

    fn remove(&mut self, key: VoterKey) -> Result<(), Refusal> {
        let (id, directory) = key;
        if self.voters.get(&id) != Some(&directory) || self.voters.len() == 1 {
            let message = format!(
                "Cannot remove voter {} from the set of voters {}",
                shown(key),
                self.shown_voters()
            );
            return Err(Refusal::new(ErrorCode::VOTER_NOT_FOUND, message));
        }
        self.change(|quorum| {
            quorum.observers.extend(quorum.voters.remove_entry(&id));
        })
    }

    /// Makes a change that is durable, or none.
    fn change(&mut self, make: impl FnOnce(&mut Self)) -> Result<(), Refusal> {
        let mut next = self.clone();
        make(&mut next);
        next.elections += i32::from(next.leader() != self.leader());
        let removed: String = next.observers.keys().map(|id| format!("{id}\n")).collect();
        self.fs.replace(&self.path, removed.as_bytes(), true).map_err(|error| {
            let message = format!("the voters cannot be written: {error}");
            Refusal::new(ErrorCode::KAFKA_STORAGE_ERROR, message)
        })?;
        *self = next;
        Ok(())
    }

    fn shown_voters(&self) -> String {
        let all = self.voters().map(shown).collect::<Vec<_>>();
        format!("[{}]", all.join(", "))
    }
}

fn shown((id, directory): VoterKey) -> String {
    format!("ReplicaKey(id={id}, directoryId={directory})")
}

impl Controller {
    /// The quorum as it is.
    pub(crate) fn quorum(&self) -> Quorum {
        self.quorum.lock().clone()
    }

    pub(crate) fn add_voter(&self, key: VoterKey) -> Result<(), Refusal> {
        self.check_kraft_version("adding")?;
        self.quorum.lock().add(key)
    }

    pub(crate) fn remove_voter(&self, key: VoterKey) -> Result<(), Refusal> {
        self.check_kraft_version("removing")?;
        self.quorum.lock().remove(key)
    }

    fn check_kraft_version(&self, what: &str) -> Result<(), Refusal> {
        let level = self.image().feature_level(KRAFT_VERSION);
        if level > 0 {
            return Ok(());
        }
        let message = format!(
            "Cluster doesn't support {what} voter because the {KRAFT_VERSION} feature is {level}"
        );
        Err(Refusal::new(ErrorCode::UNSUPPORTED_VERSION, message))
    }

    /// A controller that lives registers again at once: only one that is unknown is refused.
    pub(crate) fn unregister_controller(&self, id: i32) -> Result<(), Refusal> {
        if (CONTROLLER_ID..CONTROLLER_ID + CONTROLLERS).contains(&id) {
            return Ok(());
        }
        let message = format!("Controller ID {id} is not currently registered.");
        Err(Refusal::new(ErrorCode::CONTROLLER_ID_NOT_REGISTERED, message))
    }
}
