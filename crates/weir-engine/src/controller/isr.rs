//! In-sync replicas leave and join (R6).

use std::sync::atomic::Ordering;

use super::brokers::live;
use super::decision::Target;
use super::election::Subject;
use super::{BrokerState, Controller, Draft};
use crate::metadata::MetadataError;

impl Controller {
    /// Looks at ISRs every half of `replica.lag.time.max.ms`. Answers when next (monotonic, ms).
    pub(crate) fn shrink_isrs_if_due(&self) -> Result<Option<i64>, MetadataError> {
        let now = self.clock.monotonic_ms();
        let due = self.isr_check_ms.load(Ordering::Acquire);
        if now < due {
            return Ok(Some(due));
        }
        let half = self.image().configs().broker_i64("replica.lag.time.max.ms") / 2;
        let next = now + half.max(1);
        self.isr_check_ms.store(next, Ordering::Release);
        if self.anyone_stands_still() {
            self.shrink_isrs()?;
        }
        Ok(Some(next))
    }

    fn anyone_stands_still(&self) -> bool {
        let running = |state: &BrokerState| *state == BrokerState::Running;
        !self.lives.lock().values().all(running) || !self.catch_up.lock().is_empty()
    }

    /// Takes replicas that lag too long out of their ISRs.
    fn shrink_isrs(&self) -> Result<(), MetadataError> {
        let image = self.image();
        let lag_max_ms = image.configs().broker_i64("replica.lag.time.max.ms");
        let now_ms = self.clock.monotonic_ms();
        let late = Subject::all(&image, |a| a.isr.len() > 1);
        let late: Vec<Subject> = late
            .into_iter()
            .filter(|s| !s.handle.out_of_sync(now_ms, lag_max_ms).is_empty())
            .collect();
        if late.is_empty() {
            return Ok(());
        }
        self.change(|draft| {
            for subject in &late {
                let Some(subject) = Subject::of(draft.image, &subject.handle) else { continue };
                let out = subject.handle.out_of_sync(now_ms, lag_max_ms);
                let mut target = Target::of(&subject.assignment);
                target.isr.retain(|b| !out.contains(b));
                let live = live(draft);
                subject.change(draft, target, |b| live.contains(&b))?;
            }
            Ok(())
        })
    }
}

impl Subject {
    /// Replicas among `live` that have caught up join the ISR, in the order of the replicas. It is the leader that says
    /// so (AlterPartition): one that does not run lets nobody in.
    pub(crate) fn join(&self, draft: &mut Draft<'_>, live: &[i32]) -> Result<(), MetadataError> {
        if !live.contains(&self.assignment.leader) {
            return Ok(());
        }
        let joining = self.handle.may_join(&self.assignment, |b| live.contains(&b));
        if joining.is_empty() {
            return Ok(());
        }
        let mut target = Target::of(&self.assignment);
        target.isr.extend(joining);
        self.change(draft, target, |b| live.contains(&b)).map(drop)
    }
}
