//! An engine on a simulated host, and requests to it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use weir_engine::clock::ManualClock;
use weir_engine::fs::SimFs;
use weir_engine::rng::SeededRng;
use weir_engine::{Background, Connection, Engine, EngineConfig, Host, Outcome, Waiter};
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::messages::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::records::BatchBuilder;
use weir_wire::{ErrorCode, Frame, Message, Reader, Request, Str};

pub(crate) struct Cluster {
    pub(crate) fs: SimFs,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) engine: Engine,
    pub(crate) config: EngineConfig,
    seed: AtomicU64,
}

impl Cluster {
    pub(crate) fn new(brokers: u16) -> Self {
        Self::with(EngineConfig::local("/cluster", brokers, "localhost", 9092))
    }

    pub(crate) fn with(mut config: EngineConfig) -> Self {
        config.boot_id = "boot-1".to_owned();
        let fs = SimFs::new();
        let clock = Arc::new(ManualClock::at(1_700_000_000_000));
        let seed = AtomicU64::new(1);
        let engine = Engine::open(config.clone(), host(&fs, &clock, 1)).unwrap();
        Self { fs, clock, engine, config, seed }
    }

    /// Lets go of the engine as `kill -9` does, and opens the directory again.
    pub(crate) fn restart(&mut self) {
        self.reopen("boot-1");
    }

    /// As [`Cluster::restart`], in the boot of the last [`Cluster::reopen`].
    pub(crate) fn restart_in_this_boot(&mut self) {
        let boot_id = self.config.boot_id.clone();
        self.reopen(&boot_id);
    }

    /// Works in the background until all was looked at that a power loss may have torn.
    pub(crate) fn leave_no_doubt(&self) {
        let noted = std::path::Path::new("/cluster/metadata/boot-id");
        for _ in 0..1000 {
            if self.fs.content(noted).is_some_and(|id| id == self.config.boot_id.as_bytes()) {
                return;
            }
            self.clock.advance(100);
            self.engine.run_background(Background::Storage).unwrap();
        }
        panic!("the logs stay in doubt");
    }

    /// Opens the directory again after the machine started anew.
    pub(crate) fn reopen(&mut self, boot_id: &str) {
        self.config.boot_id = boot_id.to_owned();
        let seed = self.seed.fetch_add(1, Ordering::SeqCst) + 1;
        self.engine = Engine::open(self.config.clone(), host(&self.fs, &self.clock, seed)).unwrap();
    }

    /// Lets time pass, doing background work as it becomes due.
    pub(crate) fn pass(&self, ms: i64) {
        for _ in 0..ms.div_euclid(10).max(1) {
            self.clock.advance(ms.min(10));
            self.engine.tick();
            self.engine.run_background(Background::Cluster).unwrap();
        }
        self.engine.run_background(Background::Storage).unwrap();
    }

    pub(crate) fn connect(&self, broker: i32) -> Client<'_> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::SeqCst);
        let connection = Arc::new(Connection::new(id, broker, "PLAINTEXT", "127.0.0.1"));
        Client { cluster: self, connection }
    }

    /// Creates one topic, and asserts that it worked.
    pub(crate) fn create(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let topic = CreatableTopic {
            name: Str::from(name),
            num_partitions: partitions,
            replication_factor: -1,
            configs: configs
                .iter()
                .map(|(k, v)| CreatableTopicConfig {
                    name: Str::from(*k),
                    value: Some(Str::from(*v)),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
        let response = self.connect(1).call(request, 7);
        let topic = &response.topics[0];
        assert_eq!(ErrorCode(topic.error_code), ErrorCode::NONE, "{:?}", topic.error_message);
    }

    /// Changes one configuration of a resource (2 a topic, 4 a broker) by an operation (0 set, 2 append ...).
    pub(crate) fn alter(&self, kind: i8, name: &str, key: &str, op: i8, value: &str) -> ErrorCode {
        let config = AlterableConfig {
            name: Str::from(key),
            config_operation: op,
            value: Some(Str::from(value)),
            ..Default::default()
        };
        let resource = AlterConfigsResource {
            resource_type: kind,
            resource_name: Str::from(name),
            configs: vec![config],
            ..Default::default()
        };
        let request =
            IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
        ErrorCode(self.connect(1).call(request, 1).responses[0].error_code)
    }

    /// The leader of a partition.
    pub(crate) fn leader(&self, topic: &str, partition: i32) -> i32 {
        self.engine.image().topic(topic).unwrap().partition(partition).unwrap().assignment().leader
    }

    pub(crate) fn isr(&self, topic: &str, partition: i32) -> Vec<i32> {
        let image = self.engine.image();
        let mut isr =
            image.topic(topic).unwrap().partition(partition).unwrap().assignment().isr.to_vec();
        isr.sort_unstable();
        isr
    }

    /// Produces one record to the leader; answers the error and the offset.
    pub(crate) fn produce(&self, topic: &str, value: &str, acks: i16) -> (ErrorCode, i64) {
        self.connect(self.leader(topic, 0)).produce(topic, value, acks)
    }
}

fn host(fs: &SimFs, clock: &Arc<ManualClock>, seed: u64) -> Host {
    Host {
        fs: Arc::new(fs.clone()),
        clock: clock.clone(),
        rng: Arc::new(SeededRng::new(seed)),
        open_files_max: 100,
    }
}

pub(crate) struct Client<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) connection: Arc<Connection>,
}

impl Client<'_> {
    /// Sends a request; waits, with time passing, for its response.
    pub(crate) fn call<R: Request>(&self, request: R, version: i16) -> R::Response {
        let frame = self.send(request, version).expect("a response");
        let mut reader = Reader::new(frame.slice(4..));
        decode_response_header(&mut reader, R::KEY, version).unwrap();
        let response = R::Response::decode(&mut reader, version).unwrap();
        assert_eq!(reader.remaining(), 0, "bytes after the response");
        response
    }

    pub(crate) fn send<R: Request>(&self, request: R, version: i16) -> Option<Bytes> {
        let header = RequestHeader {
            correlation_id: 7,
            client_id: Some(Str::from("test")),
            ..Default::default()
        };
        let frame = bytes_of(encode_request(header, &request, version).unwrap());
        match self.cluster.engine.handle(&self.connection, frame.slice(4..)) {
            Outcome::Done(frame) => frame.map(bytes_of),
            Outcome::Close(reason) => panic!("connection closed: {reason}"),
            Outcome::Wait(mut waiter) => {
                for _ in 0..10_000 {
                    let mut context = Context::from_waker(Waker::noop());
                    if let Poll::Ready(outcome) = Pin::new(&mut waiter).poll(&mut context) {
                        return outcome.unwrap().map(bytes_of);
                    }
                    self.cluster.pass(10);
                }
                panic!("no answer in 100 s");
            }
        }
    }

    /// Sends a request whose answer is expected later.
    pub(crate) fn park<R: Request>(&self, request: R, version: i16) -> ParkedCall<R> {
        match self.handle(request, version) {
            Outcome::Wait(waiter) => ParkedCall {
                waiter,
                version,
                wakes: Arc::default(),
                request: std::marker::PhantomData,
            },
            other => panic!("answered at once: {other:?}"),
        }
    }

    /// Whether the request makes the broker close the connection.
    pub(crate) fn is_closed_by<R: Request>(&self, request: R, version: i16) -> bool {
        matches!(self.handle(request, version), Outcome::Close(_))
    }

    fn handle<R: Request>(&self, request: R, version: i16) -> Outcome {
        let client_id = Some(Str::from("test"));
        let header = RequestHeader { correlation_id: 7, client_id, ..Default::default() };
        let frame = bytes_of(encode_request(header, &request, version).unwrap());
        self.cluster.engine.handle(&self.connection, frame.slice(4..))
    }

    pub(crate) fn produce(&self, topic: &str, value: &str, acks: i16) -> (ErrorCode, i64) {
        self.produce_to(topic, 0, value, acks)
    }

    pub(crate) fn produce_to(
        &self,
        topic: &str,
        partition: i32,
        value: &str,
        acks: i16,
    ) -> (ErrorCode, i64) {
        let mut batch = BatchBuilder::new();
        batch.append(self.cluster.clock_ms(), None, Some(value.as_bytes()), &[]);
        let data = PartitionProduceData {
            index: partition,
            records: Some(batch.build().unwrap().to_bytes()),
            ..Default::default()
        };
        let topic = TopicProduceData {
            name: Str::from(topic),
            partition_data: vec![data],
            ..Default::default()
        };
        let request = ProduceRequest {
            acks,
            timeout_ms: 1_000,
            topic_data: vec![topic],
            ..Default::default()
        };
        let response = self.call(request, 9);
        let partition = &response.responses[0].partition_responses[0];
        (ErrorCode(partition.error_code), partition.base_offset)
    }
}

/// A request that waits for its answer.
pub(crate) struct ParkedCall<R> {
    waiter: Waiter,
    version: i16,
    wakes: Arc<Wakes>,
    request: std::marker::PhantomData<R>,
}

#[derive(Default)]
struct Wakes(AtomicU64);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl<R: Request> ParkedCall<R> {
    /// The answer, if it is there.
    pub(crate) fn poll(&mut self) -> Option<R::Response> {
        let waker = Waker::from(self.wakes.clone());
        let mut context = Context::from_waker(&waker);
        let Poll::Ready(outcome) = Pin::new(&mut self.waiter).poll(&mut context) else {
            return None;
        };
        let frame = bytes_of(outcome.unwrap().expect("a response"));
        let mut reader = Reader::new(frame.slice(4..));
        decode_response_header(&mut reader, R::KEY, self.version).unwrap();
        Some(R::Response::decode(&mut reader, self.version).unwrap())
    }

    /// How often its task was woken.
    pub(crate) fn wakes(&self) -> u64 {
        self.wakes.0.load(Ordering::SeqCst)
    }
}

impl Cluster {
    pub(crate) fn clock_ms(&self) -> i64 {
        use weir_engine::Clock;
        self.clock.wall_ms()
    }
}

fn bytes_of(frame: Frame) -> Bytes {
    frame.to_bytes().unwrap()
}
