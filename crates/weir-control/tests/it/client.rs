//! The client against a server of a few lines: what it sends, and what it makes of each way to fail.
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use weir_control::api::ApiVersion;
use weir_control::files::ControlFile;
use weir_control::{ControlClient, ControlError};

fn client(address: String, major: u32) -> ControlClient {
    let control = ControlFile {
        api: ApiVersion { major, minor: 0 },
        version: "0.1.0".to_owned(),
        instance: "i".to_owned(),
        address,
        token: "t0k".to_owned(),
        pid: 1,
    };
    ControlClient::new(control).with_deadline(Duration::from_secs(30))
}

/// Answers every connection with `answer` after reading its request head; returns the heads.
async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    (address, task)
}

#[tokio::test]
async fn a_post_carries_the_bearer_and_a_key() {
    let body = r#"{"id":"x","kind":"broker-stop","state":"running","broker":2,"startedMs":5}"#;
    let answer = format!("HTTP/1.1 202 Accepted\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (address, task) = server(answer.leak()).await;
    let operation = client(address.clone(), 1).stop_broker(2).await.unwrap();
    assert_eq!((operation.id.as_str(), operation.broker), ("x", Some(2)));
    let head = task.await.unwrap().to_lowercase();
    assert!(head.starts_with("post /v1/brokers/2/stop http/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: bearer t0k\r\n"), "{head}");
    assert!(head.contains(&format!("host: {address}\r\n")), "{head}");
    assert!(head.contains("idempotency-key: "), "{head}");
}

#[tokio::test]
async fn a_refusal_carries_the_engines_own_words() {
    let body = r#"{"text":"Broker 9 does not exist","hint":"Brokers are 1 to 3"}"#;
    let answer = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (address, _task) = server(answer.leak()).await;
    let error = client(address, 1).kill_broker(9).await.unwrap_err();
    assert_eq!(error.to_string(), "Broker 9 does not exist");
    assert!(matches!(error, ControlError::Refused { status: 404, .. }));
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let client = client(address, 1).with_deadline(Duration::from_millis(500));
    let error = client.describe().await.unwrap_err();
    assert!(matches!(error, ControlError::Deadline { .. }), "{error}");
}

#[tokio::test]
async fn a_port_that_is_closed_or_no_http_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = client(address.clone(), 1).describe().await.unwrap_err();
    assert!(error.to_string().contains(&address), "{error}");
    let (address, _task) = server("SSH-2.0-x\r\n\r\n").await;
    let error = client(address, 1).brokers().await.unwrap_err();
    assert!(matches!(error, ControlError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn an_engine_of_another_major_is_refused_before_it_is_asked() {
    let error = client("127.0.0.1:1".to_owned(), 2).describe().await.unwrap_err();
    assert!(error.to_string().contains("restart the cluster"), "{error}");
}
