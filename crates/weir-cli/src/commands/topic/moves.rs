//! Reassignments under way: from where to where, and how far the replicas are that come.

use std::collections::HashMap;

use serde_json::{Value, json};
use weir_domain::{PartitionInfo, Reassignment, Topic};

use crate::output;

/// Bytes on disk by partition and broker.
pub(super) struct Sizes(pub(super) HashMap<(i32, i32), i64>);

impl Sizes {
    /// Of the partition's largest replica.
    pub(super) fn of(&self, info: &PartitionInfo) -> Option<i64> {
        let one = |id: &i32| self.0.get(&(info.partition, *id)).copied();
        info.replicas.iter().filter_map(one).max()
    }
}

/// One partition's move.
pub(super) struct Move<'a> {
    one: &'a Reassignment,
    from: Vec<i32>,
    to: Vec<i32>,
    arrivals: Vec<Arrival>,
}

/// A replica that is being added.
struct Arrival {
    broker: i32,
    in_sync: bool,
    /// Bytes that it and the leader hold.
    size: Option<i64>,
    leader_size: Option<i64>,
}

impl<'a> Move<'a> {
    pub(super) fn of(one: &'a Reassignment, topic: &Topic, sizes: &Sizes) -> Self {
        let info = topic.partitions.iter().find(|p| p.partition == one.partition.partition);
        let without = |left_out: &[i32]| {
            let all = info.map(|info| info.replicas.as_slice()).unwrap_or_default();
            all.iter().filter(|id| !left_out.contains(id)).copied().collect()
        };
        let size = |broker| sizes.0.get(&(one.partition.partition, broker)).copied();
        let arrival = |broker: &i32| Arrival {
            broker: *broker,
            in_sync: info.is_some_and(|info| info.isr.contains(broker)),
            size: size(*broker),
            leader_size: info.and_then(|info| size(info.leader?)),
        };
        Self {
            one,
            from: without(&one.adding),
            to: without(&one.removing),
            arrivals: one.adding.iter().map(arrival).collect(),
        }
    }

    pub(super) fn cells(&self) -> Vec<String> {
        let arrivals: Vec<_> = self.arrivals.iter().map(Arrival::told).collect();
        vec![
            self.one.partition.partition.to_string(),
            output::list(&self.from),
            output::list(&self.to),
            if arrivals.is_empty() { "-".to_owned() } else { arrivals.join("; ") },
        ]
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "partition": self.one.partition.partition,
            "from": self.from,
            "to": self.to,
            "adding": self.one.adding,
            "removing": self.one.removing,
            "arrivals": self.arrivals.iter().map(Arrival::json).collect::<Vec<_>>(),
        })
    }
}

impl Arrival {
    fn told(&self) -> String {
        let broker = self.broker;
        if self.in_sync {
            return format!("broker {broker} in sync");
        }
        match self.size.zip(self.leader_size) {
            Some((size, of)) if of > 0 => {
                let percent = (100 * i128::from(size) / i128::from(of)).clamp(0, 99);
                let behind = output::bytes((of - size).max(0));
                format!("broker {broker}: {percent} %, {behind} behind")
            }
            _ => format!("broker {broker} not in sync yet"),
        }
    }

    fn json(&self) -> Value {
        json!({
            "broker": self.broker,
            "in_sync": self.in_sync,
            "size_bytes": self.size,
            "leader_size_bytes": self.leader_size,
        })
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::TopicPartition;

    use super::*;

    #[test]
    fn says_how_far_each_replica_is_that_comes() {
        let info = PartitionInfo {
            leader: Some(1),
            replicas: vec![3, 4, 1, 2],
            isr: vec![1, 2, 4],
            ..PartitionInfo::default()
        };
        let topic = Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: vec![info],
            authorized_operations: None,
            error: None,
        };
        let partition = TopicPartition::new("orders", 0);
        let one = Reassignment { partition, adding: vec![3, 4], removing: vec![1, 2] };
        let told = |sizes: &[((i32, i32), i64)]| {
            Move::of(&one, &topic, &Sizes(sizes.iter().copied().collect())).cells()
        };
        let known = told(&[((0, 1), 4096), ((0, 3), 1024)]);
        assert_eq!(known, ["0", "1,2", "3,4", "broker 3: 25 %, 3.0 KiB behind; broker 4 in sync"]);
        let unknown = told(&[((0, 1), 4096)]);
        assert_eq!(unknown[3], "broker 3 not in sync yet; broker 4 in sync");
    }
}
