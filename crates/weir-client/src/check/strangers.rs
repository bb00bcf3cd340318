//! What answers on a port that is silent to Kafka's first request: asked in TLS's way and in HTTP's at once, over
//! connections of their own.

use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use weir_domain::NotKafka;

use crate::net::{dial, frames};
use crate::{Address, Options};

/// The smallest TLS 1.2 ClientHello that servers take seriously: two cipher suites, no extensions, so that even a
/// server that refuses it answers with an alert.
const CLIENT_HELLO: [u8; 52] = {
    let mut hello = [0x57; 52]; // the 32 random bytes may be anything
    let head = [0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3, 3];
    let tail = [0, 0, 4, 0xc0, 0x2f, 0x00, 0x9c, 1, 0];
    let mut i = 0;
    while i < head.len() {
        hello[i] = head[i];
        i += 1;
    }
    let mut i = 0;
    while i < tail.len() {
        hello[43 + i] = tail[i];
        i += 1;
    }
    hello
};
const HTTP_REQUEST: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
/// A stranger answers at once or is none of these.
const PATIENCE: Duration = Duration::from_secs(1);
/// The question in TLS's way ends sooner: a server that takes one connection at a time then hears the other one.
const PATIENCE_TLS: Duration = Duration::from_millis(500);
/// What the answer to one question leaves the other.
const BESIDE: Duration = Duration::from_millis(250);

pub(super) async fn recognise(
    address: &Address,
    options: &Options,
    deadline: Instant,
) -> Option<NotKafka> {
    let until = deadline.min(Instant::now() + PATIENCE);
    let until_tls = deadline.min(Instant::now() + PATIENCE_TLS);
    let mut tls = pin!(ask(address, options, &CLIENT_HELLO, until_tls));
    let mut http = pin!(ask(address, options, HTTP_REQUEST, until));
    let (first, other) = tokio::select! {
        first = &mut tls => (first, Other::Http),
        first = &mut http => (first, Other::Tls),
    };
    match (first, other) {
        (Some(stranger), Other::Http) => Some(stranger),
        // A port of TLS may tell so in HTTP's way too.
        (Some(stranger), Other::Tls) => {
            let beside = timeout_at(until.min(Instant::now() + BESIDE), tls).await;
            beside.ok().flatten().or(Some(stranger))
        }
        (None, Other::Http) => http.await,
        (None, Other::Tls) => tls.await,
    }
}

/// The question that is not answered yet.
enum Other {
    Tls,
    Http,
}

async fn ask(
    address: &Address,
    options: &Options,
    question: &[u8],
    deadline: Instant,
) -> Option<NotKafka> {
    let found = dial::resolve(address, deadline, options).await.ok()?;
    let mut stream = dial::open(address, &found, deadline, options).await.ok()?;
    let mut answer = [0; 4];
    let exchange = async {
        stream.write_all(question).await?;
        stream.read_exact(&mut answer).await
    };
    timeout_at(deadline, exchange).await.ok()?.ok()?;
    frames::recognise(&answer)
}
