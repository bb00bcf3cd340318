//! A cluster's client: a cheap handle that finds the broker for each request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use weir_domain::{Broker, BrokerFailure};
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use weir_wire::{ApiKey, Request};

use crate::coordinators::Coordinators;
use crate::error::{ClientError, ErrorKind, ErrorStep};
use crate::metadata::{Metadata, MetadataCache, operations};
use crate::net::connection::Connection;
use crate::net::pool::{Lane, Pool};
use crate::net::versions::ApiRanges;
use crate::{Address, Options};

/// The most addresses that one request to "any broker" tries.
const CANDIDATES_MAX: usize = 8;

/// Writes a request as the version chosen wants it.
pub(crate) type Build<R> = Box<dyn Fn(i16) -> Result<R, ErrorKind> + Send + Sync>;

/// Talks to one cluster. Nothing is connected before the first request; clones share connections and metadata.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) options: Options,
    pool: Pool,
    pub(crate) metadata: MetadataCache,
    pub(crate) coordinators: Coordinators,
    /// The address that answered last, tried first.
    last_good: Mutex<Option<Address>>,
}

impl Client {
    pub fn new(options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                options,
                pool: Pool::default(),
                metadata: MetadataCache::default(),
                coordinators: Coordinators::default(),
                last_good: Mutex::new(None),
            }),
        }
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Closes all connections; the next request opens new ones.
    pub fn disconnect(&self) {
        self.inner.pool.clear();
    }

    /// Everything about brokers and topics, asked now. Answers are kept for routing.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ClientError> {
        let metadata = self.ask_metadata(None).await?;
        Ok(self.inner.metadata.replace(metadata))
    }

    /// What was learnt last, without asking; empty before the first answer.
    pub fn cached_metadata(&self) -> Arc<Metadata> {
        self.inner.metadata.newest()
    }

    /// Brokers and some topics, asked now; a topic that does not exist has its error set. Creates nothing.
    pub async fn topics(&self, names: &[String]) -> Result<Metadata, ClientError> {
        let metadata = self.ask_metadata(Some(names)).await?;
        self.inner.metadata.merge(metadata.clone());
        Ok(metadata)
    }

    async fn ask_metadata(&self, names: Option<&[String]>) -> Result<Metadata, ClientError> {
        let topic = |name: &String| MetadataRequestTopic {
            name: Some(name.as_str().into()),
            ..Default::default()
        };
        let topics: Option<Vec<_>> = names.map(|names| names.iter().map(topic).collect());
        let build = move |version| metadata_request(version, topics.clone());
        let response = self.any_with::<MetadataRequest>(build).await?;
        Ok(response.into())
    }

    /// What the caller may do on at least one of the topics that it sees; `None`: the cluster does not say, or shows none.
    pub(crate) async fn rights_on_topics(&self) -> Result<Option<i32>, ClientError> {
        let build = |version| {
            let include = version >= RIGHTS_SINCE;
            let request = metadata_request(version, None)?;
            Ok(MetadataRequest { include_topic_authorized_operations: include, ..request })
        };
        let response = self.any_with::<MetadataRequest>(build).await?;
        let told = response.topics.iter().filter(|topic| !topic.is_internal);
        let bits = told.filter_map(|topic| operations(topic.topic_authorized_operations));
        Ok(bits.reduce(|all, one| all | one))
    }

    /// Asks brokers in turn until one answers.
    pub(crate) async fn any<R>(&self, request: &R) -> Result<R::Response, ClientError>
    where
        R: Request + Clone,
    {
        self.any_with::<R>(|_| Ok(request.clone())).await
    }

    pub(crate) async fn any_with<R: Request>(
        &self,
        build: impl Fn(i16) -> Result<R, ErrorKind>,
    ) -> Result<R::Response, ClientError> {
        let mut last = None;
        for address in self.candidates() {
            match self.at(&address, Lane::Admin, &build).await {
                Ok(response) => {
                    self.remember(address);
                    return Ok(response);
                }
                Err(e) if e.is_connection() && can_repeat(R::KEY, &e) => last = Some(e),
                Err(e) => return Err(e),
            }
        }
        let none = || ClientError::no_one(R::KEY.name(), "no address of the cluster is known");
        Err(last.unwrap_or_else(none))
    }

    /// Asks the controller, which with KRaft is any broker: it passes the request on.
    pub(crate) async fn controller_with<R: Request>(
        &self,
        build: impl Fn(i16) -> Result<R, ErrorKind>,
    ) -> Result<R::Response, ClientError> {
        let known = self.inner.metadata.newest();
        let controller = known.cluster.controller_id.and_then(|id| known.cluster.broker(id));
        if let Some(broker) = controller {
            match self.at(&address_of(broker), Lane::Admin, &build).await {
                Err(e) if e.is_connection() && can_repeat(R::KEY, &e) => {}
                answer => return answer,
            }
        }
        self.any_with(build).await
    }

    /// Asks one broker by id.
    pub(crate) async fn broker_with<R: Request>(
        &self,
        id: i32,
        lane: Lane,
        build: impl Fn(i16) -> Result<R, ErrorKind>,
    ) -> Result<R::Response, ClientError> {
        let broker = self.broker(id, R::KEY).await?;
        self.at(&address_of(&broker), lane, &build).await
    }

    /// Where a broker is, asking the cluster again if it is not known.
    pub(crate) async fn broker(&self, id: i32, api: ApiKey) -> Result<Broker, ClientError> {
        if let Some(broker) = self.inner.metadata.newest().cluster.broker(id) {
            return Ok(broker.clone());
        }
        let now = self.topics(&[]).await?;
        now.cluster.broker(id).cloned().ok_or_else(|| {
            ClientError::no_one(api.name(), format!("broker {id} is not in the cluster now"))
        })
    }

    /// Brokers of the last metadata, asked for once if there is none.
    pub(crate) async fn brokers(&self) -> Result<Vec<Broker>, ClientError> {
        let known = self.inner.metadata.newest();
        if !known.cluster.brokers.is_empty() {
            return Ok(known.cluster.brokers.clone());
        }
        Ok(self.topics(&[]).await?.cluster.brokers)
    }

    /// Sends each broker its own request, all at once, and returns the answers as they belong to brokers.
    pub(crate) async fn scatter<R>(&self, requests: Vec<(i32, Build<R>)>) -> Vec<Answer<R>>
    where
        R: Request + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        self.scatter_on(Lane::Admin, requests).await
    }

    pub(crate) async fn scatter_on<R>(
        &self,
        lane: Lane,
        requests: Vec<(i32, Build<R>)>,
    ) -> Vec<Answer<R>>
    where
        R: Request + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        let mut running = JoinSet::new();
        for (id, build) in requests {
            let client = self.clone();
            running.spawn(async move { (id, client.broker_with(id, lane, build).await) });
        }
        let mut answers = Vec::with_capacity(running.len());
        while let Some(joined) = running.join_next().await {
            // A panic inside is a bug of ours; the others' answers are still good.
            let Ok((broker_id, result)) = joined else { continue };
            answers.push(Answer { broker_id, result });
        }
        answers.sort_by_key(|answer| answer.broker_id);
        answers
    }

    /// Sends to one address; once more over a new connection if an idle one had been closed meanwhile.
    async fn at<R: Request>(
        &self,
        address: &Address,
        lane: Lane,
        build: &impl Fn(i16) -> Result<R, ErrorKind>,
    ) -> Result<R::Response, ClientError> {
        let first = self.connection(address, lane, R::KEY).await?;
        match first.call(self.timeout(), build).await {
            Err(e) if matches!(e.kind, ErrorKind::Closed(_)) && can_repeat(R::KEY, &e) => {
                let second = self.connection(address, lane, R::KEY).await?;
                second.call(self.timeout(), build).await
            }
            answer => answer,
        }
    }

    pub(crate) async fn connection(
        &self,
        address: &Address,
        lane: Lane,
        api: ApiKey,
    ) -> Result<Connection, ClientError> {
        let got = self.inner.pool.get(address, lane, &self.inner.options).await;
        got.map_err(|e| ClientError { api: api.name(), ..e })
    }

    /// The versions that a broker serves; of any broker for `None`.
    pub(crate) async fn ranges(&self, id: Option<i32>) -> Result<ApiRanges, ClientError> {
        let candidates = match id {
            Some(id) => vec![address_of(&self.broker(id, ApiKey::ApiVersions).await?)],
            None => self.candidates(),
        };
        let mut last = ClientError::no_one("ApiVersions", "no address of the cluster is known");
        for address in candidates {
            match self.connection(&address, Lane::Admin, ApiKey::ApiVersions).await {
                Ok(connection) => return Ok(connection.ranges().clone()),
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.inner.options.request_timeout
    }

    /// How long a broker may take for what it answers when done; a little less than we wait.
    pub(crate) fn timeout_ms(&self) -> i32 {
        let timeout = self.timeout().saturating_sub(Duration::from_secs(1));
        i32::try_from(timeout.max(Duration::from_secs(1)).as_millis()).unwrap_or(i32::MAX)
    }

    /// The last good address, then known brokers, then the bootstrap list.
    fn candidates(&self) -> Vec<Address> {
        let last = self.inner.last_good.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = self.inner.metadata.newest();
        let brokers = known.cluster.brokers.iter().map(address_of);
        let mut candidates = Vec::new();
        for address in last.into_iter().chain(brokers).chain(self.inner.options.bootstrap.clone()) {
            if !candidates.contains(&address) {
                candidates.push(address);
            }
        }
        // Of a large cluster some brokers are enough, but the bootstrap list is the way back to a cluster that moved.
        if candidates.len() > CANDIDATES_MAX {
            let first: Option<Address> = self.inner.options.bootstrap.first().cloned();
            candidates.truncate(CANDIDATES_MAX - 1);
            candidates.extend(first.filter(|address| !candidates.contains(address)));
        }
        candidates
    }

    fn remember(&self, address: Address) {
        *self.inner.last_good.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}

/// One broker's answer to its share of a scattered request.
#[derive(Debug)]
pub(crate) struct Answer<R: Request> {
    pub(crate) broker_id: i32,
    pub(crate) result: Result<R::Response, ClientError>,
}

pub(crate) fn failure(broker_id: i32, error: &ClientError) -> BrokerFailure {
    BrokerFailure {
        broker_id: Some(broker_id),
        host: error.host.clone(),
        port: error.port,
        api: error.api,
        detail: error.kind.to_string(),
    }
}

pub(crate) fn address_of(broker: &Broker) -> Address {
    Address { host: broker.host.clone(), port: broker.port }
}

/// Whether a request may be sent again after this error without doing anything twice.
fn can_repeat(key: ApiKey, error: &ClientError) -> bool {
    error.step != ErrorStep::Request || is_read(key)
}

fn is_read(key: ApiKey) -> bool {
    use ApiKey as K;
    matches!(
        key,
        K::ApiVersions
            | K::Metadata
            | K::DescribeCluster
            | K::ListOffsets
            | K::Fetch
            | K::FindCoordinator
            | K::OffsetFetch
            | K::ListGroups
            | K::DescribeGroups
            | K::ConsumerGroupDescribe
            | K::DescribeConfigs
            | K::DescribeLogDirs
            | K::DescribeQuorum
            | K::ShareGroupDescribe
            | K::DescribeShareGroupOffsets
            | K::StreamsGroupDescribe
            | K::DescribeProducers
            | K::ListTransactions
            | K::ListPartitionReassignments
    )
}

/// The version of Metadata from which on it tells what the caller may do.
const RIGHTS_SINCE: i16 = 8;

fn metadata_request(
    version: i16,
    topics: Option<Vec<MetadataRequestTopic>>,
) -> Result<MetadataRequest, ErrorKind> {
    // Version 0 has no way to ask for no topic: an empty list means all. From 1 on null means all.
    if version == 0 && topics.as_ref().is_some_and(Vec::is_empty) {
        return Err(ErrorKind::Unsupported { ours: (1, 13), theirs: Some((0, 0)) });
    }
    let topics = if version == 0 { Some(topics.unwrap_or_default()) } else { topics };
    // Before version 4 a broker that creates topics by itself does so for each name asked for.
    Ok(MetadataRequest { topics, allow_auto_topic_creation: version < 4, ..Default::default() })
}
