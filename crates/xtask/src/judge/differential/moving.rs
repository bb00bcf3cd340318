//! Moves a group's coordinator: the partition of `__consumer_offsets` that holds it gets another leader.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::play::{POLL, SETTLE_LIMIT, Stage, ask};

const OFFSETS: &str = "__consumer_offsets";

impl Stage {
    /// The group's coordinator is another broker, which every broker names, when this returns.
    pub(super) fn move_group(&mut self, group: &str) -> Result<()> {
        let before = self.coordinator(0, group)?;
        let request = json!({"topics": [{"name": OFFSETS}], "AllowAutoTopicCreation": false});
        let topic = ask(&mut self.any()?, "Metadata", 9, &request)?["Topics"][0].clone();
        let partitions = topic["Partitions"].as_array().context("no partitions")?;
        let index = place(group, partitions.len())?;
        let partition = partitions.iter().find(|p| p["PartitionIndex"] == index);
        let replicas =
            partition.and_then(|p| p["ReplicaNodes"].as_array()).context("no replicas")?;
        ensure!(replicas.len() > 1, "{OFFSETS} has one replica");
        // The next replica becomes the preferred one; in sync it is elected at once.
        let next: Vec<&Value> = replicas
            .iter()
            .cycle()
            .skip_while(|id| id.as_i64() != Some(before))
            .skip(1)
            .take(replicas.len())
            .collect();
        let partition = json!({"PartitionIndex": index, "Replicas": next});
        let moves =
            json!({"TimeoutMs": 10_000, "Topics": [{"Name": OFFSETS, "Partitions": [partition]}]});
        let answer = ask(&mut self.any()?, "AlterPartitionReassignments", 0, &moves)?;
        ensure!(answer["ErrorCode"] == 0, "{OFFSETS} is not reassigned: {answer}");
        self.elected(group, before, index)
    }

    fn elected(&self, group: &str, before: i64, index: usize) -> Result<()> {
        let place = json!({"Topic": OFFSETS, "Partitions": [index]});
        let election = json!({"ElectionType": 0, "TopicPartitions": [place], "TimeoutMs": 10_000});
        let deadline = Instant::now() + SETTLE_LIMIT;
        while self.coordinator(0, group)? == before {
            if Instant::now() >= deadline {
                bail!("{group} stays on broker {before}");
            }
            ask(&mut self.any()?, "ElectLeaders", 2, &election)?;
            std::thread::sleep(POLL);
        }
        self.known(OFFSETS)
    }
}

/// Java's `String.hashCode` of the group without its sign, modulo the number of partitions.
fn place(group: &str, partitions: usize) -> Result<usize> {
    let hash = group
        .encode_utf16()
        .fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let hash = hash.checked_abs().unwrap_or_default();
    usize::try_from(hash)?.checked_rem(partitions).context("no partitions")
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_group_lies_where_kafka_puts_it() {
        // "hello".hashCode() is 99162322.
        assert_eq!(place("hello", 50).unwrap(), 22);
        assert!(place("hello", 0).is_err());
    }
}
