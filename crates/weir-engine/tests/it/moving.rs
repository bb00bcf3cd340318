//! A coordinator that moves while nothing it writes can be committed: an election may yet cut it off.

use crate::harness::Cluster;

/// Three brokers. The first leads a partition, the second will after it, the third dies in sync.
pub(crate) struct Moving<'a> {
    cluster: &'a Cluster,
    pub(crate) old: i32,
    pub(crate) new: i32,
    dying: i32,
}

impl<'a> Moving<'a> {
    pub(crate) fn of(cluster: &'a Cluster, topic: &str, partition: i32) -> Self {
        let image = cluster.engine.image();
        let known = image.topic(topic).unwrap().partition(partition).unwrap();
        let old = known.assignment().leader;
        let replicas = known.assignment().replicas.iter().copied();
        // Of those in sync the first is elected.
        let left: Vec<i32> = replicas.filter(|id| *id != old).collect();
        Self { cluster, old, new: left[0], dying: left[1] }
    }

    /// From now on nothing is committed: the dead broker is in sync still, and does not move.
    pub(crate) fn kill(&self) {
        self.cluster.engine.kill_broker(self.dying).unwrap();
    }

    /// The leader moves, with all that was written.
    pub(crate) fn move_on(&self) {
        self.cluster.engine.stop_broker(self.old).unwrap();
    }

    /// The dead broker is back and gets everything: what was written is committed.
    pub(crate) fn revive(&self) {
        self.cluster.engine.start_broker(self.dying).unwrap();
        self.cluster.pass(1_000);
    }

    /// A partition of `topic` that the second broker leads.
    pub(crate) fn partition_of(&self, topic: &str) -> i32 {
        let image = self.cluster.engine.image();
        let partitions = image.topic(topic).unwrap().partitions().iter().zip(0..);
        let led = partitions.filter(|(known, _)| known.assignment().leader == self.new);
        led.map(|(_, index)| index).next().unwrap()
    }
}
