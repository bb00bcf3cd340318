use std::io;
use std::time::Duration;

use bytes::buf::BufMut;
use bytes::{Buf, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::NetBudget;

/// Frames up to this size come through the connection's own buffer; larger ones get one of their exact size and
/// are charged to the bound of all connections.
const SMALL_MAX: usize = 16 << 10;
/// A client that began a large frame and then sends nothing for this long loses its connection: it holds a
/// share of the bound that others wait for.
const STALL: Duration = Duration::from_secs(30);
/// A connection whose first request does not come within this time was not opened to speak Kafka.
pub(super) const FIRST_REQUEST: Duration = Duration::from_secs(30);

/// A request without its length prefix, and its share of the bound while it is being answered.
#[derive(Debug)]
pub(super) struct RequestFrame {
    pub(super) bytes: Bytes,
    _share: Option<OwnedSemaphorePermit>,
}

/// Why no further frame comes.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadEnd {
    #[error("the client closed the connection")]
    Closed,
    #[error("no request for {} s", .0.as_secs())]
    Idle(Duration),
    #[error("a request stopped half-way for 30 s")]
    Stalled,
    #[error("a frame of {0} bytes: no Kafka request, or over socket.request.max.bytes")]
    BadLength(i64),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Splits what a socket brings into frames. Holds no memory while nothing is half-read.
#[derive(Debug, Default)]
pub(super) struct FrameReader {
    buffer: BytesMut,
}

impl FrameReader {
    /// The next frame; waits up to `idle` for its first byte.
    pub(super) async fn next(
        &mut self,
        stream: &TcpStream,
        budget: &NetBudget,
        idle: Duration,
    ) -> Result<RequestFrame, ReadEnd> {
        loop {
            if let Some(len) = self.length(budget)? {
                if let Some(frame) = self.take_small(len) {
                    return Ok(frame);
                }
                if len > SMALL_MAX {
                    return self.read_large(stream, budget, len).await;
                }
            }
            match timeout(idle, stream.readable()).await {
                Ok(ready) => ready?,
                Err(_) => return Err(ReadEnd::Idle(idle)),
            }
            self.fill(stream)?;
        }
    }

    /// Whether a whole frame is here already, so that its answer may wait for this one's.
    pub(super) fn has_next(&self, budget: &NetBudget) -> bool {
        matches!(self.length(budget), Ok(Some(len)) if self.buffer.len() >= 4 + len)
    }

    /// Reads ahead while a request waits for its answer; ends when the client is gone. Pends for ever once
    /// enough is buffered: then TCP holds the client back.
    pub(super) async fn read_ahead(&mut self, stream: &TcpStream) -> ReadEnd {
        while self.buffer.len() < SMALL_MAX {
            if let Err(e) = stream.readable().await {
                return ReadEnd::Io(e);
            }
            if let Err(end) = self.fill(stream) {
                return end;
            }
        }
        std::future::pending().await
    }

    /// The length of the frame that begins in the buffer, once its four bytes are here.
    fn length(&self, budget: &NetBudget) -> Result<Option<usize>, ReadEnd> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = i32::from_be_bytes(*prefix);
        match usize::try_from(length) {
            Ok(len) if len <= budget.frame_max => Ok(Some(len)),
            _ => Err(ReadEnd::BadLength(i64::from(length))),
        }
    }

    fn take_small(&mut self, len: usize) -> Option<RequestFrame> {
        if self.buffer.len() < 4 + len {
            return None;
        }
        self.buffer.advance(4);
        let bytes = self.buffer.split_to(len).freeze();
        if self.buffer.is_empty() {
            // An idle connection keeps no buffer.
            self.buffer = BytesMut::new();
        }
        Some(RequestFrame { bytes, _share: None })
    }

    /// One read into the buffer; spurious readiness reads nothing.
    fn fill(&mut self, stream: &TcpStream) -> Result<(), ReadEnd> {
        if self.buffer.capacity() - self.buffer.len() < SMALL_MAX / 4 {
            self.buffer.reserve(SMALL_MAX);
        }
        match stream.try_read_buf(&mut self.buffer) {
            Ok(0) => Err(ReadEnd::Closed),
            Ok(_) => Ok(()),
            Err(e) if would_wait(&e) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Reads the rest of a large frame straight into memory of its exact size.
    async fn read_large(
        &mut self,
        stream: &TcpStream,
        budget: &NetBudget,
        len: usize,
    ) -> Result<RequestFrame, ReadEnd> {
        let share = budget.request(len).await;
        self.buffer.advance(4);
        let here = self.buffer.len().min(len);
        let mut frame = BytesMut::with_capacity(len);
        frame.extend_from_slice(&self.buffer.split_to(here));
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        while frame.len() < len {
            match timeout(STALL, stream.readable()).await {
                Ok(ready) => ready?,
                Err(_) => return Err(ReadEnd::Stalled),
            }
            let missing = len - frame.len();
            match stream.try_read_buf(&mut (&mut frame).limit(missing)) {
                Ok(0) => return Err(ReadEnd::Closed),
                Ok(_) => {}
                Err(e) if would_wait(&e) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(RequestFrame { bytes: frame.freeze(), _share: share })
    }
}

fn would_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
