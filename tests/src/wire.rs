//! A blocking client of one connection: for what no client of ours asks, and for what a request costs by itself.

use anyhow::{Context as _, ensure};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::{Bytes, Message as _, Reader, Request};

const LIMIT: Duration = Duration::from_secs(60);
/// More than any answer here; a longer one is a broken length.
const FRAME_MAX: usize = 256 * 1024 * 1024;

/// One connection.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// To a broker on this machine.
    pub fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Sends a request in a version and waits for its answer.
    pub fn call<R: Request>(&mut self, request: &R, version: i16) -> anyhow::Result<R::Response> {
        let header = RequestHeader {
            correlation_id: 1,
            client_id: Some("weir-tests".into()),
            ..RequestHeader::default()
        };
        let frame = encode_request(header, request, version)?;
        self.0.write_all(&frame.to_bytes()?)?;
        let mut input = Reader::new(self.frame()?);
        decode_response_header(&mut input, R::KEY, version)?;
        R::Response::decode(&mut input, version).context("not an answer")
    }

    fn frame(&mut self) -> anyhow::Result<Bytes> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let length = usize::try_from(i32::from_be_bytes(length))?;
        ensure!(length <= FRAME_MAX, "an answer of {length} bytes");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(body.into())
    }
}
