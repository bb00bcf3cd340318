//! Frames on a socket: four bytes of length, then that many bytes; and what it looks like when it is no Kafka at all.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use weir_domain::connection::NotKafka;

use crate::error::{EXCERPT_BYTES, ErrorKind};
use crate::net::dial::from_io;

/// The largest answer taken. Kafka's own clients fetch at most 50 MiB at a time; metadata of 100,000 topics is 20 MiB.
const FRAME_MAX: usize = 256 << 20;
/// What is allocated before the bytes are there.
const FIRST_BYTES: usize = 64 << 10;

/// Reads one frame's body. `Ok(None)`: the other end closed between frames.
pub(crate) async fn read<R: AsyncRead + Unpin>(from: &mut R) -> Result<Option<Bytes>, ErrorKind> {
    let mut prefix = [0; 4];
    match from.read_exact(&mut prefix).await {
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(from_io(&e)),
    }
    if let Some(other) = recognise(&prefix) {
        return Err(ErrorKind::NotKafka(other));
    }
    let length = i32::from_be_bytes(prefix);
    match usize::try_from(length) {
        Ok(length) if (4..=FRAME_MAX).contains(&length) => body(from, length).await.map(Some),
        _ => Err(ErrorKind::NotKafka(NotKafka::Unknown)),
    }
}

async fn body<R: AsyncRead + Unpin>(from: &mut R, length: usize) -> Result<Bytes, ErrorKind> {
    let mut body = BytesMut::with_capacity(length.min(FIRST_BYTES));
    let mut rest = from.take(length as u64);
    while body.len() < length {
        if body.len() == body.capacity() {
            body.reserve((length - body.len()).min(body.len()));
        }
        if rest.read_buf(&mut body).await.map_err(|e| from_io(&e))? == 0 {
            let missing = length - body.len();
            return Err(ErrorKind::Closed(format!("{missing} bytes before the end of an answer")));
        }
    }
    Ok(body.freeze())
}

/// What the first four bytes of an answer say when it is not Kafka's.
pub(crate) fn recognise(prefix: &[u8; 4]) -> Option<NotKafka> {
    match prefix {
        b"HTTP" => Some(NotKafka::Http),
        b"SSH-" => Some(NotKafka::Ssh),
        // A TLS record: alert or handshake, version 3.x.
        [0x15 | 0x16, 0x03, 0..=4, _] => Some(NotKafka::Tls),
        _ => None,
    }
}

/// The beginning of unreadable bytes, printable.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(EXCERPT_BYTES)];
    shown.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &[u8], expected: Result<Option<&[u8]>, ErrorKind>) {
        let got = read(&mut &bytes[..]).await;
        assert_eq!(got.as_ref().map(|b| b.as_deref()), expected.as_ref().map(|b| *b), "{bytes:?}");
    }

    #[tokio::test]
    async fn frames_and_strangers() {
        check(b"", Ok(None)).await;
        check(b"\0\0\0\x05hello", Ok(Some(b"hello"))).await;
        check(b"HTTP/1.1 400", Err(ErrorKind::NotKafka(NotKafka::Http))).await;
        check(b"\x15\x03\x03\0\x02\x02\x46", Err(ErrorKind::NotKafka(NotKafka::Tls))).await;
        check(b"SSH-2.0-x\r\n", Err(ErrorKind::NotKafka(NotKafka::Ssh))).await;
        check(b"\xff\xff\xff\xff", Err(ErrorKind::NotKafka(NotKafka::Unknown))).await;
        check(b"\x7f\0\0\0", Err(ErrorKind::NotKafka(NotKafka::Unknown))).await;
        let cut = ErrorKind::Closed("3 bytes before the end of an answer".into());
        check(b"\0\0\0\x05he", Err(cut)).await;
    }
}
