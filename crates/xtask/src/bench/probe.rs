//! The smallest client there is: one ApiVersions request, to see when a broker answers.

use anyhow::bail;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_micros(300);
/// ApiVersions v0, correlation id 1, client id "x" (KIP-35), behind its length.
const REQUEST: [u8; 15] = [0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, b'x'];

/// Milliseconds from `since` until the broker on `port` answers ApiVersions.
pub(crate) fn first_answer(port: u16, since: Instant) -> anyhow::Result<f64> {
    while since.elapsed() < LIMIT {
        if ask(port).is_ok() {
            return Ok(since.elapsed().as_secs_f64() * 1000.0);
        }
        std::thread::sleep(PAUSE);
    }
    bail!("port {port} did not answer within {LIMIT:?}")
}

fn ask(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(&REQUEST)?;
    let mut head = [0; 8];
    stream.read_exact(&mut head)
}
