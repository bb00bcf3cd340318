//! What decoding costs, counted by the allocator: a program of one test, for the count is of the
//! whole process.

#![allow(clippy::unwrap_used)]

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use weir_wire::header::{RequestHeader, decode_request_header, encode_request};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::testing::{Codec, Random, sample, schemas};
use weir_wire::{Bytes, Message, Reader};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Beside the budget: the counter that a frame's first slice makes, and the message itself, which
/// `Codec` puts into a box.
const BESIDE: usize = 64 + 1024;

fn counted<T>(work: impl FnOnce() -> T) -> (T, Stats) {
    let region = Region::new(ALLOCATOR);
    let outcome = work();
    (outcome, region.change())
}

fn check_budget(codec: &Codec, version: i16, bytes: Vec<u8>) {
    let length = bytes.len();
    let bytes = Bytes::from(bytes);
    let (_message, cost) = counted(|| codec.decode(bytes, version));
    let most = 16 * length + 64 * 1024 + BESIDE;
    assert!(
        cost.bytes_allocated <= most,
        "{} v{version}: {length} bytes cost {}",
        codec.name,
        cost.bytes_allocated
    );
}

#[test]
fn decoding_costs_what_it_may() {
    a_produce_request_takes_four_allocations();
    hostile_bytes_stay_within_the_budget();
}

fn a_produce_request_takes_four_allocations() {
    for version in 3..=13 {
        let records = Some(Bytes::from(vec![1; 1000]));
        let partition = PartitionProduceData { index: 3, records, ..Default::default() };
        let topic = TopicProduceData { partition_data: vec![partition], ..Default::default() };
        let request = ProduceRequest { acks: -1, topic_data: vec![topic], ..Default::default() };
        let header = RequestHeader { client_id: Some("producer-1".into()), ..Default::default() };
        let frame = encode_request(header, &request, version).unwrap().to_bytes().unwrap();
        let body = Bytes::copy_from_slice(&frame[4..]);
        let (decoded, cost) = counted(|| {
            let mut input = Reader::new(body);
            let header = decode_request_header(&mut input).unwrap();
            (ProduceRequest::decode(&mut input, header.request_api_version).unwrap(), header)
        });
        assert_eq!(decoded.0.topic_data[0].partition_data[0].index, 3);
        assert!(cost.allocations <= 4, "version {version}: {} allocations", cost.allocations);
        assert!(cost.bytes_allocated < 500, "record data was copied: {}", cost.bytes_allocated);
    }
}

fn hostile_bytes_stay_within_the_budget() {
    let mut random = Random::new(5);
    for schema in schemas() {
        let codec = Codec::named(schema.name).unwrap();
        for version in schema.versions.clone() {
            for byte in 0..=255 {
                check_budget(codec, version, vec![byte; 400]);
            }
            for _ in 0..10 {
                let sample = sample(schema, version, &mut random);
                for (place, _) in sample.lengths {
                    let mut bytes = sample.bytes.clone();
                    let huge = [0x7f, 0xff, 0xff, 0xff];
                    bytes.splice(place.., huge.into_iter().chain([0; 600]));
                    check_budget(codec, version, bytes);
                }
            }
        }
    }
}
