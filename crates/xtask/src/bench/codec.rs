//! The codec alone: what reading a small Produce request and writing a large Metadata response take.

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use weir_wire::header::{RequestHeader, decode_request_header, encode_request, encode_response};
use weir_wire::messages::metadata_response::{
    MetadataResponse, MetadataResponsePartition, MetadataResponseTopic,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::{Message as _, Reader, Uuid};

use super::row;
use super::stats::median;

const ROUNDS: usize = 21;
const DECODES: u32 = 100_000;

pub(crate) fn run() -> anyhow::Result<()> {
    let produce = produce_frame()?;
    let decodes = rounds(|| (0..DECODES).try_for_each(|_| decode(black_box(&produce))))?;
    let nanoseconds = median(&decodes) * 1e9 / f64::from(DECODES);
    row("decode of a one-partition Produce, 1 KB", &format!("{nanoseconds:.0} ns"), "300 ns");
    let response = metadata();
    let encodes = rounds(|| {
        black_box(encode_response(1, black_box(&response), 13)?);
        Ok(())
    })?;
    let took = format!("{:.2} ms", median(&encodes) * 1e3);
    row("encode of a Metadata response, 10,000 topics of 4 partitions", &took, "");
    Ok(())
}

/// Seconds of each round after the first.
fn rounds(work: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<Vec<f64>> {
    let mut seconds = Vec::with_capacity(ROUNDS);
    for _ in 0..=ROUNDS {
        let start = Instant::now();
        work()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(seconds.split_off(1))
}

fn produce_frame() -> anyhow::Result<Bytes> {
    let records = Some(Bytes::from(vec![1; 1024]));
    let partition = PartitionProduceData { index: 3, records, ..PartitionProduceData::default() };
    let topic = TopicProduceData {
        topic_id: Uuid::from_u128(7),
        partition_data: vec![partition],
        ..TopicProduceData::default()
    };
    let request = ProduceRequest { acks: -1, topic_data: vec![topic], ..ProduceRequest::default() };
    let header = RequestHeader { client_id: Some("bench".into()), ..RequestHeader::default() };
    Ok(encode_request(header, &request, 13)?.to_bytes()?.slice(4..))
}

/// Header and body, from a frame of its own as a connection has it.
fn decode(frame: &Bytes) -> anyhow::Result<()> {
    let mut input = Reader::new(frame.clone());
    let header = decode_request_header(&mut input)?;
    black_box(ProduceRequest::decode(&mut input, header.request_api_version)?);
    Ok(())
}

fn metadata() -> MetadataResponse {
    let partition = |index| MetadataResponsePartition {
        partition_index: index,
        leader_id: 1,
        replica_nodes: vec![1, 2, 3],
        isr_nodes: vec![1, 2, 3],
        ..MetadataResponsePartition::default()
    };
    let topic = |number: u128| MetadataResponseTopic {
        name: Some(format!("topic-{number:05}").into()),
        topic_id: Uuid::from_u128(number),
        partitions: (0..4).map(partition).collect(),
        ..MetadataResponseTopic::default()
    };
    MetadataResponse { topics: (0..10_000).map(topic).collect(), ..MetadataResponse::default() }
}
