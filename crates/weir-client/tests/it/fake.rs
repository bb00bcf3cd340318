//! A broker of one topic that answers as a test wants.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use weir_client::{Address, Client, Options};
use weir_wire::header::{decode_request_header, encode_response};
use weir_wire::messages::api_versions_response::{ApiVersion, ApiVersionsResponse};
use weir_wire::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use weir_wire::{ApiKey, Bytes, Reader};

const FRAME_MAX: usize = 100 << 20;

/// What becomes of one request.
pub(crate) enum Act {
    /// The usual answer.
    Usual,
    /// These bytes, as they are.
    Raw(Vec<u8>),
    Silence,
    /// The usual answer, after so long.
    Later(Duration),
    Close,
}

type Script = dyn Fn(ApiKey, usize) -> Act + Send + Sync;

/// Starts it; the script is asked for each request with the API and how many requests of this connection came before.
pub(crate) async fn broker(
    script: impl Fn(ApiKey, usize) -> Act + Send + Sync + 'static,
) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let script: Arc<Script> = Arc::new(script);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, port, Arc::clone(&script)));
        }
    });
    client(port)
}

pub(crate) fn client(port: u16) -> Client {
    let mut options = Options::new(vec![Address { host: "127.0.0.1".into(), port }]);
    // Long enough for an answer on a busy machine, short enough to wait for where none comes.
    options.connect_timeout = Duration::from_secs(5);
    options.request_timeout = Duration::from_secs(3);
    Client::new(options)
}

async fn serve(mut stream: TcpStream, port: u16, script: Arc<Script>) {
    for count in 0.. {
        let Ok(length) = stream.read_i32().await else { return };
        // As Kafka does: what is no request is closed on.
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= FRAME_MAX)
        else {
            return;
        };
        let mut frame = vec![0; length];
        stream.read_exact(&mut frame).await.unwrap();
        let mut reader = Reader::new(Bytes::from(frame));
        let header = decode_request_header(&mut reader).unwrap();
        let key = ApiKey::try_from(header.request_api_key).unwrap();
        let (correlation, version) = (header.correlation_id, header.request_api_version);
        let answer = match script(key, count) {
            Act::Usual => usual(key, version, correlation, port),
            Act::Raw(bytes) => bytes,
            Act::Silence => continue,
            Act::Later(after) => {
                tokio::time::sleep(after).await;
                usual(key, version, correlation, port)
            }
            Act::Close => return,
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn usual(key: ApiKey, version: i16, correlation: i32, port: u16) -> Vec<u8> {
    let frame = match key {
        ApiKey::ApiVersions => encode_response(correlation, &versions(), version),
        ApiKey::Metadata => encode_response(correlation, &metadata(port), version),
        other => panic!("the fake broker does not know {other}"),
    };
    frame.unwrap().to_bytes().unwrap().to_vec()
}

fn versions() -> ApiVersionsResponse {
    let api = |key: ApiKey, max_version| ApiVersion {
        api_key: key as i16,
        min_version: 0,
        max_version,
        ..Default::default()
    };
    let api_keys = vec![api(ApiKey::ApiVersions, 3), api(ApiKey::Metadata, 9)];
    ApiVersionsResponse { api_keys, ..Default::default() }
}

fn metadata(port: u16) -> MetadataResponse {
    let broker = MetadataResponseBroker {
        node_id: 1,
        host: "127.0.0.1".into(),
        port: port.into(),
        ..Default::default()
    };
    let partition = MetadataResponsePartition {
        leader_id: 1,
        replica_nodes: vec![1],
        isr_nodes: vec![1],
        ..Default::default()
    };
    let topic = MetadataResponseTopic {
        name: Some("orders".into()),
        partitions: vec![partition],
        ..Default::default()
    };
    MetadataResponse {
        brokers: vec![broker],
        topics: vec![topic],
        controller_id: 1,
        ..Default::default()
    }
}
