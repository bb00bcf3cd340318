use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::watch;
use weir_engine::{Connection, Engine, Outcome, Waiter};
use weir_wire::Frame;

use super::reader::{FIRST_REQUEST, FrameReader, ReadEnd, RequestFrame};
use super::writer::{AnswerQueue, WriteEnd};
use super::{Closing, NetBudget};

/// Requests answered in a row before other connections get their turn.
const BURST: u32 = 64;
/// Requests from this size on may compute for long: a tenth of a second for a few megabytes.
const LARGE: usize = 64 << 10;
/// A stopping broker's connections may finish what they are sending.
const FAREWELL: Duration = Duration::from_millis(300);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error(transparent)]
    Read(#[from] ReadEnd),
    #[error(transparent)]
    Write(#[from] WriteEnd),
    #[error("{0}")]
    Engine(String),
    #[error("the broker stopped")]
    Stopped,
    #[error("the broker was killed")]
    Killed,
}

/// Serves one connection to its end: requests one at a time and in order, as Kafka mutes its channel.
pub(super) async fn serve(
    stream: TcpStream,
    client: Arc<Connection>,
    engine: Engine,
    budget: Arc<NetBudget>,
    closing: watch::Receiver<Closing>,
) -> End {
    let mut outside = closing.clone();
    let mut talk = Talk {
        stream: &stream,
        client: &client,
        engine: &engine,
        budget: &budget,
        closing,
        reader: FrameReader::default(),
        answers: AnswerQueue::default(),
    };
    let end = tokio::select! {
        biased;
        end = ordered_away(&mut outside) => end,
        end = talk.run() => end,
    };
    // The talk may have heard of the end first, and does not tell a kill from a stop.
    if *outside.borrow() == Closing::Kill {
        // The client sees a reset, as from a machine that lost its power and came back.
        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        return End::Killed;
    }
    end
}

/// Ends at once when the broker is killed, and a moment later when it stops.
async fn ordered_away(closing: &mut watch::Receiver<Closing>) -> End {
    if closing.wait_for(|c| *c != Closing::No).await.is_err() {
        return End::Stopped;
    }
    let killed = closing.wait_for(|c| *c == Closing::Kill);
    match tokio::time::timeout(FAREWELL, killed).await {
        Ok(Ok(_)) => End::Killed,
        Ok(Err(_)) | Err(_) => End::Stopped,
    }
}

struct Talk<'a> {
    stream: &'a TcpStream,
    client: &'a Arc<Connection>,
    engine: &'a Engine,
    budget: &'a NetBudget,
    closing: watch::Receiver<Closing>,
    reader: FrameReader,
    answers: AnswerQueue,
}

impl Talk<'_> {
    /// A change of metadata waits for the disk, a large request computes: meanwhile somebody else looks after
    /// this thread's connections, and after the sockets and timers of all if this thread did.
    fn handle(&self, frame: Bytes) -> Outcome {
        let multi = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        if multi && (frame.len() >= LARGE || Engine::waits_for_disk(&frame)) {
            return tokio::task::block_in_place(|| self.engine.handle(self.client, frame));
        }
        self.engine.handle(self.client, frame)
    }

    async fn run(&mut self) -> End {
        let mut idle = FIRST_REQUEST.min(self.budget.idle);
        let mut burst = 0;
        loop {
            let frame = match self.next(idle).await {
                Ok(frame) => frame,
                Err(end) => return end,
            };
            idle = self.budget.idle;
            if let Err(end) = self.answer(frame).await {
                return end;
            }
            burst += 1;
            if burst == BURST {
                burst = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    async fn next(&mut self, idle: Duration) -> Result<RequestFrame, End> {
        if self.reader.has_next(self.budget) && *self.closing.borrow() == Closing::No {
            return Ok(self.reader.next(self.stream, self.budget, idle).await?);
        }
        tokio::select! {
            biased;
            _ = self.closing.wait_for(|c| *c != Closing::No) => Err(End::Stopped),
            frame = self.reader.next(self.stream, self.budget, idle) => Ok(frame?),
        }
    }

    async fn answer(&mut self, frame: RequestFrame) -> Result<(), End> {
        let answer = match self.handle(frame.bytes.clone()) {
            Outcome::Done(answer) => answer,
            Outcome::Wait(waiter) => self.wait(waiter).await?,
            Outcome::Close(reason) => {
                self.flush().await?;
                return Err(End::Engine(reason));
            }
        };
        drop(frame);
        if let Some(answer) = answer {
            self.answers.push(answer);
        }
        if self.answers.is_full() || !self.reader.has_next(self.budget) {
            self.flush().await?;
        }
        Ok(())
    }

    /// Waits for the answer; earlier ones go out first, and a client that leaves ends the wait.
    async fn wait(&mut self, waiter: Waiter) -> Result<Option<Frame>, End> {
        self.flush().await?;
        tokio::select! {
            biased;
            answer = waiter => answer.map_err(End::Engine),
            _ = self.closing.wait_for(|c| *c != Closing::No) => Err(End::Stopped),
            end = self.reader.read_ahead(self.stream) => Err(end.into()),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        Ok(self.answers.flush(self.stream, self.budget).await?)
    }
}
