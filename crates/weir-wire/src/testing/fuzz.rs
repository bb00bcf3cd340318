//! What the fuzz targets do with their bytes; the committed corpus is replayed through the same.

use bytes::Bytes;

use super::Codec;
use crate::header::decode_request_header;
use crate::records::{
    BatchReader, RecordBatch, ValidBatch, ValidateOptions, compute_crc, validate,
};
use crate::{ApiKey, Reader};

const MAX_DECOMPRESSED: usize = 1 << 20;
const CRC_AT: std::ops::Range<usize> = 17..21;

/// A request's frame without its length: header, then body.
///
/// # Panics
/// What decodes does not encode to what decodes to the same.
pub fn request(data: &[u8]) {
    let mut input = Reader::new(Bytes::copy_from_slice(data));
    let Ok(header) = decode_request_header(&mut input) else { return };
    let Ok(key) = ApiKey::try_from(header.request_api_key) else { return };
    body(key, "Request", input.rest(), header.request_api_version);
}

/// One byte for the API, one for the version, then a response's body.
///
/// # Panics
/// As [`request`].
pub fn response(data: &[u8]) {
    let [key, version, rest @ ..] = data else { return };
    let key = ApiKey::ALL[usize::from(*key) % ApiKey::ALL.len()];
    let versions: Vec<i16> = key.versions().collect();
    let version = versions[usize::from(*version) % versions.len()];
    body(key, "Response", Bytes::copy_from_slice(rest), version);
}

fn body(key: ApiKey, kind: &str, bytes: Bytes, version: i16) {
    let Some(codec) = Codec::named(&format!("{key}{kind}")) else { return };
    let Ok(message) = codec.decode(bytes, version) else { return };
    let encoded = message.encode(version);
    let Ok(encoded) = encoded else { panic!("{key}: {encoded:?} from {message:?}") };
    let again = codec.decode(encoded.clone(), version);
    let Ok(again) = again else { panic!("{key}: {again:?} from {message:?}") };
    assert_eq!(again.encode(version), Ok(encoded), "{key} {message:?}");
}

/// A record set, as a client reads it and as a broker judges it.
///
/// # Panics
/// A batch that was accepted is not whole.
pub fn batches(data: &[u8]) {
    let mut scratch = Vec::new();
    for batch in BatchReader::new(data) {
        let Ok(batch) = batch else { return };
        if let Ok(records) = batch.records(&mut scratch, MAX_DECOMPRESSED) {
            let headers = records.map_while(Result::ok).map(|record| record.headers().count());
            assert!(headers.sum::<usize>() <= MAX_DECOMPRESSED.max(data.len()));
        }
        judge(&batch);
    }
}

/// With its checksum corrected, for a fuzzer does not guess one.
fn judge(batch: &RecordBatch<'_>) {
    let mut bytes = batch.bytes.to_vec();
    let crc = compute_crc(&bytes).unwrap_or_default();
    bytes[CRC_AT].copy_from_slice(&crc.to_be_bytes());
    let options =
        ValidateOptions { max_decompressed_bytes: MAX_DECOMPRESSED, ..ValidateOptions::default() };
    let Ok(valid) = validate(&bytes.into(), &options) else { return };
    let stored = ValidBatch::trusted(valid.to_bytes());
    assert_eq!(stored.map(|batch| *batch.header()), Ok(*valid.header()));
}
