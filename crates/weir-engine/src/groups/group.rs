//! One group under its lock: steps of the classic protocol, their records, and its timer. Steps of
//! the newer protocols are in `modern`.

use std::sync::{Arc, Weak};

use parking_lot::{Mutex, MutexGuard};
use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::leave_group_request::MemberIdentity;
use weir_wire::messages::leave_group_response::MemberResponse;
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::classic::{ClassicGroup, JoinContext, NEVER, Now, Store, Then};
use super::consumer::ConsumerGroup;
use super::load::LoadedGroup;
use super::offsets::Offsets;
use super::records;
use super::shard::{COMMIT_TIMEOUT_MS, Shard};
use super::streams::StreamsGroup;
use crate::timer::{Task, TimerGuard};
use crate::wait::{Parked, Promise};

/// How often a record that is written but not yet committed is looked at.
const COMMIT_POLL_MS: i64 = 5;

/// One group.
#[derive(Debug)]
pub(crate) struct Group {
    id: Str,
    shard: Weak<Shard>,
    me: Weak<Group>,
    state: Mutex<GroupState>,
}

/// What the group's lock protects.
#[derive(Debug)]
pub(crate) struct GroupState {
    /// Empty while the group is of another protocol.
    pub(crate) classic: ClassicGroup,
    /// The group, while it is of the consumer protocol.
    pub(crate) consumer: Option<Box<ConsumerGroup>>,
    /// The group, while it is of the streams protocol.
    pub(crate) streams: Option<Box<StreamsGroup>>,
    pub(crate) offsets: Offsets,
    timer: Option<TimerGuard>,
    armed_at: i64,
}

impl Group {
    pub(super) fn new(shard: Weak<Shard>, loaded: LoadedGroup) -> Arc<Self> {
        let LoadedGroup { classic, consumer, streams, offsets } = loaded;
        let state =
            GroupState { classic, consumer, streams, offsets, timer: None, armed_at: NEVER };
        Arc::new_cyclic(|me| Self {
            id: state.classic.id().clone(),
            shard,
            me: me.clone(),
            state: Mutex::new(state),
        })
    }

    pub(crate) fn id(&self) -> &Str {
        &self.id
    }

    /// Whether nothing of it is in the log, and nobody uses it.
    pub(super) fn is_unused(&self) -> bool {
        self.state.try_lock().is_some_and(|state| {
            state.consumer.is_none()
                && state.streams.is_none()
                && state.offsets.is_empty()
                && state.classic.is_unused()
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, GroupState> {
        self.state.lock()
    }

    pub(crate) fn join(
        &self,
        context: &JoinContext,
        request: &JoinGroupRequest,
    ) -> Parked<JoinGroupResponse> {
        let (promise, parked) = Promise::new();
        self.step(|group, now| group.join(context, request, promise, now));
        parked
    }

    pub(crate) fn sync(&self, request: &SyncGroupRequest) -> Parked<SyncGroupResponse> {
        let (promise, parked) = Promise::new();
        self.step(|group, _| group.sync(request, promise));
        parked
    }

    pub(crate) fn heartbeat(
        &self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        let mut result = Ok(());
        self.step(|group, now| {
            result = group.heartbeat(member_id, instance, generation, now);
            None
        });
        result
    }

    pub(crate) fn leave(
        &self,
        members: &[MemberIdentity],
    ) -> Result<Vec<MemberResponse>, ErrorCode> {
        let mut result = Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        self.step(|group, now| match group.leave(members, now) {
            Ok((answers, store)) => {
                result = Ok(answers);
                store
            }
            Err(error) => {
                result = Err(error);
                None
            }
        });
        result
    }

    /// Sessions begin: the group was just loaded.
    pub(super) fn start(&self) {
        self.step(|group, now| group.start(now));
        if let Some(shard) = self.shard.upgrade() {
            self.start_modern(&shard);
            self.start_streams(&shard);
        }
    }

    /// The coordinator moved, or the group was deleted.
    pub(super) fn close(&self, error: ErrorCode) {
        let mut state = self.lock();
        if let Some(shard) = self.shard.upgrade() {
            state.classic.close(error, shard.env.now());
        }
        state.timer = None;
    }

    /// One step of the protocol, with everything that follows from it.
    fn step(&self, act: impl FnOnce(&mut ClassicGroup, Now) -> Option<Store>) {
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.lock();
        let now = shard.env.now();
        let store = act(&mut state.classic, now);
        self.drive(&shard, &mut state, store, now);
        self.arm(&shard, &mut state);
    }

    /// Writes what a step asks for, and takes the steps that follow.
    pub(super) fn drive(
        &self,
        shard: &Shard,
        state: &mut GroupState,
        mut store: Option<Store>,
        now: Now,
    ) {
        while let Some(Store { value, then }) = store {
            let written = records::group_metadata(&self.id, &value)
                .map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)
                .and_then(|record| shard.write(&[record]));
            store = match written {
                Err(error) => {
                    tracing::warn!(group = %self.id, error = error.name(), "group could not be written");
                    state.classic.stored(then, Err(error), now)
                }
                Ok(required) if shard.is_committed(required) => {
                    state.classic.stored(then, Ok(()), now)
                }
                Ok(required) => {
                    let until = now.monotonic_ms + COMMIT_TIMEOUT_MS;
                    self.look_later(shard, Uncommitted { required, until, then });
                    None
                }
            };
        }
    }

    /// The record waits for its replicas: looked at again shortly. The group goes on meanwhile.
    fn look_later(&self, shard: &Shard, wait: Uncommitted) {
        let me = self.me.clone();
        let at = shard.env.clock.monotonic_ms() + COMMIT_POLL_MS;
        let task = Task::Call(Box::new(move |_| {
            if let Some(group) = me.upgrade() {
                group.look_again(wait);
            }
        }));
        shard.env.timers.schedule(at, task).detach();
    }

    fn look_again(&self, wait: Uncommitted) {
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.lock();
        let now = shard.env.now();
        let result = match shard.commit_state(wait.required) {
            Some(result) => result,
            None if now.monotonic_ms >= wait.until => Err(ErrorCode::COORDINATOR_NOT_AVAILABLE),
            None => return self.look_later(&shard, wait),
        };
        let store = state.classic.stored(wait.then, result, now);
        self.drive(&shard, &mut state, store, now);
        self.arm(&shard, &mut state);
    }

    /// Keeps one timer for the group's earliest deadline. A deadline that moves away leaves it: it
    /// fires early, finds nothing due, and is armed again, so that heartbeats cost no timer.
    pub(super) fn arm(&self, shard: &Shard, state: &mut GroupState) {
        let at = state.wake_at();
        if at == NEVER || at >= state.armed_at {
            return;
        }
        let me = self.me.clone();
        let task = Task::Call(Box::new(move |_| {
            if let Some(group) = me.upgrade() {
                group.tick();
            }
        }));
        state.timer = Some(shard.env.timers.schedule(at, task));
        state.armed_at = at;
    }

    fn tick(&self) {
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.lock();
        state.armed_at = NEVER;
        self.act_on_due(&shard, &mut state);
    }

    /// Does what is due, though its timer has not fired yet: timers may be some milliseconds late, and who
    /// looks at a group is not to meet a member whose session is over.
    pub(super) fn catch_up(&self) {
        let Some(shard) = self.shard.upgrade() else { return };
        let mut state = self.lock();
        if state.wake_at() <= shard.env.clock.monotonic_ms() {
            self.act_on_due(&shard, &mut state);
        }
    }

    fn act_on_due(&self, shard: &Shard, state: &mut GroupState) {
        let now = shard.env.now();
        while state.classic.wake_at() <= now.monotonic_ms {
            let store = state.classic.tick(now);
            self.drive(shard, state, store, now);
        }
        self.tick_modern(shard, state, now);
        self.tick_streams(shard, state, now);
        self.arm(shard, state);
    }
}

/// A record that is written and not committed.
#[derive(Debug)]
struct Uncommitted {
    required: i64,
    until: i64,
    then: Then,
}
