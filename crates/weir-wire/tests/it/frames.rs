//! Headers and whole frames.

use std::io;
use std::sync::Arc;

use weir_wire::header::{
    RequestHeader, decode_request_header, decode_response_header, encode_request, encode_response,
};
use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::api_versions_response::ApiVersionsResponse;
use weir_wire::messages::fetch_response::{FetchResponse, FetchableTopicResponse, PartitionData};
use weir_wire::messages::metadata_response::MetadataResponse;
use weir_wire::{ApiKey, Bytes, DecodeError, Frame, Message, Part, Reader, Records, Slice};

fn header(client_id: &str, correlation_id: i32) -> RequestHeader {
    RequestHeader { client_id: Some(client_id.into()), correlation_id, ..RequestHeader::default() }
}

#[test]
fn the_client_id_is_never_compact() {
    let frame = encode_request(header("me", 7), &ApiVersionsRequest::default(), 3).unwrap();
    let expected = b"\0\0\0\x10\0\x12\0\x03\0\0\0\x07\0\x02me\0\x01\x01\0";
    assert_eq!(&frame.to_bytes().unwrap()[..], expected);
}

#[test]
fn a_request_of_an_unknown_version_still_has_a_readable_header() {
    let frame = encode_request(header("me", 7), &ApiVersionsRequest::default(), 3).unwrap();
    let mut bytes = frame.to_bytes().unwrap()[4..].to_vec();
    bytes[3] = 99;
    let header = decode_request_header(&mut Reader::new(bytes.into())).unwrap();
    assert_eq!((header.request_api_version, header.correlation_id), (99, 7));
    assert_eq!(header.client_id.as_deref(), Some("me"));
}

#[test]
fn an_unknown_api_is_named() {
    let mut input = Reader::new(Bytes::from_static(&[0, 4, 0, 0, 0, 0, 0, 1, 0xff, 0xff]));
    assert_eq!(decode_request_header(&mut input), Err(DecodeError::UnknownApiKey(4)));
}

#[test]
fn response_headers_are_flexible_with_the_version_but_for_api_versions() {
    assert_eq!(ApiKey::ApiVersions.response_header_version(3), 0);
    assert_eq!(ApiKey::Metadata.response_header_version(8), 0);
    assert_eq!(ApiKey::Metadata.response_header_version(9), 1);
    assert_eq!(ApiKey::Metadata.request_header_version(8), 1);
    assert_eq!(ApiKey::Metadata.request_header_version(9), 2);
    let frame = encode_response(5, &ApiVersionsResponse::default(), 3).unwrap();
    let mut input = Reader::new(frame.to_bytes().unwrap().slice(4..));
    let header = decode_response_header(&mut input, ApiKey::ApiVersions, 3).unwrap();
    assert_eq!(header.correlation_id, 5);
    assert!(ApiVersionsResponse::decode(&mut input, 3).is_ok());
    assert_eq!(input.remaining(), 0);
}

/// Record data that "is stored" as a run of one byte.
#[derive(Debug)]
struct Stored(u8, usize);

impl Slice for Stored {
    fn len(&self) -> usize {
        self.1
    }

    fn read_at(&self, _offset: usize, buffer: &mut [u8]) -> io::Result<()> {
        buffer.fill(self.0);
        Ok(())
    }
}

#[test]
fn record_data_goes_out_as_parts_and_is_not_copied() {
    let stored: Arc<dyn Slice> = Arc::new(Stored(7, 1000));
    let mut records = Records::from(stored);
    records.push(Part::Bytes(Bytes::from(vec![8; 500])));
    let partition = PartitionData { records: Some(records), ..PartitionData::default() };
    let topic = FetchableTopicResponse {
        topic: "t".into(),
        partitions: vec![partition],
        ..FetchableTopicResponse::default()
    };
    let response = FetchResponse { responses: vec![topic], ..FetchResponse::default() };
    let frame = encode_response(1, &response, 12).unwrap();
    assert!(matches!(
        frame.parts[..],
        [Part::Bytes(_), Part::Slice(_), Part::Bytes(_), Part::Bytes(_)]
    ));
    let bytes = frame.to_bytes().unwrap();
    assert_eq!(bytes.len(), frame.len);
    let mut input = Reader::new(bytes.slice(4..));
    decode_response_header(&mut input, ApiKey::Fetch, 12).unwrap();
    let decoded = FetchResponse::decode(&mut input, 12).unwrap();
    let data = decoded.responses[0].partitions[0].records.as_ref().unwrap().to_bytes().unwrap();
    assert_eq!(data, [vec![7; 1000], vec![8; 500]].concat());
}

#[test]
fn a_frame_without_records_is_one_part() {
    let frame: Frame = encode_response(1, &MetadataResponse::default(), 12).unwrap();
    assert_eq!(frame.parts.len(), 1);
    assert_eq!(frame.parts[0].len(), frame.len);
}
