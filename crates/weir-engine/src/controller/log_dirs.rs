//! Log dirs: replicas move from one to another of the same broker (KIP-113), and one may fail (KIP-112).
//! A log dir is a label: what moves is the name under which a replica is shown.

use std::sync::Arc;

use weir_wire::Uuid;
use weir_wire::messages::broker_registration_change_record::BrokerRegistrationChangeRecord;
use weir_wire::messages::partition_change_record::PartitionChangeRecord;

use super::brokers::{BrokerError, leave_one, rejoin_replicas};
use super::election::Subject;
use super::{Controller, Draft};
use crate::image::{Image, LEADER_UNCHANGED};
use crate::metadata::{MetadataError, directories};
use crate::partition::Partition;

/// The log dir that holds `broker`'s replica.
fn dir_of(image: &Image, subject: &Subject, broker: i32) -> Uuid {
    let first = || image.broker(broker).map_or(Uuid::ZERO, |b| b.log_dir());
    subject.assignment.directory_of(broker).unwrap_or_else(first)
}

impl Controller {
    /// Moves `broker`'s replicas to log dirs of it. One commit for all.
    pub(crate) fn move_to_dirs(
        &self,
        broker: i32,
        moves: &[(Arc<Partition>, Uuid)],
    ) -> Result<(), MetadataError> {
        self.change(|draft| {
            for (partition, dir) in moves {
                if let Some(subject) = Subject::of(draft.image, partition) {
                    move_one(draft, &subject, broker, *dir)?;
                }
            }
            Ok(())
        })
    }

    /// A log dir of `broker` fails, or works again: its replicas stand still, or catch up. The last that works
    /// cannot fail: a record without log dirs says that none changed.
    pub(crate) fn set_log_dir(
        &self,
        broker: i32,
        at: usize,
        online: bool,
    ) -> Result<(), BrokerError> {
        let image = self.image();
        let known = image.broker(broker).ok_or(BrokerError::Unknown(broker))?;
        let dir = *known.log_dirs.get(at).ok_or(BrokerError::NoLogDir { broker, at })?;
        let behind = self.change(|draft| {
            let Some(known) = draft.image.broker(broker).cloned() else {
                return Ok(Some(Vec::new()));
            };
            let works = |d: &Uuid| if *d == dir { online } else { !known.is_offline(*d) };
            if !known.log_dirs.iter().any(works) {
                return Ok(None);
            }
            draft.push(BrokerRegistrationChangeRecord {
                broker_id: broker,
                broker_epoch: known.epoch,
                log_dirs: known.log_dirs.iter().copied().filter(works).collect(),
                ..Default::default()
            })?;
            let inside = replicas_in(draft.image, broker, dir);
            if online {
                return rejoin_replicas(draft, broker, inside).map(Some);
            }
            for subject in inside {
                subject.handle.freeze(broker);
                leave_one(draft, &subject, broker)?;
            }
            Ok(Some(Vec::new()))
        })?;
        let behind = behind.ok_or(BrokerError::LastLogDir(broker))?;
        if !behind.is_empty() {
            self.catch_up.lock().add(behind);
            self.has_work();
        }
        Ok(())
    }
}

fn replicas_in(image: &Image, broker: i32, dir: Uuid) -> Vec<Subject> {
    let mut inside = Subject::all(image, |a| a.is_replica(broker));
    inside.retain(|subject| dir_of(image, subject, broker) == dir);
    inside
}

fn move_one(
    draft: &mut Draft<'_>,
    subject: &Subject,
    broker: i32,
    dir: Uuid,
) -> Result<(), MetadataError> {
    if dir_of(draft.image, subject, broker) == dir {
        return Ok(());
    }
    let now = &subject.assignment;
    let mut all = directories(draft.image, &now.replicas, Some(now));
    for (at, _) in now.replicas.iter().enumerate().filter(|(_, b)| **b == broker) {
        all[at] = dir;
    }
    draft.push(PartitionChangeRecord {
        partition_id: subject.index,
        topic_id: subject.topic_id,
        leader: LEADER_UNCHANGED,
        directories: Some(all),
        ..Default::default()
    })
}
