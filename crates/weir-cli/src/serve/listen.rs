//! Connections: so many at a time, each with its time to say what it wants; the others are told that it is full.

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

/// What a connection buffers of what it was sent: no head may be longer, bodies pass through it.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// After a failed accept (no file descriptor is free) others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Of those that find no place so many at a time are told so; the next ones are only closed.
const TURNED_AWAY_MAX: usize = 32;
/// How long one of them may take to go.
const TURN_AWAY_WITHIN: Duration = Duration::from_secs(2);
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
    X-Content-Type-Options: nosniff\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 21\r\n\r\n\
    too many connections\n";

/// What those cost at most who are not known yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Open connections.
    connections: usize,
    /// For the head of a request, also for the wait between two of them.
    head_within: Duration,
}

impl Default for Limits {
    /// A browser holds some six connections.
    fn default() -> Self {
        Self { connections: 512, head_within: Duration::from_secs(30) }
    }
}

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let refusals = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(e) => {
                tracing::warn!("a connection was not accepted: {e}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Ok(place) = places.clone().try_acquire_owned() {
            tokio::spawn(talk(stream, router.clone(), place, limits.head_within));
        } else if let Ok(place) = refusals.clone().try_acquire_owned() {
            tokio::spawn(turn_away(stream, place));
        }
    }
}

async fn talk(
    stream: TcpStream,
    router: Router,
    _place: OwnedSemaphorePermit,
    head_within: Duration,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within).max_buf_size(BUFFER_BYTES_MAX);
    let service = TowerToHyperService::new(router);
    // A browser that leaves, or is too slow, is no fault of ours.
    if let Err(e) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!("a connection ended: {e}");
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

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /// For what comes at once on a quiet machine.
    const AT_MOST: Duration = Duration::from_secs(60);

    struct Server {
        port: u16,
        task: tokio::task::JoinHandle<()>,
    }

    impl Server {
        /// Without a page: 404 is an answer.
        async fn start(limits: Limits) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            Self { port, task: tokio::spawn(serve(listener, Router::new(), limits)) }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
        }

        async fn asked(&self) -> String {
            let mut client = self.connect().await;
            client.write_all(REQUEST).await.unwrap();
            answer(&mut client).await
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            self.task.abort();
        }
    }

    /// Everything until the connection is closed; nothing where it is reset.
    async fn answer(client: &mut TcpStream) -> String {
        let mut answer = Vec::new();
        let read = tokio::time::timeout(AT_MOST, client.read_to_end(&mut answer)).await;
        let _ = read.unwrap(); // a reset is an end as well
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn half_a_head_is_not_waited_for_for_ever() {
        let limits = Limits { connections: 1, head_within: Duration::from_millis(50) };
        let server = Server::start(limits).await;
        let mut slow = server.connect().await;
        slow.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        assert!(!answer(&mut slow).await.contains("404"), "closed before its head was whole");
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed() {
        let limits = Limits { connections: 1, head_within: Duration::from_millis(50) };
        let server = Server::start(limits).await;
        assert_eq!(answer(&mut server.connect().await).await, "");
    }

    #[tokio::test]
    async fn who_finds_no_place_is_told_and_served_once_there_is_one() {
        let server = Server::start(Limits { connections: 1, ..Limits::default() }).await;
        let first = server.connect().await;
        let told = server.asked().await;
        assert!(told.starts_with("HTTP/1.1 503 "), "{told}");
        assert!(told.ends_with("\r\n\r\ntoo many connections\n"), "{told}");
        drop(first);
        let served = async {
            while !server.asked().await.starts_with("HTTP/1.1 404 ") {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(AT_MOST, served).await.unwrap();
    }

    #[test]
    fn the_answer_says_its_length() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
    }
}
