//! One connection, frame by frame; nothing is understood here but lengths.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// Longer than any answer takes, shorter than a reader's patience; who says nothing until then is silent.
const SILENT_AFTER: Duration = Duration::from_secs(8);
/// No answer of a scenario is longer.
const FRAME_MAX: usize = 64 * 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) enum Heard {
    Frame(Vec<u8>),
    Closed,
    Silent,
}

/// A connection to a broker.
#[derive(Debug)]
pub(super) struct Wire(TcpStream);

impl Wire {
    pub(super) fn open(address: &str) -> Result<Self> {
        let stream =
            TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_read_timeout(Some(SILENT_AFTER))?;
        stream.set_write_timeout(Some(SILENT_AFTER))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Sends a frame; `length` in its place where the scenario lies about it. A connection that is closed shows when
    /// it is read.
    pub(super) fn send(&mut self, body: &[u8], length: Option<i32>) -> Result<()> {
        let length = length.map_or_else(|| i32::try_from(body.len()), Ok)?;
        let frame = [&length.to_be_bytes(), body].concat();
        match self.0.write_all(&frame) {
            Err(error) if !closed(error.kind()) => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn hear(&mut self) -> Result<Heard> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if closed(error.kind()) => return Ok(Heard::Closed),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(Heard::Silent);
            }
            Err(error) => return Err(error.into()),
        }
        let length = usize::try_from(i32::from_be_bytes(length))?;
        ensure!(length <= FRAME_MAX, "an answer of {length} bytes");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).context("an answer without its end")?;
        Ok(Heard::Frame(body))
    }
}

fn closed(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, UnexpectedEof | ConnectionReset | BrokenPipe | ConnectionAborted)
}
