//! What answers on a port that is silent to Kafka's first request: asked in TLS's way, then in HTTP's.

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

pub(super) async fn recognise(
    address: &Address,
    options: &Options,
    deadline: Instant,
) -> Option<NotKafka> {
    for question in [&CLIENT_HELLO[..], HTTP_REQUEST] {
        let until = deadline.min(Instant::now() + PATIENCE);
        if let Some(stranger) = ask(address, options, question, until).await {
            return Some(stranger);
        }
    }
    None
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
