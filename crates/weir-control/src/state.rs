use crate::api::Describe;
use crate::files::{Desired, FailedFile, KeeperFile};

/// What is true of a cluster directory at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub desired: Desired,
    /// The directory was renamed `.deleting`.
    pub deleting: bool,
    pub keeper_locked: bool,
    pub engine_locked: bool,
    pub engine: EngineFact,
    pub keeper: Option<KeeperFile>,
    pub failed: Option<FailedFile>,
}

/// Whether the engine behind `control.json` answers `describe` with the same instance.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineFact {
    Silent,
    Answers(Box<Describe>),
}

/// A cluster's state in the console's words. Computed, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Creating,
    Starting,
    Active,
    Healing,
    Stopping,
    Stopped,
    Deleting,
    Failed,
}

/// The state that the facts amount to.
///
/// ```
/// use weir_control::{EngineFact, Facts, State, cluster_state, files::Desired};
/// let facts = Facts { desired: Desired::Running, deleting: false, keeper_locked: true, engine_locked: true,
///     engine: EngineFact::Silent, keeper: None, failed: None };
/// assert_eq!(cluster_state(&facts), State::Creating);
/// ```
pub fn cluster_state(facts: &Facts) -> State {
    let locked = facts.keeper_locked || facts.engine_locked;
    if facts.deleting {
        return State::Deleting;
    }
    if facts.desired == Desired::Stopped {
        return if locked { State::Stopping } else { State::Stopped };
    }
    if matches!(facts.engine, EngineFact::Answers(_)) {
        return State::Active;
    }
    if facts.failed.is_some() && !facts.keeper_locked {
        return State::Failed;
    }
    if !locked {
        return State::Stopped;
    }
    silent_state(facts)
}

/// A keeper is at work and its engine does not answer.
fn silent_state(facts: &Facts) -> State {
    match &facts.keeper {
        Some(keeper) if keeper.ready => State::Healing,
        Some(keeper) if keeper.ever_ready => State::Starting,
        _ => State::Creating,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(desired: Desired, keeper_locked: bool) -> Facts {
        Facts {
            desired,
            deleting: false,
            keeper_locked,
            engine_locked: false,
            engine: EngineFact::Silent,
            keeper: None,
            failed: None,
        }
    }

    fn keeper(ready: bool, ever_ready: bool) -> Option<KeeperFile> {
        Some(KeeperFile { ready, ever_ready, ..KeeperFile::default() })
    }

    fn check(facts: Facts, state: State) {
        assert_eq!(cluster_state(&facts), state, "{facts:?}");
    }

    #[test]
    fn a_silent_engine_is_named_by_what_its_keeper_saw() {
        let silent = || facts(Desired::Running, true);
        check(silent(), State::Creating);
        check(Facts { keeper: keeper(false, false), ..silent() }, State::Creating);
        check(Facts { keeper: keeper(false, true), ..silent() }, State::Starting);
        check(Facts { keeper: keeper(true, true), ..silent() }, State::Healing);
    }

    #[test]
    fn without_a_keeper_it_is_stopped_or_failed() {
        let failed = FailedFile { reason: "disk".to_owned(), at_ms: 1, deaths: 5 };
        check(facts(Desired::Running, false), State::Stopped);
        check(facts(Desired::Stopped, false), State::Stopped);
        check(Facts { failed: Some(failed), ..facts(Desired::Running, false) }, State::Failed);
    }

    #[test]
    fn a_wish_to_stop_shows_until_the_locks_are_free() {
        check(facts(Desired::Stopped, true), State::Stopping);
        check(Facts { engine_locked: true, ..facts(Desired::Stopped, false) }, State::Stopping);
        check(Facts { deleting: true, ..facts(Desired::Stopped, true) }, State::Deleting);
    }
}
