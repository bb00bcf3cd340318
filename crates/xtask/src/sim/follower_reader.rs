//! R7 and R9, as clients see them: what a follower shows, and what log dirs are said to hold.

use std::collections::BTreeMap;

use weir_engine::partition::{Partition, ReplicaStatus};
use weir_engine::{BrokerState, Rng};
use weir_wire::ErrorCode;
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::fetch_request::FetchRequest;
use weir_wire::messages::fetch_response::PartitionData;
use weir_wire::records::BatchReader;

use super::client::Client;
use super::ledger::Place;
use super::requests::{FETCH_VERSION, Read, fetch};
use super::whole_log::each_batch;
use super::wire::{Answer, InFlight};
use super::world::World;

const LOG_DIRS_VERSION: i16 = 4;
/// One step of so many looks at the log dirs of a broker: that reads whole logs.
const LOG_DIRS_EVERY: u64 = 40;

/// Reads one partition from a replica that does not lead. It never waits, so that what it is answered can be held against
/// what the replica is in the same moment.
#[derive(Debug)]
pub(super) struct FollowerReader(Place);

impl FollowerReader {
    pub(super) fn new(place: Place) -> Self {
        Self(place)
    }
}

impl Client for FollowerReader {
    fn step(&mut self, world: &mut World) {
        let mut result = read_follower(world, &self.0);
        if result.is_ok() && world.chance(LOG_DIRS_EVERY) {
            result = check_log_dirs(world);
        }
        if let Err(wrong) = result
            && !world.fs.is_dead()
        {
            world.violate(format!("{:?}: {wrong}", self.0));
        }
    }

    fn disconnect(&mut self, _broker: Option<i32>) {}
}

/// R7: a follower shows what it has below the high watermark, all of it and nothing else.
fn read_follower(world: &mut World, place: &Place) -> Result<(), String> {
    let (Some(engine), Some(partition)) = (world.engine.clone(), world.partition(place)) else {
        return Ok(());
    };
    let replicas = partition.replicas().map_err(|e| e.to_string())?;
    let followers: Vec<_> =
        replicas.into_iter().filter(|r| r.broker != partition.leader()).collect();
    let at = world.rng.below(followers.len().max(1) as u64) as usize;
    let Some(follower) = followers.get(at).filter(|follower| runs(world, follower.broker)) else {
        return Ok(());
    };
    let view = partition.view().map_err(|e| e.to_string())?;
    let offset = world.rng.below(view.log_end as u64 + 3) as i64;
    let is_committed = world.chance(2);
    let read = Read { offset, max_bytes: 1 << 20, max_wait_ms: 0, is_committed };
    let mut flight = InFlight::send(&engine, follower.broker, &fetch(place, &read), FETCH_VERSION);
    let Answer::Response(response) = flight.poll::<FetchRequest>(FETCH_VERSION) else {
        return Err(format!("R7: broker {} does not answer", follower.broker));
    };
    let answered = response.responses.first().and_then(|topic| topic.partitions.first());
    let answered = answered.ok_or("R7: an answer without its partition")?;
    let limit = if is_committed { view.last_stable_offset } else { view.high_watermark };
    world.counts.followed += 1;
    check_shown(answered, offset, follower, limit.min(follower.log_end))
        .map_err(|wrong| format!("R7: {follower:?}, {view:?}, read at {offset}: {wrong}"))
}

/// Whether the broker runs and its session has not ended.
fn runs(world: &World, broker: i32) -> bool {
    let state = world.engine.as_ref().and_then(|engine| engine.broker_state(broker));
    matches!(state, Some(BrokerState::Running))
}

/// `end`: what the follower may show ends there.
fn check_shown(
    answered: &PartitionData,
    offset: i64,
    follower: &ReplicaStatus,
    end: i64,
) -> Result<(), String> {
    let code = ErrorCode(answered.error_code);
    if offset > follower.log_end {
        return match code {
            ErrorCode::OFFSET_OUT_OF_RANGE => Ok(()),
            code => Err(format!("it is beyond the replica's end and answered {}", code.name())),
        };
    }
    if code != ErrorCode::NONE {
        return Err(format!("it is answered {}", code.name()));
    }
    let bytes = answered.records.as_ref().and_then(|r| r.to_bytes().ok()).unwrap_or_default();
    let mut next = offset;
    for batch in BatchReader::new(&bytes) {
        let header = batch.map_err(|e| e.to_string())?.header;
        if header.base_offset > next {
            return Err(format!("{} follows {next}", header.base_offset));
        }
        next = header.last_offset() + 1;
    }
    match next == end.max(offset) {
        true => Ok(()),
        false => Err(format!("it is shown up to {next}, not {end}")),
    }
}

/// R9: a replica has the bytes of the log up to its end, and its lag is what is missing to the log's.
fn check_log_dirs(world: &mut World) -> Result<(), String> {
    let (Some(engine), Some(broker)) = (world.engine.clone(), world.any_broker()) else {
        return Ok(());
    };
    let request = DescribeLogDirsRequest { topics: None, ..Default::default() };
    let mut flight = InFlight::send(&engine, broker, &request, LOG_DIRS_VERSION);
    let Answer::Response(response) = flight.poll::<DescribeLogDirsRequest>(LOG_DIRS_VERSION) else {
        return Err(format!("R9: broker {broker} does not answer"));
    };
    let topics = response.results.iter().flat_map(|dir| &dir.topics);
    let told: BTreeMap<_, _> = topics
        .flat_map(|topic| {
            topic.partitions.iter().map(|partition| {
                let place =
                    Place { topic: topic.name.to_string(), partition: partition.partition_index };
                (place, (partition.partition_size, partition.offset_lag))
            })
        })
        .collect();
    for place in world.places() {
        let Some(partition) = world.partition(&place) else { continue };
        let replicas = partition.replicas().map_err(|e| e.to_string())?;
        let Some(replica) = replicas.iter().find(|replica| replica.broker == broker) else {
            continue;
        };
        let log_end = partition.view().map_err(|e| e.to_string())?.log_end;
        let expected = (bytes_below(&partition, replica.log_end)?, log_end - replica.log_end);
        let told = told.get(&place).copied();
        if told != Some(expected) {
            return Err(format!("R9: {place:?} on {broker}: {told:?} told, {expected:?} there"));
        }
        world.counts.sized += 1;
    }
    Ok(())
}

/// The sizes of all batches before `end`, of a log that keeps everything.
fn bytes_below(partition: &Partition, end: i64) -> Result<i64, String> {
    let mut size = 0;
    each_batch(partition, end, |batch| {
        size += i64::try_from(batch.bytes.len()).map_err(|e| e.to_string())?;
        Ok(())
    })?;
    Ok(size)
}
