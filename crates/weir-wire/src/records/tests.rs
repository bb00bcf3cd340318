//! Properties of batches: what is written is read, and nothing hostile gets through.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

type Header = (Vec<u8>, Option<Vec<u8>>);
type Record = (i64, Option<Vec<u8>>, Option<Vec<u8>>, Vec<Header>);

const NOW: i64 = 1_700_000_000_000;
const MAX: usize = 1 << 20;

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..max)
}

fn record() -> impl Strategy<Value = Record> {
    let header = (bytes(6), proptest::option::of(bytes(6)));
    let headers = proptest::collection::vec(header, 0..4);
    let time = (NOW - 100_000)..NOW;
    (time, proptest::option::of(bytes(20)), proptest::option::of(bytes(300)), headers)
}

fn codec() -> impl Strategy<Value = Compression> {
    proptest::sample::select(Compression::ALL.to_vec())
}

fn build(records: &[Record], codec: Compression) -> ValidBatch {
    let mut builder = BatchBuilder::new().compression(codec);
    for (time, key, value, headers) in records {
        let headers: Vec<_> = headers.iter().map(|(k, v)| (&k[..], v.as_deref())).collect();
        builder.append(*time, key.as_deref(), value.as_deref(), &headers);
    }
    builder.build().unwrap()
}

fn read(batch: &ValidBatch) -> Vec<Record> {
    let bytes = batch.to_bytes();
    let batch = RecordBatch::parse(&bytes).unwrap();
    let mut scratch = Vec::new();
    let owned = |h: HeaderRef<'_>| (h.key.to_vec(), h.value.map(<[u8]>::to_vec));
    let records = batch.records(&mut scratch, MAX).unwrap().map(Result::unwrap);
    let records = records.map(|r| {
        let headers = r.headers().map(owned).collect();
        (r.timestamp, r.key.map(<[u8]>::to_vec), r.value.map(<[u8]>::to_vec), headers)
    });
    records.collect()
}

fn one(codec: Compression) -> ValidBatch {
    build(&[(NOW, Some(b"k".to_vec()), Some(vec![7; 1000]), vec![])], codec)
}

fn options() -> ValidateOptions {
    ValidateOptions { now_ms: NOW, ..ValidateOptions::default() }
}

fn refused(batch: &[u8], options: &ValidateOptions) -> RecordError {
    validate(&Bytes::copy_from_slice(batch), options).unwrap_err()
}

/// A batch with one header field changed and the checksum made right again.
fn doctored(batch: &ValidBatch, change: impl FnOnce(&mut BatchHeader)) -> Vec<u8> {
    let mut header = *batch.header();
    change(&mut header);
    let mut bytes = batch.to_bytes().to_vec();
    bytes[..HEADER_LEN].copy_from_slice(&header.to_bytes());
    let crc = compute_crc(&bytes).unwrap();
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes
}

proptest! {
    #[test]
    fn records_survive_every_codec(
        records in proptest::collection::vec(record(), 1..30),
        codec in codec(),
    ) {
        let batch = build(&records, codec);
        prop_assert_eq!(batch.header().attributes.compression().unwrap(), codec);
        prop_assert_eq!(read(&batch), records);
        let valid = validate(&batch.to_bytes(), &options()).unwrap();
        prop_assert_eq!(valid.to_bytes(), batch.to_bytes());
    }

    #[test]
    fn recompression_keeps_records(
        records in proptest::collection::vec(record(), 1..20),
        from in codec(),
        to in codec(),
    ) {
        let options = ValidateOptions { compression: Some(to), ..options() };
        let valid = validate(&build(&records, from).to_bytes(), &options).unwrap();
        prop_assert_eq!(valid.header().attributes.compression().unwrap(), to);
        prop_assert_eq!(read(&valid), records);
        prop_assert!(ValidBatch::trusted(valid.to_bytes()).is_ok());
    }

    #[test]
    fn varints_survive(value in any::<i64>(), small in any::<i32>()) {
        let mut out = Vec::new();
        varint::write_i64(&mut out, value);
        prop_assert_eq!(out.len(), varint::size_of(value));
        prop_assert_eq!(varint::read_i64(&out), Some((value, &[][..])));
        out.clear();
        varint::write_i32(&mut out, small);
        prop_assert_eq!(varint::read_i32(&out), Some((small, &[][..])));
    }

    #[test]
    fn arbitrary_bytes_never_panic(input in bytes(400)) {
        let _ = validate(&Bytes::from(input.clone()), &options());
        for batch in BatchReader::new(&input).flatten() {
            let mut scratch = Vec::new();
            if let Ok(records) = batch.records(&mut scratch, MAX) {
                records.for_each(drop);
            }
        }
    }

    #[test]
    fn a_flipped_byte_is_found(at in 12_usize..1061, to in any::<u8>(), codec in codec()) {
        let mut bytes = one(codec).to_bytes().to_vec();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        // Leader epoch and base offset are the broker's: outside the checksum.
        prop_assume!(at >= 16);
        prop_assert!(validate(&Bytes::from(bytes), &options()).is_err());
    }

    #[test]
    fn hostile_records_with_right_checksum_never_panic(
        body in bytes(300),
        codec in codec(),
        count in 1..2000_i32,
    ) {
        let mut bytes = one(Compression::None).to_bytes()[..HEADER_LEN].to_vec();
        bytes.extend_from_slice(&body);
        let mut header = BatchHeader::parse(&bytes).unwrap();
        header.batch_length = (bytes.len() - 12) as i32;
        header.record_count = count;
        header.last_offset_delta = count - 1;
        header.attributes = header.attributes.with_compression(codec);
        bytes[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        let crc = compute_crc(&bytes).unwrap();
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
        let _ = validate(&Bytes::from(bytes), &options());
    }
}

#[test]
fn duplicate_headers_and_null_values_survive() {
    let headers = vec![
        (b"h".to_vec(), Some(b"1".to_vec())),
        (b"h".to_vec(), None),
        (b"h".to_vec(), Some(vec![])),
    ];
    let records = vec![(NOW, None, None, headers)];
    assert_eq!(read(&build(&records, Compression::Zstd)), records);
}

#[test]
fn raw_snappy_is_read() {
    let plain = one(Compression::None);
    let body = snap::raw::Encoder::new().compress_vec(plain.body()).unwrap();
    let mut bytes = plain.to_bytes()[..HEADER_LEN].to_vec();
    bytes.extend_from_slice(&body);
    let mut header = *plain.header();
    header.attributes = header.attributes.with_compression(Compression::Snappy);
    header.batch_length = (bytes.len() - 12) as i32;
    bytes[..HEADER_LEN].copy_from_slice(&header.to_bytes());
    let crc = compute_crc(&bytes).unwrap();
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    let valid = validate(&Bytes::from(bytes), &options()).unwrap();
    assert_eq!(read(&valid), read(&plain));
}

#[test]
fn what_clients_may_not_send_is_refused() {
    let batch = one(Compression::None);
    let check = |change: fn(&mut BatchHeader), wanted: i16| {
        let error = refused(&doctored(&batch, change), &options());
        assert_eq!(error.code(), wanted, "{error}");
    };
    check(|h| h.record_count = 2, 87);
    check(|h| h.last_offset_delta = 1, 87);
    check(|h| h.attributes = h.attributes.with_control(true), 87);
    check(|h| h.attributes = h.attributes.with_delete_horizon(true), 87);
    check(|h| h.attributes = h.attributes.with_transactional(true), 87);
    check(|h| h.attributes = Attributes(7), 76);
    check(|h| h.base_offset = 5, 87);
    check(|h| h.producer_id = 9, 87);
    check(|h| h.batch_length -= 1, 2);
    check(|h| h.batch_length += 1, 87);
    let mut old = batch.to_bytes().to_vec();
    old[16] = 1;
    assert_eq!(refused(&old, &options()).code(), 87, "magic 1");
    let twice = [&batch.to_bytes()[..], &batch.to_bytes()[..]].concat();
    assert_eq!(refused(&twice, &options()), RecordError::BatchCount("more"));
    assert_eq!(refused(&[], &options()), RecordError::BatchCount("none"));
    let small = ValidateOptions { max_batch_bytes: 100, ..options() };
    assert_eq!(refused(&batch.to_bytes(), &small).code(), 10);
}

#[test]
fn keys_and_times_are_judged_record_by_record() {
    let late = NOW + 3_600_001;
    let record = |time, key: Option<&[u8]>| (time, key.map(<[u8]>::to_vec), None, vec![]);
    for codec in Compression::ALL {
        let records = [record(NOW, None), record(late, Some(b"k")), record(-1, None)];
        let batch = build(&records, codec).to_bytes();
        let keyed = ValidateOptions { key_required: true, ..options() };
        assert_eq!(refused(&batch, &keyed), RecordError::KeyMissing { indexes: vec![0, 2] });
        let error = refused(&batch, &options());
        assert_eq!((error.code(), error.record_indexes()), (32, &[1][..]));
    }
}

#[test]
fn the_broker_stamps_and_corrects() {
    let batch = one(Compression::Lz4);
    let stamped = ValidateOptions {
        timestamp_type: TimestampType::LogAppendTime,
        now_ms: NOW + 5,
        ..options()
    };
    let valid = validate(&batch.to_bytes(), &stamped).unwrap();
    assert!(ValidBatch::trusted(valid.to_bytes()).is_ok(), "checksum is renewed");
    assert_eq!(read(&valid)[0].0, NOW + 5);
    let mut patched = batch.to_bytes().to_vec();
    patch::log_append_time(&mut patched, NOW + 5);
    assert_eq!(patched, valid.to_bytes());

    let lying = doctored(&batch, |h| h.max_timestamp = NOW + 1_000_000);
    let valid = validate(&Bytes::from(lying), &options()).unwrap();
    assert_eq!(valid.header().max_timestamp, NOW, "a largest timestamp that no record has");
    assert!(ValidBatch::trusted(valid.to_bytes()).is_ok());
}

#[test]
fn decompression_stops_at_the_cap() {
    let zeros = build(&[(NOW, None, Some(vec![0; 4 << 20]), vec![])], Compression::None);
    for codec in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let mut bomb = Vec::new();
        compression::compress(codec, None, zeros.body(), &mut bomb).unwrap();
        assert!(bomb.len() < 400_000, "{codec:?} compresses zeros");
        let mut out = Vec::new();
        let error = compression::decompress(codec, &bomb, MAX, &mut out).unwrap_err();
        assert!(matches!(error, RecordError::TooLarge(MAX)), "{codec:?}: {error}");
        assert!(out.capacity() <= 3 * MAX, "{codec:?} took {}", out.capacity());
        let batch = build(&[(NOW, None, Some(vec![0; 4 << 20]), vec![])], codec);
        let options =
            ValidateOptions { max_decompressed_bytes: MAX, max_batch_bytes: 1 << 30, ..options() };
        assert_eq!(refused(&batch.to_bytes(), &options), RecordError::TooLarge(MAX));
    }
}

#[test]
fn a_cut_off_batch_ends_a_record_set() {
    let batch = one(Compression::None).to_bytes();
    let set = [&batch[..], &batch[..100]].concat();
    let mut reader = BatchReader::new(&set);
    assert!(reader.next().unwrap().unwrap().check_crc().is_ok());
    assert!(reader.next().is_none());
    assert_eq!(reader.rest().len(), 100);
}

#[test]
fn markers_of_transactions_survive() {
    let marker = EndTxnMarker { commit: true, coordinator_epoch: 7 };
    let builder = BatchBuilder::new().producer(5, 1, -1).transactional();
    let batch = builder.control(marker.control_type(), NOW, &marker.value()).unwrap();
    assert!(batch.header().attributes.is_control());
    let bytes = batch.to_bytes();
    let parsed = RecordBatch::parse(&bytes).unwrap();
    let mut scratch = Vec::new();
    let record = parsed.records(&mut scratch, MAX).unwrap().next().unwrap().unwrap();
    assert_eq!(EndTxnMarker::of(&record), Some(marker));
    assert_eq!(validate(&bytes, &options()).unwrap_err().code(), 87);
}

#[test]
fn sequences_wrap() {
    assert_eq!(add_sequence(i32::MAX, 1), 0);
    assert_eq!(add_sequence(i32::MAX - 1, 3), 1);
}
