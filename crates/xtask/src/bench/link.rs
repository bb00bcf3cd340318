//! A connection that waits without a thread: for thousands of clients in one process.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::{Message as _, Reader, Request};

const LIMIT: Duration = Duration::from_secs(60);
/// More than any answer here; a longer one is a broken length.
const FRAME_MAX: usize = 16 * 1024 * 1024;

/// One connection.
#[derive(Debug)]
pub(crate) struct Link(TcpStream);

impl Link {
    /// Connects at once, blocking: a crowd that connects one by one overruns no backlog. Within a runtime.
    pub(crate) fn open(port: u16) -> anyhow::Result<Self> {
        let stream = std::net::TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self(TcpStream::from_std(stream)?))
    }

    /// Sends a request in a version and waits for its answer.
    pub(crate) async fn call<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> anyhow::Result<R::Response> {
        let header = RequestHeader {
            correlation_id: 1,
            client_id: Some("bench".into()),
            ..RequestHeader::default()
        };
        let frame = encode_request(header, request, version)?.to_bytes()?;
        self.0.write_all(&frame).await?;
        let answer = tokio::time::timeout(LIMIT, self.frame()).await;
        let mut input = Reader::new(answer.with_context(|| format!("no answer in {LIMIT:?}"))??);
        decode_response_header(&mut input, R::KEY, version)?;
        R::Response::decode(&mut input, version).context("not an answer")
    }

    async fn frame(&mut self) -> anyhow::Result<Bytes> {
        let length = usize::try_from(self.0.read_i32().await?)?;
        ensure!(length <= FRAME_MAX, "an answer of {length} bytes");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok(body.into())
    }
}
