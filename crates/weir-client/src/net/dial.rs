//! From a name to an open TCP connection, within a deadline.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use crate::error::{ClientError, ErrorKind, ErrorStep};
use crate::{Address, Options};

/// The most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;

/// Resolves the name. The deadline is of the whole connection, so that slow steps share it.
pub(crate) async fn resolve(
    address: &Address,
    deadline: Instant,
    options: &Options,
) -> Result<Vec<SocketAddr>, ClientError> {
    let fail = |kind| error(address, ErrorStep::Dns, kind);
    let found = timeout_at(deadline, lookup_host((address.host.as_str(), address.port)))
        .await
        .map_err(|_| fail(ErrorKind::TimedOut(options.connect_timeout)))?
        .map_err(|e| fail(ErrorKind::NameNotFound(e.to_string())))?;
    let addresses: Vec<_> = found.take(ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(fail(ErrorKind::NameNotFound("the name server knows it without one".into())));
    }
    Ok(addresses)
}

/// Opens a connection to the first address that answers; the error is the last one's.
pub(crate) async fn open(
    address: &Address,
    found: &[SocketAddr],
    deadline: Instant,
    options: &Options,
) -> Result<TcpStream, ClientError> {
    let timed_out = ErrorKind::TimedOut(options.connect_timeout);
    let mut last = timed_out.clone();
    for (tried, socket) in found.iter().enumerate() {
        let share = share_of(deadline, found.len() - tried);
        match timeout_at(share, TcpStream::connect(socket)).await {
            Ok(Ok(stream)) => {
                // Requests are written whole; waiting for more only delays them.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(e)) => last = from_io(&e),
            Err(_) => last = timed_out.clone(),
        }
    }
    Err(error(address, ErrorStep::Tcp, last))
}

/// An equal part of what is left until the deadline, so that one dead address does not use all of it.
fn share_of(deadline: Instant, addresses_left: usize) -> Instant {
    let now = Instant::now();
    let left = deadline.saturating_duration_since(now);
    now + left / u32::try_from(addresses_left).unwrap_or(u32::MAX).max(1)
}

pub(crate) fn from_io(e: &io::Error) -> ErrorKind {
    match e.kind() {
        io::ErrorKind::ConnectionRefused => ErrorKind::Refused,
        io::ErrorKind::TimedOut => ErrorKind::TimedOut(Duration::ZERO),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => ErrorKind::Closed(e.kind().to_string()),
        _ => ErrorKind::Unreachable(e.to_string()),
    }
}

fn error(address: &Address, step: ErrorStep, kind: ErrorKind) -> ClientError {
    ClientError { host: address.host.clone(), port: address.port, step, api: "ApiVersions", kind }
}
