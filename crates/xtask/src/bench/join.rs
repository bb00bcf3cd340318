//! 10,000 members of 1,000 classic groups join at once, each on a connection of its own, as consumers do:
//! JoinGroup without an id, with the id that was given, SyncGroup, heartbeats that tell of a rebalance.

use super::ask;
use super::link::Link;
use super::process::{self, Broker, Used};
use super::wire::Connection;
use super::{row, stats};
use anyhow::{Context as _, bail, ensure};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use weir_wire::messages::consumer_protocol_subscription::ConsumerProtocolSubscription;
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment};
use weir_wire::{Bytes, ErrorCode, Message, Str, Writer};

const GROUPS: usize = 1_000;
const MEMBERS: usize = 10;
const ROUNDS: usize = 3;
/// Consumers take 3 s; what a member waits for its next heartbeat would be most of what is measured.
const HEARTBEAT: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run() -> anyhow::Result<()> {
    process::raise_open_files();
    let (mut settled, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = process::scratch()?;
        let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
        let (took, used) = round(&broker)?;
        settled.push(took);
        cpu.push(used);
    }
    row(
        "10,000 members of 1,000 classic groups join at once, rebalance delay 0: all settled",
        &format!("{:.2} s (of {ROUNDS}: {settled:.2?})", stats::median(&settled)),
        "<= 1.5 s",
    );
    row("... processor time of the engine for it", &format!("{:.2} s", stats::median(&cpu)), "");
    Ok(())
}

/// Seconds until every group is settled, and of the engine's processor time.
fn round(broker: &Broker) -> anyhow::Result<(f64, f64)> {
    let ids: Vec<String> = (0..GROUPS).map(|n| format!("join-{n:04}")).collect();
    let ports = ask::coordinators(&mut Connection::open(broker.port()?)?, &ids, ask::GROUP)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let groups: Vec<Rc<Group>> = ids.iter().map(|id| Rc::new(Group::new(id))).collect();
        let mut links = Vec::with_capacity(GROUPS * MEMBERS);
        for member in 0..GROUPS * MEMBERS {
            // Neighbours are of different groups.
            let at = member % GROUPS;
            links.push((groups[at].clone(), Link::open(ports[at])?));
        }
        let (before, since) = (Used::by(broker.pid())?, Instant::now());
        let members: Vec<_> = links
            .into_iter()
            .map(|(group, link)| tokio::task::spawn_local(live(group, link)))
            .collect();
        for member in members {
            member.await.context("a member ended")??;
        }
        ensure!(groups.iter().all(|group| group.is_settled()), "a group is not settled");
        let last = groups.iter().map(|group| group.settled.get()).max().flatten();
        let took = last.context("no group settled")?.duration_since(since);
        Ok((took.as_secs_f64(), Used::by(broker.pid())?.seconds - before.seconds))
    })
}

/// What its members know of a group together.
struct Group {
    id: Str,
    generation: Cell<i32>,
    /// Members that have their assignment of this generation.
    synced: Cell<usize>,
    settled: Cell<Option<Instant>>,
}

impl Group {
    fn new(id: &str) -> Self {
        let (generation, synced, settled) = (Cell::new(0), Cell::new(0), Cell::new(None));
        Self { id: id.into(), generation, synced, settled }
    }

    fn synced(&self, generation: i32) {
        if generation > self.generation.get() {
            self.generation.set(generation);
            self.synced.set(0);
        }
        if generation == self.generation.get() {
            self.synced.set(self.synced.get() + 1);
        }
        if self.synced.get() == MEMBERS {
            self.settled.set(Some(Instant::now()));
        }
    }

    fn is_settled(&self) -> bool {
        self.settled.get().is_some()
    }
}

/// One member until its group has settled.
async fn live(group: Rc<Group>, mut link: Link) -> anyhow::Result<()> {
    let mut id = Str::default();
    let deadline = Instant::now() + LIMIT;
    while !group.is_settled() {
        ensure!(Instant::now() < deadline, "{} did not settle within {LIMIT:?}", group.id);
        let joined = join(&group, &mut link, &mut id).await?;
        if sync(&group, &mut link, &joined).await? {
            stay(&group, &mut link, &joined).await?;
        }
    }
    Ok(())
}

async fn join(group: &Group, link: &mut Link, id: &mut Str) -> anyhow::Result<JoinGroupResponse> {
    loop {
        let protocol = JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: subscription()?,
            ..Default::default()
        };
        let request = JoinGroupRequest {
            group_id: group.id.clone(),
            session_timeout_ms: 45_000,
            rebalance_timeout_ms: 60_000,
            member_id: id.clone(),
            protocol_type: "consumer".into(),
            protocols: vec![protocol],
            ..Default::default()
        };
        let answer = link.call(&request, 9).await?;
        match ErrorCode(answer.error_code) {
            ErrorCode::NONE => return Ok(answer),
            ErrorCode::MEMBER_ID_REQUIRED => *id = answer.member_id,
            ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => tokio::task::yield_now().await,
            error => bail!("JoinGroup: {}", error.name()),
        }
    }
}

fn subscription() -> anyhow::Result<Bytes> {
    const VERSION: i16 = 3;
    let wanted =
        ConsumerProtocolSubscription { topics: vec!["bench.join".into()], ..Default::default() };
    let mut writer = Writer::with_capacity(64);
    writer.i16(VERSION);
    wanted.encode(VERSION, &mut writer)?;
    Ok(writer.finish().to_bytes()?)
}

/// Gets the assignment, which the leader brings; whether there is one in this generation.
async fn sync(group: &Group, link: &mut Link, joined: &JoinGroupResponse) -> anyhow::Result<bool> {
    let assign = |id: &Str| SyncGroupRequestAssignment {
        member_id: id.clone(),
        assignment: Bytes::from_static(&[0; 64]),
        ..Default::default()
    };
    let request = SyncGroupRequest {
        group_id: group.id.clone(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        protocol_type: joined.protocol_type.clone(),
        protocol_name: joined.protocol_name.clone(),
        assignments: joined.members.iter().map(|member| assign(&member.member_id)).collect(),
        ..Default::default()
    };
    match ErrorCode(link.call(&request, 5).await?.error_code) {
        ErrorCode::NONE => {
            group.synced(joined.generation_id);
            Ok(true)
        }
        ErrorCode::REBALANCE_IN_PROGRESS | ErrorCode::ILLEGAL_GENERATION => Ok(false),
        error => bail!("SyncGroup: {}", error.name()),
    }
}

/// Heartbeats until the group rebalances or has settled.
async fn stay(group: &Group, link: &mut Link, joined: &JoinGroupResponse) -> anyhow::Result<()> {
    let request = HeartbeatRequest {
        group_id: group.id.clone(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        ..Default::default()
    };
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if group.is_settled() {
            return Ok(());
        }
        match ErrorCode(link.call(&request, 4).await?.error_code) {
            ErrorCode::NONE => {}
            ErrorCode::REBALANCE_IN_PROGRESS => return Ok(()),
            error => bail!("Heartbeat: {}", error.name()),
        }
    }
}
