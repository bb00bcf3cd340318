//! The headers before requests and responses, and whole frames with both.

pub use crate::messages::request_header::RequestHeader;
pub use crate::messages::response_header::ResponseHeader;
use bytes::Bytes;

use crate::{
    ApiKey, DecodeError, EncodeError, Frame, Message, Part, Reader, Request, Response, Writer,
};

/// Reads the header of a request; the body follows in `input`. The API's version in it may be one
/// that we do not know: the header's own form is certain nevertheless.
///
/// # Errors
/// The API is unknown or the bytes are no header.
pub fn decode_request_header(input: &mut Reader) -> Result<RequestHeader, DecodeError> {
    let (key, version) = input.peek(|input| Ok((input.i16()?, input.i16()?)))?;
    let key = ApiKey::try_from(key)?;
    RequestHeader::decode(input, key.request_header_version(version))
}

/// Reads the header of the response to a request of this key and version.
///
/// # Errors
/// The bytes are no header.
pub fn decode_response_header(
    input: &mut Reader,
    key: ApiKey,
    version: i16,
) -> Result<ResponseHeader, DecodeError> {
    ResponseHeader::decode(input, key.response_header_version(version))
}

/// A request as it is sent. Key and version in `header` are set here.
///
/// # Errors
/// The version cannot carry what the request holds.
pub fn encode_request<R: Request>(
    mut header: RequestHeader,
    request: &R,
    version: i16,
) -> Result<Frame, EncodeError> {
    header.request_api_key = R::KEY as i16;
    header.request_api_version = version;
    frame(&header, R::KEY.request_header_version(version), request, version)
}

/// A response as it is sent.
///
/// # Errors
/// The version cannot carry what the response holds.
pub fn encode_response<R: Response>(
    correlation_id: i32,
    response: &R,
    version: i16,
) -> Result<Frame, EncodeError> {
    let header = ResponseHeader { correlation_id, ..ResponseHeader::default() };
    frame(&header, R::KEY.response_header_version(version), response, version)
}

const PREFIX: usize = 4;
const CORRELATION_ID: usize = 4;

/// What follows the correlation id in a response's frame that is one piece in memory: another request that is
/// answered the same gets it by [`repeat_response`]. `None` when the frame has parts.
#[must_use]
pub fn after_correlation_id(frame: &Frame) -> Option<Bytes> {
    match frame.parts.as_slice() {
        [Part::Bytes(bytes)] if bytes.len() >= PREFIX + CORRELATION_ID => {
            Some(bytes.slice(PREFIX + CORRELATION_ID..))
        }
        _ => None,
    }
}

/// The frame of a response whose bytes after the correlation id are `rest`; they are not copied.
#[must_use]
pub fn repeat_response(correlation_id: i32, rest: &Bytes) -> Frame {
    let length = (CORRELATION_ID + rest.len()) as i32;
    let first = [length.to_be_bytes(), correlation_id.to_be_bytes()].concat();
    let len = first.len() + rest.len();
    Frame { parts: vec![Part::Bytes(first.into()), Part::Bytes(rest.clone())], len }
}

fn frame<H: Message, B: Message>(
    header: &H,
    header_version: i16,
    body: &B,
    version: i16,
) -> Result<Frame, EncodeError> {
    let mut count = Writer::counting();
    header.encode(header_version, &mut count)?;
    body.encode(version, &mut count)?;
    let length = i32::try_from(count.len()).map_err(|_| EncodeError::TooLong(count.len()))?;
    let mut out = Writer::with_capacity(PREFIX + count.copied());
    out.i32(length);
    header.encode(header_version, &mut out)?;
    body.encode(version, &mut out)?;
    Ok(out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::fetch_response::FetchResponse;

    #[test]
    fn a_repeated_response_differs_in_its_correlation_id_alone() {
        let response = FetchResponse { throttle_time_ms: 5, ..FetchResponse::default() };
        for version in [4, 12] {
            let first = encode_response(1, &response, version).unwrap();
            let rest = after_correlation_id(&first).unwrap();
            let again = repeat_response(-7, &rest);
            assert_eq!(again.len, first.len);
            let expected = encode_response(-7, &response, version).unwrap();
            assert_eq!(again.to_bytes().unwrap(), expected.to_bytes().unwrap());
            assert_eq!(after_correlation_id(&again), None, "it has parts");
        }
    }
}
