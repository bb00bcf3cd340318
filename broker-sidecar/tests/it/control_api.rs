use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use weir_control::api::{BrokerState, EngineKind, Operation, OperationState};
use weir_control::{
    ClusterDir, ControlClient, ControlError, EngineFact, State, cluster_state, probe,
};

use crate::process::{Broker, LONG};

fn start() -> (tempfile::TempDir, Broker, Runtime) {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "3", "--port", "0"]);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    (temp, broker, runtime)
}

pub(crate) async fn done(client: &ControlClient, operation: Operation) -> Operation {
    let deadline = Instant::now() + LONG;
    while Instant::now() < deadline {
        let now = client.operation(&operation.id).await.unwrap();
        if !now.is_running() {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still running: {operation:?}");
}

async fn states(client: &ControlClient) -> Vec<BrokerState> {
    client.brokers().await.unwrap().brokers.into_iter().map(|b| b.state).collect()
}

#[test]
fn adoption_is_an_authenticated_describe_of_the_same_instance() {
    let (temp, broker, runtime) = start();
    runtime.block_on(async {
        let describe = broker.control().describe().await.unwrap();
        assert_eq!(describe.engine, EngineKind::BuiltIn);
        assert_eq!((describe.pid, describe.brokers), (broker.child.id(), 3));
        assert_eq!(describe.bootstrap, broker.ready.bootstrap);
        let dir = ClusterDir::new(temp.path());
        let facts = probe(&dir, LONG).await.unwrap().unwrap();
        assert!(matches!(facts.engine, EngineFact::Answers(_)));
        assert_eq!(cluster_state(&facts), State::Active);
    });
}

#[test]
fn brokers_stop_are_killed_and_start_as_operations_with_events() {
    let (temp, broker, runtime) = start();
    let client = broker.control();
    runtime.block_on(async {
        use BrokerState::{Killed, Running, Stopped};
        let stop = client.stop_broker(2).await.unwrap();
        assert_eq!(done(&client, stop).await.state, OperationState::Done);
        assert_eq!(states(&client).await, [Running, Stopped, Running]);
        let port = broker.ready.brokers[1].port;
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "its listener is closed");
        let again = client.stop_broker(2).await.unwrap_err();
        assert!(matches!(&again, ControlError::Refused { status: 409, .. }), "{again}");
        let start = client.start_broker(2).await.unwrap();
        assert_eq!(done(&client, start).await.state, OperationState::Done);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        let kill = client.kill_broker(3).await.unwrap();
        assert_eq!(done(&client, kill).await.state, OperationState::Done);
        assert_eq!(states(&client).await, [Running, Running, Killed]);
        let events = client.events(0, Duration::ZERO).await.unwrap();
        assert!(events.events.len() >= 9 && !events.missed, "{events:?}");
        let kinds: Vec<_> = ClusterDir::new(temp.path()).operations().read().unwrap();
        assert_eq!(kinds.len(), 3, "the same three in operations.jsonl");
    });
}

/// What the control API answers to `sent` with the right token, until it closes the connection.
fn answered(control: &weir_control::files::ControlFile, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(&control.address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let (host, token) = (&control.address, &control.token);
    let head = format!("{head}\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer); // a reset is an end as well
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn slow_and_many_clients_do_not_hold_the_control_api_off() {
    let (_temp, broker, runtime) = start();
    let client = broker.control();
    let control = client.control();
    let half = "POST /v1/brokers/2/stop HTTP/1.1\r\nContent-Length: 10";
    let slow = answered(control, half, b"{");
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    let large = "POST /v1/brokers/2/stop HTTP/1.1\r\nContent-Length: 1000000";
    let large = answered(control, large, b"{");
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    runtime.block_on(async {
        assert_eq!(states(&client).await, [BrokerState::Running; 3], "nothing was done");
        let connect = || TcpStream::connect(&control.address).unwrap();
        let silent: Vec<_> = (0..140).map(|_| connect()).collect();
        let full = client.describe().await;
        assert!(matches!(full, Err(ControlError::Refused { status: 503, .. })), "{full:?}");
        drop(silent);
        let deadline = Instant::now() + LONG;
        while client.describe().await.is_err() {
            assert!(Instant::now() < deadline, "there is place again");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn a_killed_brokers_connections_are_reset_at_once() {
    let (_temp, broker, runtime) = start();
    let mut stream = TcpStream::connect(("127.0.0.1", broker.ready.brokers[0].port)).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    // Half a request: the connection is known to be served.
    stream.write_all(&[0, 0, 0, 10, 0, 18]).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    runtime.block_on(broker.control().kill_broker(1)).unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_broker_that_does_not_exist_is_named() {
    let (_temp, broker, runtime) = start();
    let error = runtime.block_on(broker.control().stop_broker(9)).unwrap_err();
    let ControlError::Refused { status, error } = error else { panic!("{error}") };
    assert_eq!((status, error.text.as_str()), (404, "Broker 9 does not exist"));
    assert_eq!(error.hint.as_deref(), Some("Brokers are 1 to 3"));
}

#[test]
fn no_token_a_wrong_token_and_a_foreign_host_are_refused() {
    let (_temp, broker, _runtime) = start();
    let control = broker.control();
    let (address, token) = (&control.control().address, &control.control().token);
    let status = |host: &str, bearer: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        let head = format!(
            "GET /v1/describe HTTP/1.1\r\nhost: {host}\r\n{bearer}connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let bearer = format!("authorization: Bearer {token}\r\n");
    assert_eq!(status(address, &bearer), "200");
    assert_eq!(status(address, ""), "401");
    assert_eq!(status(address, "authorization: Bearer 0\r\n"), "401");
    assert_eq!(status("evil.example", &bearer), "403");
    assert_eq!(status(&address.replace("127.0.0.1", "localhost"), &bearer), "403");
}

#[test]
fn an_event_poll_waits_for_news() {
    let (_temp, broker, runtime) = start();
    let client = broker.control();
    runtime.block_on(async {
        let quiet = client.events(0, Duration::from_millis(50)).await.unwrap();
        assert!(quiet.events.is_empty());
        let (news, _) = tokio::join!(client.events(quiet.next, Duration::from_secs(30)), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            client.stop_broker(1).await.unwrap()
        });
        assert_eq!(news.unwrap().events[0].broker.as_ref().unwrap().id, 1);
    });
}
