//! The application of the streams group: its topology, the tasks it comes to, the internal topics it needs.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::Str;
use weir_wire::messages::streams_group_heartbeat_request::{
    KeyValue, Subtopology, TaskIds, TopicInfo, Topology,
};
use weir_wire::messages::streams_group_heartbeat_response::TaskIds as ToldTasks;

use super::client::Owned;
use super::group::{Places, check_shared_out};
use super::ledger::Place;
use super::world::World;

/// Reads what people write, keeps state, writes the repartition topic.
pub(super) const COUNTS: &str = "counts";
/// Reads the repartition topic.
const SENDS: &str = "sends";
const CHANGELOG: &str = "streams-counts-changelog";
const REPARTITION: &str = "streams-by-key-repartition";

/// How the application is set up in a run.
#[derive(Debug, Clone)]
pub(super) struct Application {
    /// Topics of people that it reads. Those that there are not keep it from running.
    pub(super) sources: Vec<&'static str>,
    /// `streams.num.standby.replicas`.
    pub(super) standbys: usize,
}

impl Application {
    pub(super) fn topology(&self) -> Topology {
        let counts = Subtopology {
            subtopology_id: Str::from_static(COUNTS),
            source_topics: self.sources.iter().map(|name| Str::from_static(name)).collect(),
            state_changelog_topics: vec![TopicInfo {
                name: Str::from_static(CHANGELOG),
                topic_configs: vec![KeyValue {
                    key: Str::from_static("cleanup.policy"),
                    value: Str::from_static("compact"),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            repartition_sink_topics: vec![Str::from_static(REPARTITION)],
            ..Default::default()
        };
        let sends = Subtopology {
            subtopology_id: Str::from_static(SENDS),
            repartition_source_topics: vec![TopicInfo {
                name: Str::from_static(REPARTITION),
                ..Default::default()
            }],
            ..Default::default()
        };
        Topology { epoch: 0, subtopologies: vec![counts, sends], ..Default::default() }
    }
}

/// A task, where groups of other kinds have a partition.
fn task(subtopology: &str, partition: i32) -> Place {
    Place { topic: subtopology.to_owned(), partition }
}

/// Tasks as members are told them.
pub(super) fn tasks(told: &[ToldTasks]) -> Places {
    let all = told.iter().flat_map(|of| of.partitions.iter().map(|p| task(&of.subtopology_id, *p)));
    all.collect()
}

/// Tasks as members tell them.
pub(super) fn told(tasks: &Places) -> Vec<TaskIds> {
    let mut by_subtopology: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for task in tasks {
        by_subtopology.entry(&task.topic).or_default().push(task.partition);
    }
    let told = by_subtopology.into_iter().map(|(id, partitions)| TaskIds {
        subtopology_id: Str::from(id),
        partitions,
        ..Default::default()
    });
    told.collect()
}

impl World {
    fn partitions_of(&self, topic: &str) -> Option<i32> {
        let engine = self.engine.as_ref()?;
        let count = engine.image().topic(topic)?.partitions().len();
        i32::try_from(count).ok()
    }

    /// How many tasks each subtopology has: none while a topic that is read is missing.
    fn tasks_each(&self) -> i32 {
        let sources = self.streams.sources.iter();
        let counts: Option<Vec<i32>> = sources.map(|name| self.partitions_of(name)).collect();
        counts.and_then(|counts| counts.into_iter().max()).unwrap_or(0)
    }

    /// In the end every task has one owner, tasks with state have their standbys in other processes,
    /// and there are the internal topics that they need.
    pub(super) fn judge_streams(&self, members: &[(Owned<'_>, Copies<'_>)]) -> Result<(), String> {
        let each = self.tasks_each();
        let all = [COUNTS, SENDS].iter().flat_map(|id| (0..each).map(|index| task(id, index)));
        let owners: Vec<_> =
            members.iter().map(|(owned, _)| (owned.member.clone(), owned.places)).collect();
        check_shared_out(&owners, &all.collect())?;
        for index in 0..each {
            check_standbys(members, &task(COUNTS, index), self.streams.standbys)?;
        }
        let wanted = (each > 0).then_some(each);
        for topic in [CHANGELOG, REPARTITION] {
            let found = self.partitions_of(topic);
            if found != wanted {
                return Err(format!("{topic} has {found:?} partitions, {wanted:?} are wanted"));
            }
        }
        Ok(())
    }
}

/// What a member keeps besides what it owns.
#[derive(Debug)]
pub(super) struct Copies<'a> {
    pub(super) process: &'a str,
    pub(super) standbys: &'a Places,
}

/// A task has as many standbys as wanted, or as other processes; none where it runs.
fn check_standbys(
    members: &[(Owned<'_>, Copies<'_>)],
    task: &Place,
    wanted: usize,
) -> Result<(), String> {
    let processes: BTreeSet<&str> = members.iter().map(|(_, copies)| copies.process).collect();
    let runs: Vec<&str> = members
        .iter()
        .filter(|(owned, _)| owned.places.contains(task))
        .map(|(_, copies)| copies.process)
        .collect();
    let standbys: Vec<&str> = members
        .iter()
        .filter(|(_, copies)| copies.standbys.contains(task))
        .map(|(_, copies)| copies.process)
        .collect();
    let is_beside = standbys.iter().any(|process| runs.contains(process));
    if is_beside || standbys.len() != wanted.min(processes.len() - 1) {
        return Err(format!("{task:?} runs in {runs:?}, its standbys are in {standbys:?}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standby_beside_its_task_and_a_missing_one_are_found() {
        let (one, none) = (Places::from([task(COUNTS, 0)]), Places::new());
        let check = |active: [&Places; 2], standbys: [&Places; 2]| {
            let members: Vec<_> = (0..2)
                .map(|at| {
                    let member = format!("m{at}");
                    let owned = Owned { group: "streams", member, places: active[at] };
                    (owned, Copies { process: ["p0", "p1"][at], standbys: standbys[at] })
                })
                .collect();
            check_standbys(&members, &task(COUNTS, 0), 1)
        };
        assert!(check([&one, &none], [&none, &one]).is_ok());
        assert!(check([&one, &none], [&one, &none]).is_err());
        assert!(check([&one, &none], [&none, &none]).is_err());
    }

    #[test]
    fn tasks_are_told_as_they_were_heard() {
        let places = Places::from([task(COUNTS, 0), task(COUNTS, 2), task(SENDS, 1)]);
        let heard = told(&places).into_iter().map(|of| ToldTasks {
            subtopology_id: of.subtopology_id,
            partitions: of.partitions,
            ..Default::default()
        });
        assert_eq!(tasks(&heard.collect::<Vec<_>>()), places);
    }
}
