//! The life of brokers: they stop in an orderly way, are killed, and start again (`engine.md`
//! section 1).

use std::collections::BTreeMap;

use thiserror::Error;
use weir_wire::ErrorCode;
use weir_wire::messages::broker_registration_change_record::BrokerRegistrationChangeRecord;
use weir_wire::messages::unregister_broker_record::UnregisterBrokerRecord;

use super::decision::Target;
use super::election::Subject;
use super::refusal::Refusal;
use super::{Controller, Draft};
use crate::image::BrokerImage;
use crate::metadata::{MetadataError, registration};
use crate::partition::NO_LEADER;
use crate::rng::Rng;

/// What a broker does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerState {
    /// Registered and serving.
    Running,
    /// Its leaders are moving.
    Stopping,
    /// Stopped in an orderly way, or fenced after it was killed.
    Stopped,
    /// Killed; the controllers fence it at this monotonic time (ms).
    Killed { fenced_at_ms: i64 },
    /// Registered again, its replicas catch up.
    Starting,
}

/// Why a broker cannot be stopped, killed or started.
#[derive(Debug, Clone, Error)]
pub enum BrokerError {
    /// There is no such broker.
    #[error("there is no broker {0}")]
    Unknown(i32),
    /// It is not in a state for that.
    #[error("broker {broker} is {state:?}")]
    WrongState { broker: i32, state: BrokerState },
    /// It has not so many log dirs.
    #[error("broker {broker} has no log dir {at}")]
    NoLogDir { broker: i32, at: usize },
    /// A broker without a log dir that works is of no use: Kafka's ends itself (KIP-112).
    #[error("broker {0} has no other log dir that is online")]
    LastLogDir(i32),
    /// The metadata log failed.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// States of all brokers.
pub(crate) type Lives = BTreeMap<i32, BrokerState>;

impl Controller {
    /// What the broker does now.
    pub(crate) fn broker_state(&self, id: i32) -> Option<BrokerState> {
        self.lives.lock().get(&id).copied()
    }

    fn enter(
        &self,
        id: i32,
        from: impl Fn(BrokerState) -> bool,
        to: BrokerState,
    ) -> Result<(), BrokerError> {
        let mut lives = self.lives.lock();
        let state = lives.get_mut(&id).ok_or(BrokerError::Unknown(id))?;
        if !from(*state) {
            return Err(BrokerError::WrongState { broker: id, state: *state });
        }
        *state = to;
        Ok(())
    }

    fn set_state(&self, id: i32, state: BrokerState) {
        self.lives.lock().insert(id, state);
    }

    /// Controlled shutdown: leaders move, the broker leaves ISRs and is fenced. When this returns
    /// its listeners may close.
    pub(crate) fn stop_broker(&self, id: i32) -> Result<(), BrokerError> {
        use BrokerState::{Running, Starting, Stopped, Stopping};
        let _alone = self.life.lock();
        self.enter(id, |state| matches!(state, Running | Starting), Stopping)?;
        match self.leave(id, true) {
            Ok(()) => self.set_state(id, Stopped),
            Err(error) => {
                self.set_state(id, Running);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The broker's connections were reset: its replicas stand still from now on. The controllers
    /// notice after `broker.session.timeout.ms`. Answers that moment (monotonic, ms).
    pub(crate) fn kill_broker(&self, id: i32) -> Result<i64, BrokerError> {
        use BrokerState::{Killed, Running, Starting};
        let _alone = self.life.lock();
        let timeout = self.image().configs().broker_i64("broker.session.timeout.ms");
        let fenced_at_ms = self.clock.monotonic_ms().saturating_add(timeout);
        self.enter(id, |state| matches!(state, Running | Starting), Killed { fenced_at_ms })?;
        self.image().env().power().set(id, false);
        // Taken after that: a partition that is made meanwhile finds out by itself.
        let image = self.image();
        for subject in Subject::all(&image, |a| a.is_replica(id)) {
            subject.handle.freeze(id);
        }
        Ok(fenced_at_ms)
    }

    /// Fences every killed broker whose session ended. Answers the next such moment.
    pub(crate) fn fence_expired(&self) -> Result<Option<i64>, MetadataError> {
        let now = self.clock.monotonic_ms();
        let killed: Vec<(i32, i64)> = self
            .lives
            .lock()
            .iter()
            .filter_map(|(&id, state)| match state {
                BrokerState::Killed { fenced_at_ms } => Some((id, *fenced_at_ms)),
                _ => None,
            })
            .collect();
        let mut next = None;
        for (id, at) in killed {
            if at <= now {
                self.fence(id, at)?;
            } else {
                next = Some(next.map_or(at, |n: i64| n.min(at)));
            }
        }
        Ok(next)
    }

    /// Fences a killed broker, unless it was started meanwhile.
    fn fence(&self, id: i32, fenced_at_ms: i64) -> Result<(), MetadataError> {
        let _alone = self.life.lock();
        if self.broker_state(id) == Some(BrokerState::Killed { fenced_at_ms }) {
            self.leave(id, false)?;
            self.set_state(id, BrokerState::Stopped);
        }
        Ok(())
    }

    /// Fences the broker, moves its leaders, takes it out of ISRs: one commit.
    fn leave(&self, id: i32, controlled: bool) -> Result<(), MetadataError> {
        let mut touched = Vec::new();
        let outcome = self.change(|draft| {
            draft.image.env().power().set(id, false);
            draft.push(BrokerRegistrationChangeRecord {
                broker_id: id,
                broker_epoch: draft.image.broker(id).map_or(-1, |b| b.epoch),
                fenced: 1,
                in_controlled_shutdown: i8::from(controlled),
                ..Default::default()
            })?;
            touched = Subject::all(draft.image, |a| a.is_replica(id));
            for subject in &touched {
                subject.handle.freeze(id);
                leave_one(draft, subject, id)?;
            }
            Ok(())
        });
        if outcome.is_err() {
            // Nothing was committed: the partitions go on as they were.
            self.image().env().power().set(id, true);
            for subject in &touched {
                subject.handle.set_moving(false);
                subject.handle.thaw(id);
            }
        }
        outcome
    }

    /// Registers the broker with a new epoch and unfences it. Replicas that miss nothing join their
    /// ISRs in the same commit; the others catch up in the background.
    pub(crate) fn start_broker(&self, id: i32, rng: &dyn Rng) -> Result<(), BrokerError> {
        use BrokerState::{Killed, Starting, Stopped};
        let _alone = self.life.lock();
        if let Some(Killed { .. }) = self.broker_state(id) {
            // A new registration ends the old incarnation's session.
            self.leave(id, false)?;
            self.set_state(id, Stopped);
        }
        self.enter(id, |state| state == Stopped, Starting)?;
        let joined = self.change(|draft| {
            let forgotten = || self.forgotten.lock().remove(&id);
            let known = draft.image.broker(id).cloned().or_else(forgotten);
            let epoch = draft.image.end_offset();
            if let Some(broker) = known {
                let registered = BrokerImage {
                    epoch,
                    incarnation: rng.uuid(),
                    fenced: false,
                    in_controlled_shutdown: false,
                    ..broker.as_ref().clone()
                };
                draft.push(registration(&registered))?;
            }
            draft.image.env().power().set(id, true);
            rejoin(draft, &[id])
        });
        match joined {
            Ok(behind) => self.catch_up.lock().add(behind),
            Err(error) => {
                let image = self.image();
                image.env().power().set(id, false);
                let replicas = Subject::all(&image, |a| a.is_replica(id));
                replicas.iter().for_each(|subject| subject.handle.freeze(id));
                self.set_state(id, Stopped);
                return Err(error.into());
            }
        }
        self.settle_started();
        Ok(())
    }

    /// Forgets a broker: its leaders move, it leaves ISRs; its replicas stay assigned to it.
    pub(crate) fn unregister_broker(&self, id: i32) -> Result<Result<(), Refusal>, MetadataError> {
        let _alone = self.life.lock();
        let Some(broker) = self.image().broker(id).cloned() else {
            let message = format!("Broker ID {id} is not currently registered");
            return Ok(Err(Refusal::new(ErrorCode::BROKER_ID_NOT_REGISTERED, message)));
        };
        if broker.is_alive() {
            self.leave(id, false)?;
        }
        self.change(|draft| {
            if draft.image.broker(id).is_none() {
                return Ok(());
            }
            draft.push(UnregisterBrokerRecord {
                broker_id: id,
                broker_epoch: broker.epoch,
                ..Default::default()
            })
        })?;
        self.set_state(id, BrokerState::Stopped);
        self.forgotten.lock().insert(id, broker);
        Ok(Ok(()))
    }

    /// Brokers whose replicas all follow again are running.
    pub(crate) fn settle_started(&self) {
        let catch_up = self.catch_up.lock();
        for (id, state) in self.lives.lock().iter_mut() {
            if *state == BrokerState::Starting && !catch_up.is_behind(*id) {
                *state = BrokerState::Running;
            }
        }
    }
}

/// The change of one partition when `id` leaves.
pub(crate) fn leave_one(
    draft: &mut Draft<'_>,
    subject: &Subject,
    id: i32,
) -> Result<(), MetadataError> {
    let assignment = &subject.assignment;
    if assignment.leader != id && !assignment.in_sync(id) {
        return Ok(());
    }
    let live = live(draft);
    let mut target = Target { election: subject.election(), ..Target::of(assignment) };
    target.isr.retain(|b| *b != id);
    subject.change(draft, target, |b| live.contains(&b)).map(drop)
}

/// The brokers that may lead and run.
pub(super) fn live(draft: &Draft<'_>) -> Vec<i32> {
    let env = draft.image.env();
    let brokers = draft.image.brokers().filter(|b| b.may_lead() && env.runs(b.id));
    brokers.map(|b| b.id).collect()
}

/// A replica that has to catch up: the broker, and where.
pub(crate) type Behind = (i32, std::sync::Arc<crate::partition::Partition>);

/// What brokers that run again change: partitions without a leader elect one, replicas that miss
/// nothing join their ISR. Answers the replicas that miss something.
pub(crate) fn rejoin(draft: &mut Draft<'_>, ids: &[i32]) -> Result<Vec<Behind>, MetadataError> {
    let concerned = |a: &crate::partition::Assignment| {
        a.replicas.iter().any(|b| ids.contains(b))
            && (a.leader == NO_LEADER || a.isr.len() < a.replicas.len())
    };
    let mut behind = Vec::new();
    let subjects = Subject::all(draft.image, concerned);
    for subject in subjects {
        rejoin_one(draft, &subject, ids, &mut behind)?;
    }
    Ok(behind)
}

/// As [`rejoin`], for some of one broker's replicas.
pub(super) fn rejoin_replicas(
    draft: &mut Draft<'_>,
    id: i32,
    subjects: Vec<Subject>,
) -> Result<Vec<Behind>, MetadataError> {
    let mut behind = Vec::new();
    for subject in subjects {
        rejoin_one(draft, &subject, &[id], &mut behind)?;
    }
    Ok(behind)
}

fn rejoin_one(
    draft: &mut Draft<'_>,
    subject: &Subject,
    ids: &[i32],
    behind: &mut Vec<Behind>,
) -> Result<(), MetadataError> {
    let live = live(draft);
    // A log dir may work again while its broker stands still.
    let runs = |id: i32| draft.image.env().runs(id);
    for &id in ids.iter().filter(|id| subject.assignment.is_replica(**id) && runs(**id)) {
        subject.handle.thaw(id);
    }
    if subject.assignment.leader == NO_LEADER {
        let target = Target { election: subject.election(), ..Target::of(&subject.assignment) };
        subject.change(draft, target, |b| live.contains(&b))?;
    }
    let Some(now) = Subject::of(draft.image, &subject.handle) else { return Ok(()) };
    now.join(draft, &live)?;
    // Without a leader that runs nobody is let in, whatever it has: it comes again when there is one.
    let waits = |id: i32| !live.contains(&now.assignment.leader) && !now.assignment.in_sync(id);
    for &id in ids.iter().filter(|id| now.assignment.is_replica(**id)) {
        if subject.handle.behind_bytes(id) > 0 || waits(id) {
            behind.push((id, subject.handle.clone()));
        }
    }
    Ok(())
}
