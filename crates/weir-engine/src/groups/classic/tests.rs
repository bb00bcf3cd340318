//! The rules of the classic protocol, one test each, against a group with a fake clock and a log
//! that always writes (or never, where a test says so).

mod failures;
mod membership;
mod rebalances;
mod statics;

use bytes::Bytes;
use weir_wire::messages::group_metadata_value::GroupMetadataValue;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::leave_group_request::MemberIdentity;
use weir_wire::messages::sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment};
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::{ClassicGroup, GroupLimits, JoinContext, Now, State, Store};
use crate::wait::{Parked, Promise};

const SESSION_MS: i32 = 10_000;
const REBALANCE_MS: i32 = 60_000;

/// A group under test: what it asks to store is stored at once, with `store_result`.
struct Bench {
    group: ClassicGroup,
    now: Now,
    stored: usize,
    /// The newest record.
    record: Option<GroupMetadataValue>,
    store_result: Result<(), ErrorCode>,
    version: i16,
    uuids: u32,
}

fn bench() -> Bench {
    bench_with(GroupLimits { initial_rebalance_delay_ms: 0, ..GroupLimits::default() })
}

fn bench_with(limits: GroupLimits) -> Bench {
    let now = Now { monotonic_ms: 1_000, wall_ms: 1_700_000_000_000 };
    let group = ClassicGroup::new("g", limits, now);
    Bench { group, now, stored: 0, record: None, store_result: Ok(()), version: 9, uuids: 0 }
}

impl Bench {
    fn pass(&mut self, ms: i64) {
        self.now.monotonic_ms += ms;
        self.now.wall_ms += ms;
        while self.group.wake_at() <= self.now.monotonic_ms {
            let store = self.group.tick(self.now);
            self.store(store);
        }
    }

    fn store(&mut self, mut store: Option<Store>) {
        while let Some(next) = store {
            self.stored += 1;
            self.record = Some(next.value);
            store = self.group.stored(next.then, self.store_result, self.now);
        }
    }

    fn join_as(&mut self, request: JoinGroupRequest) -> Parked<JoinGroupResponse> {
        self.uuids += 1;
        let context = JoinContext {
            client_id: Str::from("client"),
            client_host: Str::from("/127.0.0.1"),
            uuid: Str::from(format!("uuid{:02}", self.uuids)),
            requires_known_member_id: self.version >= 4,
            supports_skipping_assignment: self.version >= 9,
        };
        let (promise, parked) = Promise::new();
        let store = self.group.join(&context, &request, promise, self.now);
        self.store(store);
        parked
    }

    fn join(&mut self, id: &str, protocols: &[&str]) -> Parked<JoinGroupResponse> {
        self.join_as(request(id, None, protocols))
    }

    /// A dynamic member gets its id and joins with it.
    fn enter(&mut self, protocols: &[&str]) -> (Str, Parked<JoinGroupResponse>) {
        let given = self.join("", protocols).try_now().unwrap();
        assert_eq!(given.error_code, ErrorCode::MEMBER_ID_REQUIRED.0);
        let parked = self.join(&given.member_id, protocols);
        (given.member_id, parked)
    }

    fn sync(
        &mut self,
        id: &str,
        generation: i32,
        given: &[(&str, &str)],
    ) -> Parked<SyncGroupResponse> {
        let assignments = given.iter().map(|(id, bytes)| SyncGroupRequestAssignment {
            member_id: Str::from(*id),
            assignment: Bytes::copy_from_slice(bytes.as_bytes()),
            ..SyncGroupRequestAssignment::default()
        });
        let request = SyncGroupRequest {
            member_id: Str::from(id),
            generation_id: generation,
            assignments: assignments.collect(),
            ..SyncGroupRequest::default()
        };
        let (promise, parked) = Promise::new();
        let store = self.group.sync(&request, promise);
        self.store(store);
        parked
    }

    fn leave(&mut self, id: &str, instance: Option<&str>) -> i16 {
        let member = MemberIdentity {
            member_id: Str::from(id),
            group_instance_id: instance.map(Str::from),
            ..MemberIdentity::default()
        };
        let (results, store) = self.group.leave(&[member], self.now).unwrap();
        self.store(store);
        results[0].error_code
    }

    fn heartbeat(&mut self, id: &str, generation: i32) -> Result<(), ErrorCode> {
        self.group.heartbeat(id, None, generation, self.now)
    }

    /// A stable group of one.
    fn stable(&mut self) -> (Str, i32) {
        let (id, mut joined) = self.enter(&["range"]);
        let generation = ok(&mut joined).generation_id;
        let synced = self.sync(&id, generation, &[(&id, "all")]).try_now().unwrap();
        assert_eq!(synced.error_code, 0);
        assert_eq!(self.group.state(), State::Stable);
        (id, generation)
    }

    /// A stable group of two; the first leads.
    fn stable_pair(&mut self) -> (Str, Str, i32) {
        let (first, _) = self.stable();
        let (second, mut joined) = self.enter(&["range"]);
        let mut rejoined = self.join(&first, &["range"]);
        let generation = ok(&mut rejoined).generation_id;
        ok(&mut joined);
        let mut waiting = self.sync(&second, generation, &[]);
        assert!(waiting.try_now().is_none(), "the leader has not assigned yet");
        self.sync(&first, generation, &[(&first, "one"), (&second, "two")]);
        assert_eq!(&waiting.try_now().unwrap().assignment[..], b"two");
        (first, second, generation)
    }
}

fn request(id: &str, instance: Option<&str>, protocols: &[&str]) -> JoinGroupRequest {
    let protocols = protocols.iter().map(|name| JoinGroupRequestProtocol {
        name: Str::from(*name),
        metadata: Bytes::from(format!("{name} of {id}")),
        ..JoinGroupRequestProtocol::default()
    });
    JoinGroupRequest {
        member_id: Str::from(id),
        group_instance_id: instance.map(Str::from),
        protocol_type: Str::from("consumer"),
        session_timeout_ms: SESSION_MS,
        rebalance_timeout_ms: REBALANCE_MS,
        protocols: protocols.collect(),
        ..JoinGroupRequest::default()
    }
}

#[track_caller]
fn ok(parked: &mut Parked<JoinGroupResponse>) -> JoinGroupResponse {
    let response = parked.try_now().expect("JoinGroup is still parked");
    assert_eq!(response.error_code, 0, "{}", ErrorCode(response.error_code).name());
    response
}

#[track_caller]
fn code(parked: &mut Parked<JoinGroupResponse>) -> ErrorCode {
    ErrorCode(parked.try_now().expect("JoinGroup is still parked").error_code)
}
