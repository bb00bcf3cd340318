use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use weir_control::api::{Broker, Event, Events, Operation};
use weir_control::now_ms;

/// Older events are forgotten: whoever was away longer reads everything again.
const KEPT: usize = 1_024;

/// What changed, newest last, and whom to wake.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    kept: Mutex<Kept>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Event>,
    last: u64,
}

impl EventLog {
    pub(crate) fn operation(&self, operation: &Operation) {
        self.push(Some(operation.clone()), None);
    }

    pub(crate) fn broker(&self, broker: Broker) {
        self.push(None, Some(broker));
    }

    fn push(&self, operation: Option<Operation>, broker: Option<Broker>) {
        let mut kept = self.kept.lock();
        kept.last += 1;
        let seq = kept.last;
        if kept.events.len() == KEPT {
            kept.events.pop_front();
        }
        kept.events.push_back(Event { seq, at_ms: now_ms(), operation, broker });
        drop(kept);
        self.news.notify_waiters();
    }

    /// Events after `after`; waits up to `wait` for the first one.
    pub(crate) async fn after(&self, after: u64, wait: Duration) -> Events {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            // Registered before looking: an event between the look and the wait still wakes.
            news.as_mut().enable();
            let events = self.look(after);
            if !events.events.is_empty() || events.missed {
                return events;
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return self.look(after);
            }
        }
    }

    fn look(&self, after: u64) -> Events {
        let kept = self.kept.lock();
        // A number from an engine that ran before this one: everything must be read again.
        let unknown = after > kept.last;
        let first = kept.events.front().map_or(kept.last + 1, |e| e.seq);
        let events = kept.events.iter().filter(|e| e.seq > after).cloned().collect();
        Events { events, next: kept.last, missed: unknown || after + 1 < first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_control::api::OperationKind;

    fn push(log: &EventLog, count: usize) {
        for i in 0..count {
            log.operation(&Operation::begin(i.to_string(), OperationKind::BrokerStop));
        }
    }

    #[tokio::test]
    async fn a_poll_waits_for_news_and_ends_empty_without() {
        let log = std::sync::Arc::new(EventLog::default());
        let empty = log.after(0, Duration::from_millis(5)).await;
        assert_eq!((empty.events.len(), empty.next, empty.missed), (0, 0, false));
        let poll = tokio::spawn({
            let log = log.clone();
            async move { log.after(0, Duration::from_secs(20)).await }
        });
        tokio::task::yield_now().await;
        push(&log, 1);
        assert_eq!(poll.await.unwrap().next, 1);
    }

    #[tokio::test]
    async fn what_is_no_longer_kept_is_said_to_be_missed() {
        let log = EventLog::default();
        push(&log, KEPT + 10);
        let late = log.after(3, Duration::ZERO).await;
        assert!(late.missed && late.events.len() == KEPT);
        assert!(log.after(99_999, Duration::ZERO).await.missed, "another engine's number");
        assert!(!log.after(late.next - 1, Duration::ZERO).await.missed);
    }
}
