//! Members of groups of every type: heartbeats at the wire, for no client here speaks all the protocols.

use anyhow::bail;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::messages::streams_group_heartbeat_request::{
    StreamsGroupHeartbeatRequest, Subtopology, Topology,
};
use weir_wire::{Bytes, Message as _, Reader, Request};

const MEMBER: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

/// A member of a consumer group (KIP-848) that joins to read `orders`.
pub fn consumer(group: &str) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest {
        group_id: group.into(),
        member_id: MEMBER.into(),
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(vec!["orders".into()]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    }
}

/// A member of a share group (KIP-932), likewise.
pub fn share(group: &str) -> ShareGroupHeartbeatRequest {
    ShareGroupHeartbeatRequest {
        group_id: group.into(),
        member_id: MEMBER.into(),
        subscribed_topic_names: Some(vec!["orders".into()]),
        ..Default::default()
    }
}

/// A member of a streams group (KIP-1071) whose topology reads `orders`.
pub fn streams(group: &str) -> StreamsGroupHeartbeatRequest {
    let subtopology = Subtopology {
        subtopology_id: "0".into(),
        source_topics: vec!["orders".into()],
        ..Default::default()
    };
    StreamsGroupHeartbeatRequest {
        group_id: group.into(),
        member_id: MEMBER.into(),
        rebalance_timeout_ms: 60_000,
        topology: Some(Topology {
            epoch: 0,
            subtopologies: vec![subtopology],
            ..Default::default()
        }),
        active_tasks: Some(Vec::new()),
        standby_tasks: Some(Vec::new()),
        warmup_tasks: Some(Vec::new()),
        process_id: Some("process".into()),
        client_tags: Some(Vec::new()),
        ..Default::default()
    }
}

/// Sends a heartbeat to whichever node coordinates the group.
pub fn beat<R: Request>(
    bootstrap: &str,
    request: &R,
    version: i16,
    error_of: impl Fn(&R::Response) -> i16,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut errors = Vec::new();
    while Instant::now() < deadline {
        errors.clear();
        for address in bootstrap.split(',') {
            match error_of(&ask(address, request, version)?) {
                0 => return Ok(()),
                error => errors.push(error),
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    bail!("no node takes the heartbeat: error codes {errors:?}")
}

fn ask<R: Request>(address: &str, request: &R, version: i16) -> anyhow::Result<R::Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let header = RequestHeader { client_id: Some("weir-test".into()), ..Default::default() };
    stream.write_all(&encode_request(header, request, version)?.to_bytes()?)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut frame = vec![0; usize::try_from(i32::from_be_bytes(length))?];
    stream.read_exact(&mut frame)?;
    let mut reader = Reader::new(Bytes::from(frame));
    decode_response_header(&mut reader, R::KEY, version)?;
    Ok(R::Response::decode(&mut reader, version)?)
}
