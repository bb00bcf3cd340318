//! Brokers come and go while clients run: a new one registers, one that is to go hands its replicas on
//! first, and is then forgotten.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::ErrorCode;

use super::Controller;
use super::brokers::{BrokerError, BrokerState};
use super::reassign::Reassignment;
use super::refusal::Refusal;
use crate::image::{BrokerImage, Image};
use crate::metadata::registration;
use crate::partition::{Assignment, NO_LEADER};

impl Controller {
    /// Registers a broker that this cluster never had, or had and forgot. Nothing is placed on it yet.
    ///
    /// # Errors
    /// There is such a broker already, or the metadata log failed.
    pub(crate) fn add_broker(&self, broker: BrokerImage) -> Result<(), BrokerError> {
        let id = broker.id;
        {
            let mut lives = self.lives.lock();
            if let Some(&state) = lives.get(&id) {
                return Err(BrokerError::WrongState { broker: id, state });
            }
            lives.insert(id, BrokerState::Starting);
        }
        let added = self.change(|draft| {
            let epoch = draft.next_offset();
            draft.push(registration(&BrokerImage { epoch, ..broker }))?;
            draft.image.env().power().set(id, true);
            Ok(())
        });
        let mut lives = self.lives.lock();
        if let Err(error) = added {
            lives.remove(&id);
            return Err(error.into());
        }
        lives.insert(id, BrokerState::Running);
        Ok(())
    }

    /// Begins to move every replica of the broker to others (KIP-455); answers how many partitions move.
    /// One commit for all, or none: where a single partition has nowhere to go, nothing begins. Asked
    /// again, it takes other brokers in the place of those that stopped meanwhile.
    ///
    /// # Errors
    /// A partition that keeps as many copies as there are brokers, or that has no leader, by name.
    pub(crate) fn drain_broker(&self, id: i32) -> Result<usize, Refusal> {
        let wanted = plan(&self.image(), id)?;
        let answers = self.reassign(&wanted, false)?;
        answers.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(wanted.len())
    }

    /// Takes back what is under way of a drain: the replicas stay on the broker.
    pub(crate) fn cancel_drain(&self, id: i32) -> Result<(), Refusal> {
        let image = self.image();
        let mut wanted = Vec::new();
        for topic in image.topics() {
            for partition in topic.partitions() {
                if partition.assignment().removing().contains(&id) {
                    wanted.push(Reassignment {
                        topic: topic.name().clone(),
                        partition: partition.handle().index(),
                        replicas: None,
                    });
                }
            }
        }
        // One that has just ended, or cannot go back, is no reason to leave the others on their way.
        self.reassign(&wanted, false).map(drop).map_err(Refusal::from)
    }

    /// Partitions with a replica on the broker.
    pub(crate) fn replicas_on(&self, id: i32) -> usize {
        let image = self.image();
        let partitions = image.topics().flat_map(|topic| topic.partitions());
        partitions.filter(|p| p.assignment().is_replica(id)).count()
    }

    /// Forgets a broker that stopped and holds nothing, for good: its id is free again.
    ///
    /// # Errors
    /// It runs, it still holds replicas, or the metadata log failed. One that is forgotten already is none.
    pub(crate) fn remove_broker(&self, id: i32) -> Result<(), Refusal> {
        let held = self.replicas_on(id);
        if held > 0 {
            let message = format!("Broker {id} still holds {held} replicas.");
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        if self.broker_state(id).is_some_and(|state| state != BrokerState::Stopped) {
            let message = format!("Broker {id} runs.");
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        match self.unregister_broker(id)? {
            // A removal that was cut short, or a client's UnregisterBroker, did it before.
            Err(refusal) if refusal.code != ErrorCode::BROKER_ID_NOT_REGISTERED => {
                return Err(refusal);
            }
            _ => {}
        }
        self.forgotten.lock().remove(&id);
        self.lives.lock().remove(&id);
        Ok(())
    }
}

/// Where each partition of the broker goes: to the least loaded live broker without a copy, in a rack of
/// its own where there is one.
fn plan(image: &Image, leaving: i32) -> Result<Vec<Reassignment>, Refusal> {
    let mut load = loads(image, leaving);
    let mut wanted = Vec::new();
    for topic in image.topics() {
        for partition in topic.partitions() {
            let assignment = partition.assignment();
            if !assignment.is_replica(leaving) {
                continue;
            }
            let index = partition.handle().index();
            if assignment.leader == NO_LEADER {
                return Err(leaderless(topic.name(), index));
            }
            let stays = settled(assignment);
            if !stays.contains(&leaving) {
                // Who was to take it and stopped: back first, to another the next time.
                if assignment.adding().iter().any(|b| !load.contains_key(b)) {
                    wanted.push(Reassignment {
                        topic: topic.name().clone(),
                        partition: index,
                        replicas: None,
                    });
                }
                continue;
            }
            let to = choose(image, &load, &stays, leaving)
                .ok_or_else(|| nowhere(topic.name(), index, stays.len(), load.len()))?;
            *load.entry(to).or_default() += 1;
            let replicas = stays.iter().map(|&b| if b == leaving { to } else { b }).collect();
            wanted.push(Reassignment {
                topic: topic.name().clone(),
                partition: index,
                replicas: Some(replicas),
            });
        }
    }
    Ok(wanted)
}

/// The replicas once what is under way has ended.
fn settled(assignment: &Assignment) -> Vec<i32> {
    let stays = assignment.replicas.iter().filter(|b| !assignment.removing().contains(b));
    stays.copied().collect()
}

/// Replicas of every live broker but the one that leaves.
fn loads(image: &Image, leaving: i32) -> BTreeMap<i32, usize> {
    let live = image.brokers().filter(|b| b.may_lead() && image.env().runs(b.id));
    let mut load: BTreeMap<i32, usize> =
        live.filter(|b| b.id != leaving).map(|b| (b.id, 0)).collect();
    for partition in image.topics().flat_map(|topic| topic.partitions()) {
        for id in partition.assignment().replicas.iter() {
            if let Some(count) = load.get_mut(id) {
                *count += 1;
            }
        }
    }
    load
}

fn choose(image: &Image, load: &BTreeMap<i32, usize>, stays: &[i32], leaving: i32) -> Option<i32> {
    let rack = |id: i32| image.broker(id).and_then(|b| b.rack.clone());
    let taken: BTreeSet<_> =
        stays.iter().filter(|b| **b != leaving).filter_map(|&b| rack(b)).collect();
    let free = load.iter().filter(|(id, _)| !stays.contains(id));
    let best = free.min_by_key(|&(&id, &count)| {
        (rack(id).is_some_and(|rack| taken.contains(&rack)), count, id)
    });
    best.map(|(&id, _)| id)
}

fn leaderless(topic: &str, partition: i32) -> Refusal {
    let message = format!(
        "Partition {partition} of topic {topic} has no leader to copy it from: start the brokers that \
         hold its copies first."
    );
    Refusal::new(ErrorCode::LEADER_NOT_AVAILABLE, message)
}

fn nowhere(topic: &str, partition: i32, copies: usize, others: usize) -> Refusal {
    let message = format!(
        "Partition {partition} of topic {topic} keeps {copies} copies, and only {others} other \
         broker(s) run."
    );
    Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, message)
}
