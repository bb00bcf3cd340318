use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use weir_client::{Options, parse_bootstrap, test_connection};
use weir_domain::connection::FailureReason;
use weir_domain::{ConnectionTest, NotKafka, Step, StepStatus};

use crate::fake::{Act, broker};

/// What a server says: at once, after what it was sent, or only to bytes that begin as these.
#[derive(Clone, Copy)]
enum Server {
    Greets(&'static [u8]),
    Answers(&'static [u8]),
    AnswersOnly(&'static [u8], &'static [u8]),
    /// Answers what begins as the first and is silent to all else.
    WaitsFor(&'static [u8], &'static [u8]),
    Silent,
}

async fn start(server: Server) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Server::Greets(words) = server {
                    stream.write_all(words).await.unwrap();
                }
                let mut heard = [0; 256];
                let count = stream.read(&mut heard).await.unwrap_or(0);
                let answer = match server {
                    Server::Answers(answer) => answer,
                    Server::AnswersOnly(to, answer) if heard[..count].starts_with(to) => answer,
                    Server::WaitsFor(to, answer) if heard[..count].starts_with(to) => answer,
                    Server::WaitsFor(..) | Server::Silent => {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                        b""
                    }
                    _ => b"",
                };
                let _ = stream.write_all(answer).await;
            });
        }
    });
    port
}

async fn test(address: &str) -> ConnectionTest {
    let options = Options::new(parse_bootstrap(address).unwrap());
    test_connection(&options).await
}

fn check(test: &ConnectionTest, step: Step, reason: FailureReason) {
    let failed = test.failed().unwrap_or_else(|| panic!("it passed: {test:?}"));
    let StepStatus::Failed { reason: got, detail } = &failed.status else { unreachable!() };
    assert_eq!((failed.step, *got), (step, reason), "{detail}");
    assert!(!detail.is_empty());
    let after = test.steps.iter().skip_while(|s| s.step <= step);
    assert!(after.map(|s| &s.status).all(|status| *status == StepStatus::Skipped));
}

#[tokio::test]
async fn ports_that_are_not_kafka() {
    const ALERT: &[u8] = b"\x15\x03\x01\x00\x02\x02\x28";
    for (server, what) in [
        (Server::Answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), NotKafka::Http),
        (Server::AnswersOnly(b"GET ", b"HTTP/1.0 200 OK\r\n\r\n"), NotKafka::Http),
        (Server::Answers(ALERT), NotKafka::Tls),
        (Server::AnswersOnly(b"\x16\x03", b"\x16\x03\x03\x00\x7a\x02"), NotKafka::Tls),
        (Server::Greets(b"SSH-2.0-OpenSSH_9.6\r\n"), NotKafka::Ssh),
        (Server::Greets(b"220 mail ready\r\n"), NotKafka::Unknown),
    ] {
        let port = start(server).await;
        let test = test(&format!("127.0.0.1:{port}")).await;
        check(&test, Step::ApiVersions, FailureReason::NotKafka(what));
    }
}

/// Accepts, and takes Kafka's frame for the begin of a request whose rest it waits for.
#[tokio::test]
async fn a_web_server_that_waits_for_more_is_named_soon() {
    let port = start(Server::WaitsFor(b"GET ", b"HTTP/1.0 200 OK\r\n\r\n")).await;
    let begun = Instant::now();
    let test = test(&format!("127.0.0.1:{port}")).await;
    check(&test, Step::ApiVersions, FailureReason::NotKafka(NotKafka::Http));
    // It takes 0.5 s; unless it was asked beside Kafka's request, 5 s at least.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_slow_kafka_is_waited_for() {
    let slow = broker(|key, _| match key {
        weir_wire::ApiKey::ApiVersions => Act::Later(Duration::from_millis(2_500)),
        _ => Act::Usual,
    })
    .await;
    let test = slow.test().await;
    assert!(test.passed(), "{test:?}");
}

#[tokio::test]
async fn silence_ends_at_its_deadline() {
    let port = start(Server::Silent).await;
    let begun = Instant::now();
    let mut options = Options::new(parse_bootstrap(&format!("127.0.0.1:{port}")).unwrap());
    options.connect_timeout = Duration::from_millis(1500);
    let test = test_connection(&options).await;
    check(&test, Step::ApiVersions, FailureReason::TimedOut);
    // The server's silence lasts 60 s.
    assert!(begun.elapsed() < Duration::from_secs(45), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    check(&test(&format!("127.0.0.1:{port}")).await, Step::Tcp, FailureReason::Refused);
    let unknown = test("no-such-host.invalid:9092").await;
    check(&unknown, Step::Dns, FailureReason::NameNotFound);
}

#[tokio::test]
async fn the_second_address_may_pass() {
    let good = broker(|_, _| Act::Usual).await;
    let good = good.options().bootstrap[0].clone();
    let test = test(&format!("no-such-host.invalid:1,{good}")).await;
    assert!(test.passed(), "{test:?}");
    assert_eq!(test.steps.len(), 2 * Step::ALL.len());
    assert!(
        test.steps[Step::ALL.len()..].iter().all(|s| matches!(s.status, StepStatus::Passed { .. }))
    );
}

#[tokio::test]
async fn a_cluster_that_wants_a_sign_in_closes_at_metadata() {
    let client = broker(|key, _| match key {
        weir_wire::ApiKey::ApiVersions => Act::Usual,
        _ => Act::Close,
    })
    .await;
    check(&client.test().await, Step::Metadata, FailureReason::ClosedEarly);
}

/// A web server that takes one connection at a time, and waits on each for the end of a line.
#[tokio::test]
async fn a_web_server_of_one_connection_is_named_once_it_is_free() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut byte = [0];
            while stream.read(&mut byte).await.is_ok_and(|read| read == 1 && byte[0] != b'\n') {}
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await;
        }
    });
    let mut options = Options::new(parse_bootstrap(&format!("127.0.0.1:{port}")).unwrap());
    options.connect_timeout = Duration::from_secs(2);
    let test = test_connection(&options).await;
    check(&test, Step::ApiVersions, FailureReason::NotKafka(NotKafka::Http));
}
