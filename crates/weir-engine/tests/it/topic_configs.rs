//! Topic configurations take effect at once, on a topic that is written to: each test sets one and looks at what changed.

use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::{BatchBuilder, Compression, RecordBatch};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

const TOPIC: i8 = 2;
const SET: i8 = 0;

fn topic(configs: &[(&str, &str)]) -> Cluster {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, configs);
    cluster
}

fn set(cluster: &Cluster, key: &str, value: &str) {
    assert_eq!(cluster.alter(TOPIC, "t", key, SET, value), ErrorCode::NONE, "{key}={value}");
}

fn send(cluster: &Cluster, batch: BatchBuilder) -> ErrorCode {
    let records = Some(batch.build().unwrap().to_bytes());
    let partition = PartitionProduceData { records, ..Default::default() };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 1_000,
        topic_data: vec![TopicProduceData {
            name: Str::from("t"),
            partition_data: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = cluster.connect(1).call(request, 12);
    ErrorCode(answer.responses[0].partition_responses[0].error_code)
}

/// One record, stamped `age_ms` ago.
fn record(cluster: &Cluster, age_ms: i64, value: &[u8]) -> BatchBuilder {
    let mut batch = BatchBuilder::new();
    batch.append(cluster.clock_ms() - age_ms, None, Some(value), &[]);
    batch
}

fn write(cluster: &Cluster, value: &[u8]) {
    assert_eq!(send(cluster, record(cluster, 0, value)), ErrorCode::NONE);
}

/// Contents of the partition's files whose names end so, the oldest segment first.
fn files(cluster: &Cluster, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = cluster.fs.files();
    paths.sort();
    let of_topic = |path: &&std::path::PathBuf| {
        let text = path.to_string_lossy();
        text.contains("/t-0/") && text.ends_with(ending)
    };
    paths.iter().filter(of_topic).map(|path| cluster.fs.content(path).unwrap()).collect()
}

fn segments(cluster: &Cluster) -> usize {
    files(cluster, ".log").len()
}

/// The batch that was written last.
fn last_batch(cluster: &Cluster) -> Vec<u8> {
    let log = files(cluster, ".log").pop().unwrap();
    let mut rest = &log[..];
    loop {
        let batch = RecordBatch::parse(rest).unwrap();
        let length = batch.bytes.len();
        if length == rest.len() {
            return rest.to_vec();
        }
        rest = &rest[length..];
    }
}

#[test]
fn segments_close_by_size() {
    let cluster = topic(&[]);
    (0..4).for_each(|_| write(&cluster, &[b'x'; 600 << 10]));
    assert_eq!(segments(&cluster), 1);
    set(&cluster, "segment.bytes", "1048576");
    write(&cluster, b"next");
    assert_eq!(segments(&cluster), 2);
}

#[test]
fn segments_close_by_age_less_their_jitter() {
    let cluster = topic(&[("segment.ms", "60000")]);
    write(&cluster, b"first");
    cluster.pass(59_000);
    write(&cluster, b"young enough");
    assert_eq!(segments(&cluster), 1);
    set(&cluster, "segment.ms", "30000");
    write(&cluster, b"old by the new age");
    assert_eq!(segments(&cluster), 2);
    // A jitter as large as the age leaves an age: the next record goes where this one went.
    set(&cluster, "segment.jitter.ms", "60000");
    write(&cluster, b"same time");
    assert_eq!(segments(&cluster), 2);
    cluster.pass(30_010);
    write(&cluster, b"older than the age without jitter");
    assert_eq!(segments(&cluster), 3);
}

#[test]
fn segments_close_when_their_index_is_full() {
    let cluster = topic(&[("index.interval.bytes", "0")]);
    (0..20).for_each(|_| write(&cluster, b"indexed"));
    assert_eq!(segments(&cluster), 1);
    set(&cluster, "segment.index.bytes", "100");
    write(&cluster, b"next");
    assert_eq!(segments(&cluster), 2);
}

#[test]
fn the_index_has_an_entry_every_so_many_bytes() {
    let cluster = topic(&[]);
    (0..20).for_each(|_| write(&cluster, &[b'x'; 200]));
    let entries = || files(&cluster, ".index").iter().map(Vec::len).sum::<usize>() / 8;
    let before = entries();
    assert!(before <= 2, "one every 4 KiB: {before}");
    set(&cluster, "index.interval.bytes", "100");
    (0..20).for_each(|_| write(&cluster, &[b'x'; 200]));
    assert!(entries() >= before + 19, "{}", entries());
}

#[test]
fn logs_are_flushed_by_count_and_by_age() {
    let cluster = topic(&[]);
    write(&cluster, b"in the page cache");
    let before = cluster.fs.sync_count();
    write(&cluster, b"there too");
    assert_eq!(cluster.fs.sync_count(), before);
    set(&cluster, "flush.messages", "1");
    let before = cluster.fs.sync_count();
    write(&cluster, b"on the disk before it is acknowledged");
    assert!(cluster.fs.sync_count() > before);
    set(&cluster, "flush.messages", "9223372036854775807");
    set(&cluster, "flush.ms", "5000");
    let before = cluster.fs.sync_count();
    write(&cluster, b"on the disk within five seconds");
    assert_eq!(cluster.fs.sync_count(), before);
    (0..7).for_each(|_| cluster.pass(1_000));
    assert!(cluster.fs.sync_count() > before);
}

#[test]
fn timestamps_are_the_brokers_or_within_bounds() {
    let cluster = topic(&[]);
    let hour = 3_600_000;
    assert_eq!(
        send(&cluster, record(&cluster, -2 * hour, b"future")),
        ErrorCode::INVALID_TIMESTAMP
    );
    set(&cluster, "message.timestamp.after.max.ms", "36000000");
    assert_eq!(send(&cluster, record(&cluster, -2 * hour, b"future")), ErrorCode::NONE);
    assert_eq!(send(&cluster, record(&cluster, 2 * hour, b"past")), ErrorCode::NONE);
    set(&cluster, "message.timestamp.before.max.ms", "3600000");
    assert_eq!(send(&cluster, record(&cluster, 2 * hour, b"past")), ErrorCode::INVALID_TIMESTAMP);
    set(&cluster, "message.timestamp.type", "LogAppendTime");
    assert_eq!(send(&cluster, record(&cluster, 2 * hour, b"past")), ErrorCode::NONE);
    let stored = last_batch(&cluster);
    assert_eq!(RecordBatch::parse(&stored).unwrap().header.max_timestamp, cluster.clock_ms());
}

#[test]
fn batches_are_stored_with_the_topics_codec_and_level() {
    let cluster = topic(&[]);
    // What a level makes of it: words that repeat, not quite alike.
    let text: Vec<u8> = (0..9_000_u32)
        .flat_map(|i| format!("{} ", i.wrapping_mul(2_654_435_761) % 9_973).into_bytes())
        .collect();
    let stored = || {
        write(&cluster, &text);
        let batch = last_batch(&cluster);
        (RecordBatch::parse(&batch).unwrap().header.attributes.compression().unwrap(), batch.len())
    };
    assert_eq!(stored().0, Compression::None, "as the client sent it");
    for (name, codec, low, high) in
        [("gzip", Compression::Gzip, "1", "9"), ("zstd", Compression::Zstd, "-50", "19")]
    {
        let level = format!("compression.{name}.level");
        set(&cluster, &level, low);
        set(&cluster, "compression.type", name);
        let fast = stored();
        set(&cluster, &level, high);
        let small = stored();
        assert_eq!((fast.0, small.0), (codec, codec));
        assert!(small.1 < fast.1, "{name}: level {high} {} bytes, {low} {}", small.1, fast.1);
    }
    set(&cluster, "compression.type", "uncompressed");
    assert_eq!(stored().0, Compression::None);
}

#[test]
fn a_record_has_a_largest_size_when_it_is_decompressed() {
    let cluster = topic(&[]);
    let batch = || record(&cluster, 0, &[b'x'; 5_000]).compression(Compression::Zstd);
    assert_eq!(send(&cluster, batch()), ErrorCode::NONE);
    set(&cluster, "max.decompressed.message.bytes", "4000");
    assert_eq!(send(&cluster, batch()), ErrorCode::INVALID_RECORD);
    // What is not compressed has max.message.bytes.
    assert_eq!(send(&cluster, record(&cluster, 0, &[b'x'; 5_000])), ErrorCode::NONE);
}

#[test]
fn retention_follows_size_time_and_policy() {
    let cluster = topic(&[("segment.bytes", "1048576"), ("retention.ms", "-1")]);
    (0..6).for_each(|_| write(&cluster, &[b'x'; 600 << 10]));
    let pass = || (0..400).for_each(|_| cluster.pass(1_000));
    pass();
    assert_eq!(segments(&cluster), 6);
    set(&cluster, "retention.bytes", "1300000");
    pass();
    assert_eq!(segments(&cluster), 3, "as few as hold the size");
    set(&cluster, "cleanup.policy", "compact");
    set(&cluster, "retention.ms", "1000");
    pass();
    assert_eq!(segments(&cluster), 3, "retention does not delete from a compacted topic");
    set(&cluster, "cleanup.policy", "delete");
    pass();
    let left: Vec<_> = files(&cluster, ".log").iter().map(Vec::len).collect();
    assert_eq!(left, [0], "{:?}", cluster.fs.files());
}
