//! Members of streams groups (KIP-1071): they join with their topology, are told their tasks, leave, die
//! and are forgotten. One of them is static.

use weir_engine::{Clock, Engine, Rng};
use weir_wire::messages::streams_group_heartbeat_request::{
    Endpoint, StreamsGroupHeartbeatRequest, TaskOffset,
};
use weir_wire::messages::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
use weir_wire::{ErrorCode, Str};

use super::client::{Client, Owned, is_lost};
use super::group::Places;
use super::streams::{self, COUNTS, Copies};
use super::wire::{Answer, InFlight};
use super::world::{SESSION_MS, World, note};

const VERSION: i16 = 1;
const LEAVES: i32 = -1;
/// A static member that comes back.
const LEAVES_FOR_A_WHILE: i32 = -2;
/// Longer than a run: nobody is fenced for being slow to give something up.
const REBALANCE_MS: i32 = 300_000;
const HEARTBEAT_MS: i64 = 500;

#[derive(Debug)]
pub(super) struct StreamsMember {
    group: String,
    name: String,
    process: String,
    is_static: bool,
    /// How often it has begun anew.
    life: u32,
    /// 0: it has to join.
    epoch: i32,
    active: Places,
    standby: Places,
    /// It was told other tasks, and has not said yet that it has them.
    must_tell: bool,
    /// An answer was lost, and tasks with it, perhaps: they are told once.
    is_unsure: bool,
    /// It is certainly a member until then (monotonic, ms).
    until_ms: i64,
    /// When it sent the last one (monotonic, ms).
    beat_ms: i64,
    coordinator: Option<i32>,
    flight: Option<(Kind, InFlight)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Heartbeat {
        sent_ms: i64,
        /// The newest epoch that anyone was told by then.
        newest: i32,
    },
    Leave,
}

impl StreamsMember {
    pub(super) fn new(group: &str, number: usize) -> Self {
        Self {
            group: group.to_owned(),
            name: format!("{group}-m{number}"),
            // Two of three share a process.
            process: format!("{group}-p{}", number / 2),
            is_static: number == 2,
            life: 0,
            epoch: 0,
            active: Places::new(),
            standby: Places::new(),
            must_tell: false,
            is_unsure: false,
            until_ms: 0,
            beat_ms: 0,
            coordinator: None,
            flight: None,
        }
    }

    fn id(&self) -> String {
        format!("{}-{}", self.name, self.life)
    }

    /// Tasks are held by processes, too: none twice in one.
    fn of_process(&self) -> String {
        format!("{}/{}", self.group, self.process)
    }

    /// It has nothing any more, and joins again.
    fn drop_all(&mut self, world: &mut World) {
        let id = self.id();
        world.group(&self.group).release(&id);
        world.group(&self.of_process()).release(&id);
        self.forget();
    }

    fn forget(&mut self) {
        (self.epoch, self.until_ms) = (0, 0);
        (self.must_tell, self.is_unsure) = (false, false);
        self.active.clear();
        self.standby.clear();
    }

    /// As another member, of the same instance if it is static.
    fn begin_anew(&mut self, world: &mut World) {
        self.drop_all(world);
        self.life += 1;
    }

    fn send(&mut self, world: &mut World) {
        let Some(engine) = world.engine.clone() else { return };
        let Some(broker) = world.coordinator(&mut self.coordinator) else { return };
        let is_in = self.epoch > 0 && !world.is_calm;
        if is_in && world.chance(60) {
            // It dies without a word.
            return self.begin_anew(world);
        }
        if is_in && world.chance(50) {
            return self.leave(world, &engine, broker);
        }
        let now_ms = world.clock.monotonic_ms();
        let is_due = self.epoch == 0 || self.must_tell || self.is_unsure;
        if !is_due && now_ms - self.beat_ms < HEARTBEAT_MS {
            return;
        }
        let request = self.heartbeat(world);
        let kind =
            Kind::Heartbeat { sent_ms: now_ms, newest: world.group(&self.group).generation() };
        self.beat_ms = now_ms;
        self.flight = Some((kind, InFlight::send(&engine, broker, &request, VERSION)));
    }

    fn request(&self, epoch: i32) -> StreamsGroupHeartbeatRequest {
        StreamsGroupHeartbeatRequest {
            group_id: Str::from(self.group.as_str()),
            member_id: Str::from(self.id()),
            instance_id: self.is_static.then(|| Str::from(self.name.as_str())),
            member_epoch: epoch,
            rebalance_timeout_ms: -1,
            ..Default::default()
        }
    }

    fn leave(&mut self, world: &mut World, engine: &Engine, broker: i32) {
        let comes_back = self.is_static && (self.is_unsure || world.chance(2));
        let request = self.request(if comes_back { LEAVES_FOR_A_WHILE } else { LEAVES });
        self.begin_anew(world);
        self.flight = Some((Kind::Leave, InFlight::send(engine, broker, &request, VERSION)));
    }

    fn heartbeat(&self, world: &World) -> StreamsGroupHeartbeatRequest {
        let is_joining = self.epoch == 0;
        let tells = is_joining || self.must_tell || self.is_unsure;
        let mut request = self.request(self.epoch);
        request.active_tasks = tells.then(|| streams::told(&self.active));
        request.standby_tasks = tells.then(|| streams::told(&self.standby));
        request.warmup_tasks = tells.then(Vec::new);
        if is_joining {
            request.rebalance_timeout_ms = REBALANCE_MS;
            request.topology = Some(world.streams.topology());
            request.process_id = Some(Str::from(self.process.as_str()));
            let endpoint =
                Endpoint { host: Str::from(self.process.as_str()), port: 1, ..Default::default() };
            request.user_endpoint = Some(endpoint);
        }
        if world.chance(4) {
            let offset = TaskOffset {
                subtopology_id: Str::from_static(COUNTS),
                partition: world.rng.below(3) as i32,
                offset: world.rng.below(1_000) as i64,
                ..Default::default()
            };
            request.task_offsets = Some(vec![offset]);
        }
        request
    }

    fn receive(&mut self, world: &mut World, kind: Kind, mut flight: InFlight) {
        match (flight.poll::<StreamsGroupHeartbeatRequest>(VERSION), kind) {
            (Answer::NotYet, kind) => self.flight = Some((kind, flight)),
            // Whoever leaves does not wait for the word.
            (_, Kind::Leave) => {}
            (Answer::Lost, Kind::Heartbeat { .. }) => self.is_unsure = true,
            (Answer::Response(response), Kind::Heartbeat { sent_ms, newest }) => {
                self.heard(world, sent_ms, newest, &response);
            }
        }
    }

    fn heard(
        &mut self,
        world: &mut World,
        sent_ms: i64,
        newest: i32,
        response: &StreamsGroupHeartbeatResponse,
    ) {
        let (id, epoch, code) = (self.id(), response.member_epoch, ErrorCode(response.error_code));
        if epoch != self.epoch || response.active_tasks.is_some() {
            let told = (&response.active_tasks, &response.standby_tasks, &response.status);
            note!(world, "{id} in epoch {epoch}: {}, {told:?}", code.name());
        }
        if code != ErrorCode::NONE {
            return self.refused(world, sent_ms, code);
        }
        let now_ms = world.clock.monotonic_ms();
        if now_ms >= sent_ms + SESSION_MS {
            // Its session may have ended before it heard of it.
            return self.begin_anew(world);
        }
        if self.is_unsure && response.active_tasks.is_none() {
            return self.ask_again(world);
        }
        let before = std::mem::replace(&mut self.epoch, epoch);
        if let (Some(active), Some(standby)) = (&response.active_tasks, &response.standby_tasks) {
            (self.active, self.standby) = (streams::tasks(active), streams::tasks(standby));
            self.must_tell = true;
        } else {
            self.must_tell = false;
        }
        self.is_unsure = false;
        self.until_ms = sent_ms + SESSION_MS;
        world.counts.streamed += 1;
        let checked = self.check(world, now_ms, if before == 0 { newest } else { before });
        world.require(&self.group, checked);
    }

    /// What it has now, beside what others have.
    fn check(&self, world: &mut World, now_ms: i64, at_least: i32) -> Result<(), String> {
        let (id, epoch) = (self.id(), self.epoch);
        if epoch < at_least {
            return Err(format!("{id} is told epoch {epoch} after {at_least}"));
        }
        let both: Places = self.active.union(&self.standby).cloned().collect();
        if both.len() < self.active.len() + self.standby.len() {
            return Err(format!("{id} has a task twice: {:?}, {:?}", self.active, self.standby));
        }
        world.group(&self.of_process()).hold(&id, &both, now_ms, self.until_ms)?;
        let who = if self.is_static { &self.name } else { &id };
        let ledger = world.group(&self.group);
        ledger.saw_epoch(epoch);
        ledger.hold(&id, &self.active, now_ms, self.until_ms)?;
        ledger.claim(epoch, who, &self.active)
    }

    /// Tasks are told once, as Kafka does: whoever missed that gives everything up and joins again. A
    /// static member has to leave before.
    fn ask_again(&mut self, world: &mut World) {
        let (true, Some(engine)) = (self.is_static, world.engine.clone()) else {
            return self.drop_all(world);
        };
        if let Some(broker) = world.coordinator(&mut self.coordinator) {
            self.leave(world, &engine, broker);
        }
    }

    fn refused(&mut self, world: &mut World, sent_ms: i64, code: ErrorCode) {
        match code {
            ErrorCode::NOT_COORDINATOR => self.coordinator = None,
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::GROUP_ID_NOT_FOUND => {
                if sent_ms < self.until_ms {
                    let forgotten = format!("{} is forgotten: {}", self.id(), code.name());
                    world.require(&self.group, Err(forgotten));
                }
                self.drop_all(world);
            }
            ErrorCode::FENCED_MEMBER_EPOCH if self.is_static => self.begin_anew(world),
            ErrorCode::FENCED_MEMBER_EPOCH => self.drop_all(world),
            // The one before it is still believed in.
            ErrorCode::UNRELEASED_INSTANCE_ID if self.epoch == 0 => {}
            // What the coordinator would have told may be decided all the same.
            code if code.is_retriable() => self.is_unsure = true,
            code => world.require_retriable(&self.group, &self.id(), code),
        }
    }
}

impl Client for StreamsMember {
    fn step(&mut self, world: &mut World) {
        match self.flight.take() {
            Some(_) if world.fs.is_dead() => self.is_unsure = true,
            Some((kind, flight)) => self.receive(world, kind, flight),
            None => self.send(world),
        }
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        if is_lost(self.flight.as_ref().map(|(_, flight)| flight), broker) {
            self.flight = None;
            self.is_unsure = true;
        }
    }

    fn forgive(&mut self, world: &World) {
        if !world.keeps_offsets {
            self.forget();
            self.life += 1;
        }
    }

    fn owned(&self) -> Option<Owned<'_>> {
        Some(Owned { group: &self.group, member: self.id(), places: &self.active })
    }

    fn copies(&self) -> Option<Copies<'_>> {
        Some(Copies { process: &self.process, standbys: &self.standby })
    }
}
