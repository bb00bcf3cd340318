//! One connection: requests are written as they come, answers find their caller by correlation id.
//!
//! Cancellation safe: a caller that stops waiting leaves its place in the table until the answer arrived, so that the
//! stream never loses its step and the number of requests in flight stays bounded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::{ApiKey, Message, Part, Reader, Request};

use crate::error::{ClientError, ErrorKind, ErrorStep};
use crate::net::dial::{self, from_io};
use crate::net::frames;
use crate::net::versions::{self, ApiRanges};
use crate::{Address, Options};

/// Requests of one connection that wait for their answer; more wait for a place.
const IN_FLIGHT_MAX: usize = 64;

/// A cheap handle; the connection closes when the last one is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    address: Address,
    client_id: String,
    ranges: ApiRanges,
    outgoing: mpsc::Sender<Vec<Bytes>>,
    places: Arc<Semaphore>,
    next_correlation: AtomicI32,
    /// A request timed out: what is in flight may still arrive, but new requests take a new connection.
    suspect: AtomicBool,
    table: Arc<Table>,
}

/// What caller and socket task share.
#[derive(Debug, Default)]
struct Table {
    state: Mutex<TableState>,
}

#[derive(Debug, Default)]
struct TableState {
    waiting: HashMap<i32, Waiting>,
    /// Why the connection ended.
    closed: Option<ErrorKind>,
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Result<Bytes, ErrorKind>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    /// Resolves, connects and learns the broker's versions.
    pub(crate) async fn open(address: &Address, options: &Options) -> Result<Self, ClientError> {
        let deadline = Instant::now() + options.connect_timeout;
        let found = dial::resolve(address, deadline, options).await?;
        let stream = dial::open(address, &found, deadline, options).await?;
        Self::negotiate(stream, address, options, deadline).await
    }

    /// The first exchange on an open stream.
    pub(crate) async fn negotiate(
        stream: TcpStream,
        address: &Address,
        options: &Options,
        deadline: Instant,
    ) -> Result<Self, ClientError> {
        let mut new = Self::start(stream, address, options);
        let ranges = crate::net::greeting::greet(&new, deadline, options).await?;
        // Nobody else holds the handle yet.
        if let Some(inner) = Arc::get_mut(&mut new.inner) {
            inner.ranges = ranges;
        }
        Ok(new)
    }

    fn start(stream: TcpStream, address: &Address, options: &Options) -> Self {
        let (outgoing, queue) = mpsc::channel(IN_FLIGHT_MAX);
        let table = Arc::new(Table::default());
        tokio::spawn(serve(stream, queue, Arc::clone(&table)));
        let inner = Inner {
            address: address.clone(),
            client_id: options.client_id.clone(),
            ranges: ApiRanges::default(),
            outgoing,
            places: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
            next_correlation: AtomicI32::new(0),
            suspect: AtomicBool::new(false),
            table,
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn ranges(&self) -> &ApiRanges {
        &self.inner.ranges
    }

    /// Whether a new request can use it.
    pub(crate) fn is_usable(&self) -> bool {
        !self.inner.suspect.load(Ordering::Relaxed) && self.inner.table.lock().closed.is_none()
    }

    /// Sends a request in the best version, written as that version wants it, and waits for its answer.
    pub(crate) async fn call<R: Request>(
        &self,
        timeout: Duration,
        build: impl FnOnce(i16) -> Result<R, ErrorKind>,
    ) -> Result<R::Response, ClientError> {
        let fail = |kind| self.error(R::KEY, ErrorStep::Request, kind);
        let version = self.inner.ranges.choose::<R>(versions::limit(R::KEY)).map_err(fail)?;
        let request = build(version).map_err(fail)?;
        let deadline = Instant::now() + timeout;
        let answer = self.exchange(&request, version, deadline, timeout).await;
        decode::<R>(answer.map_err(fail)?, version).map_err(fail)
    }

    /// Writes one request and waits for the bytes of its answer, header included.
    pub(crate) async fn exchange<R: Request>(
        &self,
        request: &R,
        version: i16,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<Bytes, ErrorKind> {
        let inner = &self.inner;
        let timed_out = |_| ErrorKind::TimedOut(timeout);
        let place = timeout_at(deadline, Arc::clone(&inner.places).acquire_owned())
            .await
            .map_err(timed_out)?
            .map_err(|e| ErrorKind::Closed(e.to_string()))?;
        let correlation = inner.next_correlation.fetch_add(1, Ordering::Relaxed);
        let parts = self.encode(request, version, correlation)?;
        let answer = inner.table.register(correlation, place)?;
        // The queue has a slot for each place, so this never waits; it fails when the connection ended.
        if inner.outgoing.try_send(parts).is_err() {
            return Err(inner.table.forget(correlation));
        }
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(ErrorKind::Closed("the connection's task ended".into())),
            Err(_) => {
                inner.suspect.store(true, Ordering::Relaxed);
                Err(ErrorKind::TimedOut(timeout))
            }
        }
    }

    fn encode<R: Request>(
        &self,
        request: &R,
        version: i16,
        correlation: i32,
    ) -> Result<Vec<Bytes>, ErrorKind> {
        let header = RequestHeader {
            correlation_id: correlation,
            client_id: Some(self.inner.client_id.as_str().into()),
            ..Default::default()
        };
        let frame = encode_request(header, request, version)
            .map_err(|e| ErrorKind::Encode(e.to_string()))?;
        // Record data that stays in files is a broker's business; a client's requests are bytes.
        let bytes = |part| match part {
            Part::Bytes(bytes) => Ok(bytes),
            Part::Slice(_) => Err(ErrorKind::Encode("record data that is not in memory".into())),
        };
        frame.parts.into_iter().map(bytes).collect()
    }

    pub(crate) fn error(&self, api: ApiKey, step: ErrorStep, kind: ErrorKind) -> ClientError {
        let Address { host, port } = self.inner.address.clone();
        ClientError { host, port, step, api: api.name(), kind }
    }
}

/// Reads an answer's header and body.
pub(crate) fn decode<R: Request>(answer: Bytes, version: i16) -> Result<R::Response, ErrorKind> {
    let excerpt = answer.clone();
    let mut reader = Reader::new(answer);
    decode_response_header(&mut reader, R::KEY, version)
        .and_then(|_| R::Response::decode(&mut reader, version))
        .map_err(|e| ErrorKind::Decode(format!("{e}; it begins {}", frames::excerpt(&excerpt))))
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, TableState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(
        &self,
        correlation: i32,
        place: OwnedSemaphorePermit,
    ) -> Result<oneshot::Receiver<Result<Bytes, ErrorKind>>, ErrorKind> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.lock();
        if let Some(why) = &state.closed {
            return Err(why.clone());
        }
        state.waiting.insert(correlation, Waiting { answer, _place: place });
        Ok(receiver)
    }

    /// Takes back a request that was never written.
    fn forget(&self, correlation: i32) -> ErrorKind {
        let mut state = self.lock();
        state.waiting.remove(&correlation);
        state.closed.clone().unwrap_or_else(|| ErrorKind::Closed("it ended".into()))
    }

    /// Gives an answer to whoever waits for it; `false` when nobody asked.
    fn deliver(&self, answer: Bytes) -> bool {
        let Some(correlation) = answer.first_chunk().map(|bytes| i32::from_be_bytes(*bytes)) else {
            return false;
        };
        let Some(waiting) = self.lock().waiting.remove(&correlation) else { return false };
        // A caller that went away is no error.
        let _ = waiting.answer.send(Ok(answer));
        true
    }

    fn close(&self, why: &ErrorKind) {
        let waiting = {
            let mut state = self.lock();
            state.closed.get_or_insert_with(|| why.clone());
            std::mem::take(&mut state.waiting)
        };
        for (_, waiting) in waiting {
            let _ = waiting.answer.send(Err(why.clone()));
        }
    }
}

/// The socket's task: ends when the other end closes, an answer makes no sense, or the last handle is dropped.
async fn serve(stream: TcpStream, queue: mpsc::Receiver<Vec<Bytes>>, table: Arc<Table>) {
    let (from, to) = stream.into_split();
    let why = tokio::select! {
        why = read_answers(from, &table) => why,
        why = write_requests(to, queue) => why,
    };
    table.close(&why);
}

async fn read_answers(mut from: OwnedReadHalf, table: &Table) -> ErrorKind {
    loop {
        match frames::read(&mut from).await {
            Ok(Some(answer)) => {
                if !table.deliver(answer) {
                    return ErrorKind::NotKafka(weir_domain::NotKafka::Unknown);
                }
            }
            Ok(None) => return ErrorKind::Closed("by the other end".into()),
            Err(why) => return why,
        }
    }
}

async fn write_requests(
    mut to: OwnedWriteHalf,
    mut queue: mpsc::Receiver<Vec<Bytes>>,
) -> ErrorKind {
    while let Some(parts) = queue.recv().await {
        for part in parts {
            if let Err(e) = to.write_all(&part).await {
                return from_io(&e);
            }
        }
    }
    ErrorKind::Closed("by Weir".into())
}
