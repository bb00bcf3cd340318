use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::net::TcpStream;
use tokio::time::timeout;
use weir_wire::{Frame, Part, Slice};

use super::NetBudget;

/// Answers are sent at once when this much waits, whatever else is buffered.
const QUEUED_MAX_BYTES: usize = 256 << 10;
/// As Linux's `IOV_MAX` is 1,024: more parts in one call gain nothing.
const IOV_MAX: usize = 64;
/// A client that reads nothing for this long loses its connection.
const UNREAD: Duration = Duration::from_secs(60);

/// Why an answer could not be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteEnd {
    #[error("the client read nothing for 60 s")]
    Unread,
    #[error("too many clients do not read their answers")]
    TooMuchUnread,
    #[error("an answer's records could not be read: {0}")]
    Slice(io::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Answers that wait to be sent together.
#[derive(Debug, Default)]
pub(super) struct AnswerQueue {
    parts: VecDeque<Part>,
    bytes: usize,
}

impl AnswerQueue {
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len;
        self.parts.extend(frame.parts);
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= QUEUED_MAX_BYTES || self.parts.len() >= IOV_MAX
    }

    /// Sends everything.
    pub(super) async fn flush(
        &mut self,
        stream: &TcpStream,
        budget: &NetBudget,
    ) -> Result<(), WriteEnd> {
        while let Some(part) = self.parts.pop_front() {
            match part {
                Part::Bytes(first) => self.send_bytes(first, stream, budget).await?,
                Part::Slice(slice) => send_slice(&slice, stream, budget).await?,
            }
        }
        self.bytes = 0;
        if self.parts.capacity() > IOV_MAX {
            self.parts = VecDeque::new();
        }
        Ok(())
    }

    /// Sends `first` and the bytes behind it, up to the next slice, with as few calls as that takes.
    async fn send_bytes(
        &mut self,
        first: Bytes,
        stream: &TcpStream,
        budget: &NetBudget,
    ) -> Result<(), WriteEnd> {
        let mut run = VecDeque::from([first]);
        while let Some(Part::Bytes(_)) = self.parts.front() {
            if let Some(Part::Bytes(next)) = self.parts.pop_front() {
                run.push_back(next);
            }
        }
        let mut share = None;
        loop {
            drop_sent(&mut run);
            if run.is_empty() {
                return Ok(());
            }
            match try_send(stream, &run) {
                Ok(sent) => advance(&mut run, sent),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    if share.is_none() {
                        let unread = run.iter().map(Bytes::len).sum();
                        share = Some(budget.unread(unread).ok_or(WriteEnd::TooMuchUnread)?);
                    }
                    writable(stream).await?;
                }
                Err(e) => return Err(e.into()),
            }
        }
    }
}

fn try_send(stream: &TcpStream, run: &VecDeque<Bytes>) -> io::Result<usize> {
    if let (Some(only), 1) = (run.front(), run.len()) {
        return stream.try_write(only);
    }
    let slices: Vec<IoSlice<'_>> = run.iter().take(IOV_MAX).map(|b| IoSlice::new(b)).collect();
    stream.try_write_vectored(&slices)
}

fn advance(run: &mut VecDeque<Bytes>, mut sent: usize) {
    while let Some(front) = run.front_mut().filter(|_| sent > 0) {
        let step = sent.min(front.len());
        front.advance(step);
        sent -= step;
        if front.is_empty() {
            run.pop_front();
        }
    }
}

fn drop_sent(run: &mut VecDeque<Bytes>) {
    while run.front().is_some_and(Bytes::is_empty) {
        run.pop_front();
    }
}

/// Sends a piece of a file. While the socket blocks, the buffer belongs to others and only the position is kept.
async fn send_slice(
    slice: &Arc<dyn Slice>,
    stream: &TcpStream,
    budget: &NetBudget,
) -> Result<(), WriteEnd> {
    let (mut position, len) = (0, slice.len());
    while position < len {
        writable(stream).await?;
        let Some(mut buffer) = budget.pool.take().await else {
            return Err(WriteEnd::TooMuchUnread);
        };
        let piece = buffer.bytes.len().min(len - position);
        slice.read_at(position, &mut buffer.bytes[..piece]).map_err(WriteEnd::Slice)?;
        position += send_piece(stream, &buffer.bytes[..piece])?;
    }
    Ok(())
}

/// Sends as much of a piece as the socket takes now.
fn send_piece(stream: &TcpStream, piece: &[u8]) -> Result<usize, WriteEnd> {
    let mut sent = 0;
    while sent < piece.len() {
        match stream.try_write(&piece[sent..]) {
            Ok(n) => sent += n,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(sent)
}

async fn writable(stream: &TcpStream) -> Result<(), WriteEnd> {
    match timeout(UNREAD, stream.writable()).await {
        Ok(ready) => Ok(ready?),
        Err(_) => Err(WriteEnd::Unread),
    }
}
