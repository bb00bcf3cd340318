//! What a handler sees: the engine, the connection, the request's header and one snapshot of the
//! cluster's metadata for the whole request.

use std::sync::Arc;

use weir_wire::header::RequestHeader;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::connection::Connection;
use crate::engine::Engine;
use crate::image::{Image, TopicImage};
use crate::partition::Partition;

/// One request's context. Cheap to clone: waiters keep one.
#[derive(Debug, Clone)]
pub struct Ctx {
    engine: Engine,
    connection: Arc<Connection>,
    image: Arc<Image>,
    header: Arc<RequestHeader>,
}

impl Ctx {
    pub(crate) fn new(engine: Engine, connection: Arc<Connection>) -> Self {
        let image = engine.image();
        Self { engine, connection, image, header: Arc::default() }
    }

    pub(crate) fn set_header(&mut self, header: RequestHeader) {
        self.header = Arc::new(header);
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The connection that the request came in on.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The broker that answers: the one whose listener took the connection.
    pub fn broker_id(&self) -> i32 {
        self.connection.broker_id()
    }

    /// The metadata snapshot taken when the request began.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// The request's header.
    pub fn header(&self) -> &RequestHeader {
        &self.header
    }

    /// The request's API version.
    pub fn version(&self) -> i16 {
        self.header.request_api_version
    }

    /// The client id; empty when the client gave none.
    pub fn client_id(&self) -> Str {
        self.header.client_id.clone().unwrap_or_default()
    }

    /// The topic of this name, or UNKNOWN_TOPIC_OR_PARTITION.
    pub fn topic(&self, name: &str) -> Result<&Arc<TopicImage>, ErrorCode> {
        self.image.topic(name).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// The topic of this id, or UNKNOWN_TOPIC_ID.
    pub fn topic_by_id(&self, id: Uuid) -> Result<&Arc<TopicImage>, ErrorCode> {
        self.image.topic_by_id(id).ok_or(ErrorCode::UNKNOWN_TOPIC_ID)
    }

    /// The partition, whoever leads it; UNKNOWN_TOPIC_OR_PARTITION when there is none.
    pub fn partition(&self, topic: &str, index: i32) -> Result<Arc<Partition>, ErrorCode> {
        let partition = self.topic(topic)?.partition(index);
        partition.map(|p| p.handle().clone()).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// The partition by topic id; UNKNOWN_TOPIC_ID, or UNKNOWN_TOPIC_OR_PARTITION for its index.
    pub fn partition_by_id(&self, topic: Uuid, index: i32) -> Result<Arc<Partition>, ErrorCode> {
        let partition = self.topic_by_id(topic)?.partition(index);
        partition.map(|p| p.handle().clone()).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }
}
