//! The headers before requests and responses, and whole frames with both.

pub use crate::messages::request_header::RequestHeader;
pub use crate::messages::response_header::ResponseHeader;
use crate::{ApiKey, DecodeError, EncodeError, Frame, Message, Reader, Request, Response, Writer};

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
