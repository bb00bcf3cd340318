use std::io;
use std::time::Duration;

use bytes::buf::BufMut;
use bytes::{Buf, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::NetBudget;
use super::budget::{Patience, Share};

/// Frames up to this size come through the connection's own buffer; larger ones get one that grows with what
/// comes, and is charged to the bound of all connections as it grows: an announcement alone costs nothing.
const SMALL_MAX: usize = 16 << 10;
/// The first piece of a large frame's memory; each further one is four times as large.
const FIRST_PIECE: usize = 64 << 10;
/// A connection whose first request does not come within this time was not opened to speak Kafka.
pub(super) const FIRST_REQUEST: Duration = Duration::from_secs(30);

/// A request without its length prefix, and its share of the bound while it is being answered.
#[derive(Debug)]
pub(super) struct RequestFrame {
    pub(super) bytes: Bytes,
    _share: Option<Share>,
}

/// Why no further frame comes.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadEnd {
    #[error("the client closed the connection")]
    Closed,
    #[error("no request for {} s", .0.as_secs())]
    Idle(Duration),
    #[error("a request stopped half-way, or came too slowly")]
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

    /// Reads the rest of a large frame into memory of its own.
    async fn read_large(
        &mut self,
        stream: &TcpStream,
        budget: &NetBudget,
        len: usize,
    ) -> Result<RequestFrame, ReadEnd> {
        let mut share = Share::default();
        let Patience { stall, slowest, .. } = budget.patience;
        let mut patience = stall + Duration::from_secs(len as u64 / slowest.max(1));
        self.buffer.advance(4);
        let here = self.buffer.len().min(len);
        let mut frame = BytesMut::new();
        let mut room = 0;
        while room < len {
            let more = (room * 3).max(FIRST_PIECE).max(here).min(len - room);
            budget.grow(&mut share, more).await;
            room += more;
            frame.reserve(room - frame.len());
            if frame.is_empty() {
                frame.extend_from_slice(&self.buffer.split_to(here));
                // Nothing of a later frame can be here yet, unless this one is whole.
                if self.buffer.is_empty() {
                    self.buffer = BytesMut::new();
                }
            }
            let began = Instant::now();
            fill_to(&mut frame, room, stream, budget, patience).await?;
            patience = patience.saturating_sub(began.elapsed());
        }
        Ok(RequestFrame { bytes: frame.freeze(), _share: Some(share) })
    }
}

/// Reads until `frame` has `room` bytes, which must be within `patience`.
async fn fill_to(
    frame: &mut BytesMut,
    room: usize,
    stream: &TcpStream,
    budget: &NetBudget,
    patience: Duration,
) -> Result<(), ReadEnd> {
    let deadline = Instant::now() + patience;
    while frame.len() < room {
        readable(stream, budget, deadline).await?;
        let missing = room - frame.len();
        match stream.try_read_buf(&mut (&mut *frame).limit(missing)) {
            Ok(0) => return Err(ReadEnd::Closed),
            Ok(_) => {}
            Err(e) if would_wait(&e) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Waits for bytes, as long as the budget has patience, and not beyond `deadline`.
async fn readable(
    stream: &TcpStream,
    budget: &NetBudget,
    deadline: Instant,
) -> Result<(), ReadEnd> {
    let began = Instant::now();
    let Patience { stall, pressed, .. } = budget.patience;
    loop {
        match timeout(pressed, stream.readable()).await {
            // Bytes come, but so slowly that the frame is never whole.
            Ok(_) if Instant::now() > deadline => return Err(ReadEnd::Stalled),
            Ok(ready) => return Ok(ready?),
            Err(_) if budget.is_pressed() || began.elapsed() >= stall => {
                return Err(ReadEnd::Stalled);
            }
            Err(_) => {}
        }
    }
}

fn would_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Bounds;
    use std::sync::Arc;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    const MIB: usize = 1 << 20;

    fn budget() -> NetBudget {
        let idle = Duration::from_secs(600);
        let queued_request_bytes = MIB;
        let bounds = Bounds {
            connections: 99,
            connections_of_broker: 99,
            queued_request_bytes,
            frame_max: 100 * MIB,
            idle,
        };
        NetBudget::new(bounds)
    }

    /// A client's end, and the task that reads one frame at the other.
    async fn pair(
        budget: &Arc<NetBudget>,
    ) -> (TcpStream, JoinHandle<Result<RequestFrame, ReadEnd>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let budget = budget.clone();
        let read = tokio::spawn(async move {
            let idle = budget.idle;
            FrameReader::default().next(&stream, &budget, idle).await
        });
        (client, read)
    }

    async fn announce(client: &mut TcpStream, len: usize, bytes: usize) {
        client.write_all(&u32::try_from(len).unwrap().to_be_bytes()).await.unwrap();
        client.write_all(&vec![7; bytes]).await.unwrap();
    }

    #[tokio::test]
    async fn announcements_alone_keep_nobody_waiting() {
        let budget = Arc::new(budget());
        let mut held = Vec::new();
        for _ in 0..5 {
            let (mut client, read) = pair(&budget).await;
            announce(&mut client, 100 * MIB, 20).await;
            held.push((client, read));
        }
        let (mut client, read) = pair(&budget).await;
        announce(&mut client, 300_000, 300_000).await;
        let frame = read.await.unwrap().unwrap();
        assert_eq!(frame.bytes, vec![7; 300_000]);
    }

    #[tokio::test]
    async fn half_read_frames_that_fill_the_bound_do_not_wait_for_each_other() {
        let budget = Arc::new(budget());
        let mut held = Vec::new();
        for _ in 0..3 {
            let (mut client, read) = pair(&budget).await;
            announce(&mut client, 2 * MIB, 300_000).await;
            held.push((client, read));
        }
        // All go on at once; each frame is let go when it is whole, as after its answer.
        let goes_on = held.into_iter().map(|(mut client, read)| {
            tokio::spawn(async move {
                let send = async { client.write_all(&vec![7; 2 * MIB - 300_000]).await.unwrap() };
                let take = async { read.await.unwrap().unwrap().bytes.len() };
                tokio::join!(take, send).0
            })
        });
        for whole in goes_on.collect::<Vec<_>>() {
            assert_eq!(whole.await.unwrap(), 2 * MIB);
        }
        assert!(!budget.is_pressed());
    }

    #[tokio::test]
    async fn who_stops_half_way_or_drips_loses_the_connection() {
        let moment = Duration::from_millis(20);
        let patience = Patience { stall: moment * 10, pressed: moment, slowest: 1 << 30 };
        let mut budget = budget();
        budget.patience = patience;
        let budget = Arc::new(budget);
        let (mut silent, read) = pair(&budget).await;
        announce(&mut silent, MIB, 20).await;
        assert!(matches!(read.await.unwrap(), Err(ReadEnd::Stalled)));
        let (mut drips, mut read) = pair(&budget).await;
        announce(&mut drips, MIB, 20).await;
        let drip = async {
            while drips.write_all(&[7]).await.is_ok() {
                tokio::time::sleep(moment / 4).await;
            }
        };
        tokio::select! {
            end = &mut read => assert!(matches!(end.unwrap(), Err(ReadEnd::Stalled))),
            () = drip => assert!(matches!(read.await.unwrap(), Err(ReadEnd::Stalled))),
        }
    }
}
