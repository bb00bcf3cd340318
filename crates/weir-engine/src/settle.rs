//! Waiting for many written batches at once, each until it is committed, lost, or late.

use std::sync::Arc;

use weir_wire::ErrorCode;

use crate::fetch::News;
use crate::wait::{Watch, WatchGuard};

/// Something written that is waited for.
pub(crate) trait Written {
    /// Tells `watch` of every change of its partition, by `token`.
    fn watch(&self, watch: Arc<dyn Watch>, token: u32) -> WatchGuard;

    /// How it ended; `None` while it waits.
    fn state(&self) -> Option<Result<(), ErrorCode>>;
}

/// Returns once every one of `waits` has ended, or the signal of `news` has expired: REQUEST_TIMED_OUT for
/// those that are left. `ended` is told of each, once. After the first look only those are looked at
/// whose partitions changed, so that a request is not paid for by the square of its partitions.
pub(crate) async fn settle<W: Written>(
    news: &Arc<News>,
    waits: Vec<W>,
    mut ended: impl FnMut(&W, Result<(), ErrorCode>),
) {
    let watched = waits.into_iter().zip(0..).map(|(wait, token)| {
        let guard = wait.watch(news.clone(), token);
        Some((wait, guard))
    });
    let mut waits: Vec<Option<(W, WatchGuard)>> = watched.collect();
    let mut left = waits.len();
    let mut changed: Vec<usize> = (0..left).collect();
    loop {
        for at in changed.drain(..) {
            let Some(slot) = waits.get_mut(at) else { continue };
            let state = slot.as_ref().and_then(|(wait, _)| wait.state());
            if let Some((state, (wait, _guard))) =
                state.and_then(|state| Some((state, slot.take()?)))
            {
                ended(&wait, state);
                left -= 1;
            }
        }
        if left == 0 {
            return;
        }
        if news.signal().is_expired() {
            let late = waits.iter_mut().filter_map(Option::take);
            late.for_each(|(wait, _)| {
                ended(&wait, wait.state().unwrap_or(Err(ErrorCode::REQUEST_TIMED_OUT)));
            });
            return;
        }
        news.signal().news().await;
        news.signal().clear();
        // Not looked at in here: whoever sets a bit may hold a partition's lock.
        news.take(|token| changed.push(token as usize));
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::wait::Watchers;

    #[derive(Debug, Default)]
    struct Batch {
        watchers: Arc<Watchers>,
        is_committed: AtomicBool,
        looks: AtomicUsize,
    }

    impl Written for Arc<Batch> {
        fn watch(&self, watch: Arc<dyn Watch>, token: u32) -> WatchGuard {
            self.watchers.add(watch, token)
        }

        fn state(&self) -> Option<Result<(), ErrorCode>> {
            self.looks.fetch_add(1, Ordering::Relaxed);
            self.is_committed.load(Ordering::Relaxed).then_some(Ok(()))
        }
    }

    #[test]
    fn each_is_looked_at_once_and_once_for_each_news_of_its_own() {
        let batches: Vec<Arc<Batch>> = (0..500).map(|_| Arc::default()).collect();
        let (news, mut ended) = (News::new(), 0);
        let mut context = Context::from_waker(Waker::noop());
        {
            let mut settled = pin!(settle(&news, batches.clone(), |_, state| {
                assert_eq!(state, Ok(()));
                ended += 1;
            }));
            for batch in &batches {
                assert_eq!(settled.as_mut().poll(&mut context), Poll::Pending);
                batch.is_committed.store(true, Ordering::Relaxed);
                batch.watchers.notify();
            }
            assert_eq!(settled.as_mut().poll(&mut context), Poll::Ready(()));
        }
        assert_eq!(ended, batches.len());
        assert!(batches.iter().all(|batch| batch.looks.load(Ordering::Relaxed) == 2));
        assert!(batches.iter().all(|batch| batch.watchers.is_empty()));
    }

    #[test]
    fn those_that_are_late_are_told() {
        let batches: [Arc<Batch>; 2] = Default::default();
        batches[0].is_committed.store(true, Ordering::Relaxed);
        let (news, mut states) = (News::new(), Vec::new());
        news.signal().expire();
        {
            let waits = batches.to_vec();
            let mut settled = pin!(settle(&news, waits, |_, state| states.push(state)));
            let mut context = Context::from_waker(Waker::noop());
            assert_eq!(settled.as_mut().poll(&mut context), Poll::Ready(()));
        }
        assert_eq!(states, [Ok(()), Err(ErrorCode::REQUEST_TIMED_OUT)]);
    }
}
