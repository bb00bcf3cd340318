//! *Connect to a cluster*: an address tried step by step, so that a failure names its step and what to do.

mod strangers;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use weir_domain::connection::FailureReason;
use weir_domain::{Broker, ClusterInfo, ConnectionTest, NotKafka, Step, StepReport, StepStatus};
use weir_wire::messages::metadata_request::MetadataRequest;

use crate::client::{Client, address_of};
use crate::error::{ClientError, ErrorKind, ErrorStep};
use crate::metadata::Metadata;
use crate::net::connection::Connection;
use crate::net::dial;
use crate::{Address, Options};

/// Brokers whose advertised address is tried.
const ADVERTISED_MAX: usize = 16;
/// Who has not answered Kafka's first request by then is asked whether it is something else.
const SILENT_AFTER: Duration = Duration::from_millis(500);

/// Tries each bootstrap address until one passes. Leaves no connection behind.
pub async fn test_connection(options: &Options) -> ConnectionTest {
    let mut test = ConnectionTest { steps: Vec::new(), cluster: None };
    for address in &options.bootstrap {
        let mut steps = Steps { address, reports: Vec::new(), begun: Instant::now() };
        let cluster = steps.run(options).await;
        steps.skip_rest();
        test.steps.extend(steps.reports);
        test.cluster = cluster;
        if test.cluster.is_some() {
            break;
        }
    }
    test
}

/// What answers at this address where Kafka's first request gets no answer; `None`: nothing that is known. Takes up to a
/// second.
pub async fn recognise(address: &Address) -> Option<NotKafka> {
    let options = Options::new(vec![address.clone()]);
    strangers::recognise(address, &options, Instant::now() + options.connect_timeout).await
}

/// The steps of one address.
struct Steps<'a> {
    address: &'a Address,
    reports: Vec<StepReport>,
    begun: Instant,
}

impl Steps<'_> {
    /// `None`: a step failed and says so.
    async fn run(&mut self, options: &Options) -> Option<ClusterInfo> {
        let deadline = Instant::now() + options.connect_timeout;
        let found = dial::resolve(self.address, deadline, options).await;
        let found = self.report(Step::Dns, found, |found| addresses(found))?;

        let stream = dial::open(self.address, &found, deadline, options).await;
        let peer =
            |stream: &TcpStream| stream.peer_addr().map(|a| a.to_string()).unwrap_or_default();
        let stream = self.report(Step::Tcp, stream, peer)?;

        let connection = self.greet(stream, options).await;
        let apis = |connection: &Connection| connection.ranges().list().len().to_string();
        let connection = self.report(Step::ApiVersions, connection, apis)?;

        let request = |version: i16| {
            let topics = (version > 0).then(Vec::new).or(Some(Vec::new()));
            Ok(MetadataRequest {
                topics,
                allow_auto_topic_creation: version < 4,
                ..Default::default()
            })
        };
        let metadata = connection.call::<MetadataRequest>(options.connect_timeout, request).await;
        let metadata = metadata.map(Metadata::from);
        let brokers = |metadata: &Metadata| metadata.cluster.brokers.len().to_string();
        let metadata = self.report(Step::Metadata, metadata, brokers)?;

        self.advertised(&metadata.cluster, options).await;
        Some(metadata.cluster)
    }

    /// Records a step and hands on what it brought.
    fn report<T>(
        &mut self,
        step: Step,
        result: Result<T, ClientError>,
        detail: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let status = match &result {
            Ok(value) => StepStatus::Passed { detail: detail(value) },
            Err(e) => StepStatus::Failed { reason: reason(&e.kind), detail: e.kind.to_string() },
        };
        self.push(step, self.address.to_string(), status);
        result.ok()
    }

    fn push(&mut self, step: Step, address: String, status: StepStatus) {
        let took = self.begun.elapsed();
        self.begun = Instant::now();
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.reports.push(StepReport { step, address, status, took_ms });
    }

    fn skip_rest(&mut self) {
        for step in Step::ALL.into_iter().skip(self.reports.len()) {
            self.push(step, self.address.to_string(), StepStatus::Skipped);
        }
    }

    /// The first exchange. A port that took the connection and says nothing may be a stranger's that only speaks when
    /// spoken to in its own way: it is asked so beside Kafka's request, which a slow Kafka still answers.
    async fn greet(&self, stream: TcpStream, options: &Options) -> Result<Connection, ClientError> {
        let deadline = Instant::now() + options.connect_timeout;
        let mut greeting = pin!(Connection::negotiate(stream, self.address, options, deadline));
        let stranger = self.stranger(options, deadline);
        let early = timeout_at(Instant::now() + SILENT_AFTER, &mut greeting).await;
        match early {
            Ok(Err(e)) if is_silent(&e) => return Err(stranger.await.unwrap_or(e)),
            Ok(result) => return result,
            Err(_) => {}
        }
        let mut stranger = pin!(stranger);
        tokio::select! {
            result = &mut greeting => match result {
                Err(e) if is_silent(&e) => Err(stranger.await.unwrap_or(e)),
                result => result,
            },
            // A Kafka closes on both questions: whoever answers one is none.
            found = &mut stranger => match found {
                Some(e) => Err(e),
                None => match greeting.await {
                    // Who takes one connection at a time hears the questions only now that Kafka's is gone.
                    Err(e) if is_silent(&e) => {
                        let again = Instant::now() + options.connect_timeout;
                        Err(self.stranger(options, again).await.unwrap_or(e))
                    }
                    result => result,
                },
            },
        }
    }

    async fn stranger(&self, options: &Options, deadline: Instant) -> Option<ClientError> {
        let found = strangers::recognise(self.address, options, deadline);
        found.await.map(|stranger| self.not_kafka(stranger))
    }

    fn not_kafka(&self, stranger: NotKafka) -> ClientError {
        ClientError {
            host: self.address.host.clone(),
            port: self.address.port,
            step: ErrorStep::ApiVersions,
            api: "ApiVersions",
            kind: ErrorKind::NotKafka(stranger),
        }
    }

    /// Clients go on to the addresses that brokers advertise: names of a private network fail only there. One report:
    /// the test still passes, for the cluster answers.
    async fn advertised(&mut self, cluster: &ClusterInfo, options: &Options) {
        let deadline = Instant::now() + options.connect_timeout;
        let mut failed = None;
        for broker in cluster.brokers.iter().take(ADVERTISED_MAX) {
            let reached = timeout_at(deadline, reach(broker, options, deadline)).await;
            if let Ok(Err(e)) = reached {
                failed.get_or_insert((broker, e));
            }
        }
        let status = match &failed {
            None => StepStatus::Passed { detail: cluster.brokers.len().to_string() },
            Some((_, e)) => StepStatus::Failed {
                reason: FailureReason::AdvertisedUnreachable,
                detail: e.to_string(),
            },
        };
        let address =
            failed.map_or_else(|| self.address.to_string(), |(b, _)| address_of(b).to_string());
        self.push(Step::Advertised, address, status);
    }
}

async fn reach(broker: &Broker, options: &Options, deadline: Instant) -> Result<(), ClientError> {
    let address = address_of(broker);
    let found = dial::resolve(&address, deadline, options).await?;
    dial::open(&address, &found, deadline, options).await.map(drop)
}

fn addresses(found: &[SocketAddr]) -> String {
    found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ")
}

fn is_silent(error: &ClientError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Closed(_)
            | ErrorKind::TimedOut(_)
            | ErrorKind::NotKafka(weir_domain::NotKafka::Unknown)
    )
}

/// Why a step failed, as far as a person can act on it.
pub fn reason(kind: &ErrorKind) -> FailureReason {
    match kind {
        ErrorKind::NameNotFound(_) => FailureReason::NameNotFound,
        ErrorKind::Refused => FailureReason::Refused,
        ErrorKind::Unreachable(_) => FailureReason::Unreachable,
        ErrorKind::TimedOut(_) => FailureReason::TimedOut,
        ErrorKind::Closed(_) => FailureReason::ClosedEarly,
        ErrorKind::NotKafka(what) => FailureReason::NotKafka(*what),
        ErrorKind::BadAddress(_) => FailureReason::BadAddress,
        ErrorKind::Decode(_)
        | ErrorKind::Encode(_)
        | ErrorKind::Unsupported { .. }
        | ErrorKind::Broker { .. }
        | ErrorKind::NoTopic(_)
        | ErrorKind::NoPartition { .. }
        | ErrorKind::NoOne(_) => FailureReason::Protocol,
    }
}

impl Client {
    /// Tries this client's bootstrap addresses step by step, over connections of its own.
    pub async fn test(&self) -> ConnectionTest {
        test_connection(self.options()).await
    }
}
