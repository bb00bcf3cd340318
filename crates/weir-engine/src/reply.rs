//! What a handler answers, and what the engine hands back to the connection.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use weir_wire::Frame;

/// A future that a waiter is made of: woken by std wakers, on any thread.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler's answer.
pub enum Reply<R> {
    /// The response, now.
    Done(R),
    /// No response at all: Produce with acks=0.
    Silent,
    /// The response when the future ends; `None` is no response. Every such future has a deadline.
    Wait(BoxFuture<Option<R>>),
    /// The response's frame, which the handler encodes itself, when the future ends.
    Frame(Waiter),
    /// The connection cannot go on; the reason goes to the log.
    Close(&'static str),
}

impl<R> Reply<R> {
    /// An answer that a future gives later.
    pub fn wait(future: impl Future<Output = Option<R>> + Send + 'static) -> Self {
        Self::Wait(Box::pin(future))
    }
}

impl<R> From<R> for Reply<R> {
    fn from(response: R) -> Self {
        Self::Done(response)
    }
}

impl<R> fmt::Debug for Reply<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done",
            Self::Silent => "Silent",
            Self::Wait(_) => "Wait",
            Self::Frame(_) => "Frame",
            Self::Close(reason) => return write!(f, "Close({reason})"),
        })
    }
}

/// What becomes of one request frame.
#[derive(Debug)]
pub enum Outcome {
    /// The response frame, with its length prefix; `None` when the request wants none.
    Done(Option<Frame>),
    /// The response comes later. The connection's next frame waits for it, as Kafka mutes its channel.
    Wait(Waiter),
    /// Close the connection; the reason is for the log.
    Close(String),
}

/// A response on its way. Dropping it (the connection closed) gives up.
pub struct Waiter {
    future: BoxFuture<Result<Option<Frame>, String>>,
}

impl Waiter {
    pub(crate) fn new(
        future: impl Future<Output = Result<Option<Frame>, String>> + Send + 'static,
    ) -> Self {
        Self { future: Box::pin(future) }
    }
}

impl Future for Waiter {
    /// `Err` closes the connection; the reason is for the log.
    type Output = Result<Option<Frame>, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.future.as_mut().poll(cx)
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiter")
    }
}
