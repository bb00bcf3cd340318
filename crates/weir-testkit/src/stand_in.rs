//! A broker that serves few APIs, or permits little: what the built-in engine, which has every API and enforces no ACL,
//! cannot stand for.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use weir_wire::header::{decode_request_header, encode_response};
use weir_wire::messages::api_versions_response::{ApiVersion, ApiVersionsResponse};
use weir_wire::messages::describe_cluster_response::{
    DescribeClusterBroker, DescribeClusterResponse,
};
use weir_wire::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use weir_wire::{ApiKey, Reader};

const FRAME_MAX: usize = 1 << 20;
/// What it answers, up to these versions.
const ANSWERED: [(ApiKey, i16); 3] =
    [(ApiKey::ApiVersions, 3), (ApiKey::Metadata, 12), (ApiKey::DescribeCluster, 0)];

/// What a stand-in says of itself.
#[derive(Debug, Clone, Default)]
pub struct StandInOptions {
    /// Advertised beside what it answers; a request of these is hung up on.
    pub apis: Vec<ApiKey>,
    /// Bits of `AclOperation` that whoever asks may do on the cluster, and on each topic (KIP-430).
    pub cluster_operations: i32,
    pub topic_operations: i32,
    /// Topics of one partition.
    pub topics: Vec<String>,
}

/// One broker on a port of its own, for as long as the test's process lives.
#[derive(Debug)]
pub struct StandIn {
    port: u16,
}

impl StandIn {
    /// Listens on a free port.
    pub fn start(options: StandInOptions) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let options = Arc::new(options);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let options = Arc::clone(&options);
                std::thread::spawn(move || serve(stream, port, &options));
            }
        });
        Ok(Self { port })
    }

    /// Its address.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// Until the client goes, or asks for what is not answered.
fn serve(mut stream: TcpStream, port: u16, options: &StandInOptions) -> Result<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = usize::try_from(i32::from_be_bytes(length))?;
        if length > FRAME_MAX {
            bail!("no request is so large");
        }
        let mut frame = vec![0; length];
        stream.read_exact(&mut frame)?;
        let header = decode_request_header(&mut Reader::new(Bytes::from(frame)))?;
        let (id, version) = (header.correlation_id, header.request_api_version);
        let key = ApiKey::try_from(header.request_api_key).ok().context("a key of Kafka's")?;
        let answer = match key {
            ApiKey::ApiVersions => encode_response(id, &versions(options), version)?,
            ApiKey::Metadata => encode_response(id, &metadata(port, options), version)?,
            ApiKey::DescribeCluster => encode_response(id, &cluster(port, options), version)?,
            other => bail!("{other} is only advertised"),
        };
        stream.write_all(&answer.to_bytes()?)?;
    }
}

fn versions(options: &StandInOptions) -> ApiVersionsResponse {
    let answered: HashMap<_, _> = ANSWERED.into_iter().collect();
    let keys = answered.keys().chain(&options.apis);
    let api_keys = keys.map(|key| ApiVersion {
        api_key: *key as i16,
        max_version: answered.get(key).copied().unwrap_or_default(),
        ..Default::default()
    });
    ApiVersionsResponse { api_keys: api_keys.collect(), ..Default::default() }
}

fn metadata(port: u16, options: &StandInOptions) -> MetadataResponse {
    let broker = MetadataResponseBroker {
        node_id: 1,
        host: "127.0.0.1".into(),
        port: port.into(),
        ..Default::default()
    };
    let partition = || MetadataResponsePartition {
        leader_id: 1,
        replica_nodes: vec![1],
        isr_nodes: vec![1],
        ..Default::default()
    };
    let topics = options.topics.iter().map(|name| MetadataResponseTopic {
        name: Some(name.as_str().into()),
        partitions: vec![partition()],
        topic_authorized_operations: options.topic_operations,
        ..Default::default()
    });
    MetadataResponse {
        brokers: vec![broker],
        topics: topics.collect(),
        controller_id: 1,
        cluster_id: Some("stand-in".into()),
        ..Default::default()
    }
}

fn cluster(port: u16, options: &StandInOptions) -> DescribeClusterResponse {
    let broker = DescribeClusterBroker {
        broker_id: 1,
        host: "127.0.0.1".into(),
        port: port.into(),
        ..Default::default()
    };
    DescribeClusterResponse {
        brokers: vec![broker],
        cluster_id: "stand-in".into(),
        controller_id: 1,
        cluster_authorized_operations: options.cluster_operations,
        ..Default::default()
    }
}
