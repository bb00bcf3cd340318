//! Requests of simulated clients: sent, maybe parked, polled once a step.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use weir_engine::{Connection, Engine, Outcome, Waiter};
use weir_wire::header::{RequestHeader, decode_response_header, encode_request};
use weir_wire::{Frame, Message, Reader, Request, Str};

/// A request whose response has not come.
#[derive(Debug)]
pub(super) struct InFlight {
    broker: i32,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready(Option<Bytes>),
    Parked(Waiter),
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Answer<R> {
    NotYet,
    /// The connection ended without a response.
    Lost,
    Response(R),
}

impl InFlight {
    /// Sends `request` to `broker`.
    pub(super) fn send<R: Request>(
        engine: &Engine,
        broker: i32,
        request: &R,
        version: i16,
    ) -> Self {
        let header = RequestHeader {
            correlation_id: 1,
            client_id: Some(Str::from_static("sim")),
            ..RequestHeader::default()
        };
        let frame = encode_request(header, request, version).ok().and_then(bytes_of);
        let connection = Arc::new(Connection::new(1, broker, "PLAINTEXT", "127.0.0.1"));
        let state = match frame.map(|frame| engine.handle(&connection, frame.slice(4..))) {
            Some(Outcome::Done(frame)) => State::Ready(frame.and_then(bytes_of)),
            Some(Outcome::Wait(waiter)) => State::Parked(waiter),
            Some(Outcome::Close(_)) | None => State::Ready(None),
        };
        Self { broker, state }
    }

    /// The broker that was asked.
    pub(super) fn broker(&self) -> i32 {
        self.broker
    }

    /// Looks for the response.
    pub(super) fn poll<R: Request>(&mut self, version: i16) -> Answer<R::Response> {
        let frame = match &mut self.state {
            State::Ready(frame) => frame.take(),
            State::Parked(waiter) => {
                match Pin::new(waiter).poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Pending => return Answer::NotYet,
                    Poll::Ready(answer) => answer.ok().flatten().and_then(bytes_of),
                }
            }
        };
        frame.and_then(|frame| decoded::<R>(&frame, version)).map_or(Answer::Lost, Answer::Response)
    }
}

fn decoded<R: Request>(frame: &Bytes, version: i16) -> Option<R::Response> {
    let mut reader = Reader::new(frame.slice(4..));
    decode_response_header(&mut reader, R::KEY, version).ok()?;
    R::Response::decode(&mut reader, version).ok()
}

/// `None` when a slice of it is gone: the connection would be closed.
fn bytes_of(frame: Frame) -> Option<Bytes> {
    frame.to_bytes().ok()
}
