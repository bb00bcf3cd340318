//! Connections of the control API: so many at a time, each with its time to say what it wants; the others are told that it
//! is full. Whoever asks, a token or none, may hold the engine's keeper and its hosts off no longer than that.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a connection buffers of what it was sent: no head may be longer.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// After a failed accept (no file descriptor is free) others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Of those that find no place so many at a time are told so; the next ones are only closed.
const TURNED_AWAY_MAX: usize = 32;
/// How long one of them may take to go.
const TURN_AWAY_WITHIN: Duration = Duration::from_secs(2);
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n\
    Connection: close\r\nContent-Length: 31\r\n\r\n{\"text\":\"Too many connections\"}";

/// What connections may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Open ones. A host holds one or two at a time: for what it asks, and for the events that it waits for.
    pub(crate) connections: usize,
    /// For the head of a request, also for the wait between two of them.
    pub(crate) head_within: Duration,
    /// For all of it, the wait for events included: hosts make a connection for each request.
    pub(crate) lasts: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            head_within: Duration::from_secs(10),
            lasts: Duration::from_secs(300),
        }
    }
}

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let refusals = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(e) => {
                tracing::warn!("a connection to the control API was not accepted: {e}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Ok(place) = places.clone().try_acquire_owned() {
            tokio::spawn(talk(stream, router.clone(), place, limits));
        } else if let Ok(place) = refusals.clone().try_acquire_owned() {
            tokio::spawn(turn_away(stream, place));
        }
    }
}

async fn talk(stream: TcpStream, router: Router, _place: OwnedSemaphorePermit, limits: Limits) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(BUFFER_BYTES_MAX);
    let talked = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    match tokio::time::timeout(limits.lasts, talked).await {
        Ok(Ok(())) => {}
        // A client that leaves, or is too slow, is no fault of ours.
        Ok(Err(e)) => tracing::debug!("a connection to the control API ended: {e}"),
        Err(_) => tracing::debug!("a connection to the control API lasted too long"),
    }
}

async fn turn_away(mut stream: TcpStream, _place: OwnedSemaphorePermit) {
    let told = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        // Closed with bytes unread it would be reset, and the answer lost on its way.
        let mut passed_over = [0; 1024];
        while stream.read(&mut passed_over).await? > 0 {}
        io::Result::Ok(())
    };
    if !matches!(tokio::time::timeout(TURN_AWAY_WITHIN, told).await, Ok(Ok(()))) {
        tracing::debug!("a connection that found no place did not wait for its answer");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For what comes at once on a quiet machine.
    const AT_MOST: Duration = Duration::from_secs(60);

    /// What a server without a page answers to `sent`, until it closes; nothing where it resets.
    async fn answer(limits: Limits, sent: &[u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, Router::new(), limits));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(AT_MOST, client.read_to_end(&mut answer)).await;
        let _ = read.expect("it is closed"); // a reset is an end as well
        server.abort();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn neither_silence_nor_half_a_head_is_waited_for_for_ever() {
        let limits = Limits { head_within: Duration::from_millis(50), ..Limits::default() };
        assert_eq!(answer(limits, b"").await, "");
        assert!(!answer(limits, b"GET / HTTP/1.1\r\nHo").await.contains("404"));
    }

    #[tokio::test]
    async fn a_connection_that_goes_on_ends_all_the_same() {
        let limits = Limits { lasts: Duration::from_millis(300), ..Limits::default() };
        let kept = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assert!(answer(limits, kept).await.starts_with("HTTP/1.1 404 "));
    }

    #[tokio::test]
    async fn who_finds_no_place_is_told() {
        let full = Limits { connections: 0, ..Limits::default() };
        let told = answer(full, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 "), "{told}");
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{told}");
        assert!(serde_json::from_str::<weir_control::api::ApiError>(body).is_ok(), "{body}");
    }
}
