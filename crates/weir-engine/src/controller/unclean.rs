//! Partitions that nobody leads, of topics that have since been allowed unclean elections, get a leader in time (Kafka's
//! `QuorumController`, `unclean.leader.election.interval.ms`).

use std::sync::atomic::Ordering;

use super::Controller;
use super::brokers::live;
use super::decision::{Election, Target};
use super::election::Subject;
use crate::metadata::MetadataError;
use crate::partition::NO_LEADER;

impl Controller {
    /// Elects where the interval has passed. Answers when next (monotonic, ms).
    pub(crate) fn elect_unclean_if_due(&self) -> Result<Option<i64>, MetadataError> {
        let now = self.clock.monotonic_ms();
        let due = self.unclean_ms.load(Ordering::Acquire);
        if now < due {
            return Ok(Some(due));
        }
        let interval = self.image().configs().broker_i64("unclean.leader.election.interval.ms");
        let next = now.saturating_add(interval.max(1));
        self.unclean_ms.store(next, Ordering::Release);
        self.lead_offline_partitions()?;
        Ok(Some(next))
    }

    fn lead_offline_partitions(&self) -> Result<(), MetadataError> {
        let image = self.image();
        let offline = Subject::all(&image, |a| a.leader == NO_LEADER);
        let allowed = |subject: &Subject| subject.election() == Election::Unclean;
        let offline: Vec<Subject> = offline.into_iter().filter(allowed).collect();
        if offline.is_empty() {
            return Ok(());
        }
        self.change(|draft| {
            let live = live(draft);
            for subject in &offline {
                let Some(now) = Subject::of(draft.image, &subject.handle) else { continue };
                let target = Target { election: Election::Unclean, ..Target::of(&now.assignment) };
                now.change(draft, target, |b| live.contains(&b))?;
            }
            Ok(())
        })
    }
}
