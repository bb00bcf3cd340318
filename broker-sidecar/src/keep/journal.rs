//! What the keeper writes down: `keeper.json`, `failed.json`, and its lines of `operations.jsonl`.
use weir_control::api::{Operation, OperationKind, OperationState, OperationStep};
use weir_control::files::{FailedFile, KeeperFile};
use weir_control::{ClusterDir, DirError, now_ms, random_id};

use super::say::say;

#[derive(Debug)]
pub(super) struct Journal {
    dir: ClusterDir,
    file: KeeperFile,
    heal: Option<Operation>,
}

impl Journal {
    /// A keeper begins: an older failure is over.
    pub(super) fn begin(dir: ClusterDir) -> Result<Self, DirError> {
        let ever_ready = dir.load_keeper()?.is_some_and(|k| k.ever_ready);
        let file = KeeperFile {
            pid: std::process::id(),
            started_ms: now_ms(),
            ever_ready,
            ..KeeperFile::default()
        };
        dir.remove_failed()?;
        dir.save_keeper(&file)?;
        // History only: one that cannot be read or written is no reason not to run.
        if let Err(e) = dir.operations().settle(OperationKind::is_keepers) {
            say(e);
        }
        Ok(Self { dir, file, heal: None })
    }

    pub(super) fn ever_ready_here(&self) -> bool {
        self.file.ready
    }

    /// Counts a launch; its number.
    pub(super) fn launched(&mut self) -> u32 {
        self.file.launches += 1;
        self.save();
        self.file.launches
    }

    pub(super) fn ready(&mut self) {
        self.file.ready = true;
        self.file.ever_ready = true;
        self.save();
        if let Some(heal) = self.heal.take() {
            self.write(&heal.end(OperationState::Done));
        }
    }

    /// The engine died and will be started again: the cluster heals from now on.
    pub(super) fn died(&mut self, how: &str) {
        self.file.last_exit = Some(how.to_owned());
        self.save();
        let heal = match self.heal.take() {
            Some(mut heal) => {
                heal.steps.push(OperationStep { name: format!("again: {how}"), at_ms: now_ms() });
                heal
            }
            None => Operation { detail: Some(how.to_owned()), ..begin(OperationKind::Heal) },
        };
        self.write(&heal);
        self.heal = Some(heal);
    }

    /// The keeper gives up.
    pub(super) fn failed(&mut self, how: &str, deaths: u32) -> Result<(), DirError> {
        if let Some(heal) = self.heal.take() {
            self.write(&heal.end(OperationState::Failed));
        }
        let fail = Operation { detail: Some(how.to_owned()), ..begin(OperationKind::Fail) };
        self.write(&fail.end(OperationState::Done));
        self.file.last_exit = Some(how.to_owned());
        self.save();
        self.dir.save_failed(&FailedFile { reason: how.to_owned(), at_ms: now_ms(), deaths })
    }

    /// The keeper ends: a healing that was going on has not come to its end.
    pub(super) fn ended(&mut self) {
        if let Some(heal) = self.heal.take() {
            self.write(&heal.end(OperationState::Failed));
        }
    }

    /// A full disk must not end the keeper: what it could not write is said on standard error.
    fn save(&self) {
        if let Err(e) = self.dir.save_keeper(&self.file) {
            say(e);
        }
    }

    fn write(&self, operation: &Operation) {
        if let Err(e) = self.dir.operations().append(operation) {
            say(e);
        }
    }
}

fn begin(kind: OperationKind) -> Operation {
    let id = random_id().unwrap_or_else(|_| format!("{}-{}", now_ms(), std::process::id()));
    Operation::begin(id, kind)
}
