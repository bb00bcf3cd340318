//! The pollers of one session, by column cost: one Metadata; offsets, one request a leader; sizes, one a broker;
//! groups. Each runs only while somebody watches what it feeds; the charts of a local cluster some minutes longer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use weir_client::LagAndMembers;
use weir_domain::{BrokerFailure, GroupLag, GroupSummary, OffsetSpec};

use super::tables::partitions_of;
use super::{GroupEntry, GroupTable, OffsetTable, Session, SizeTable};
use crate::clusters::tags;
use crate::failure::Result;
use crate::time::now_ms;

/// How often leases are looked at.
const TICK: Duration = Duration::from_millis(500);
/// Above so many partitions the costly columns take their long pace on this machine too.
const MANY_PARTITIONS: usize = 5_000;

/// How long the charts of a local cluster that nobody looks at now go on: coming back from another page finds no hole.
const CHARTS_GO_ON: Duration = Duration::from_secs(5 * 60);

/// Readings that are taken at a quick pace.
const FIRST_POINTS: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Paces {
    metadata: Duration,
    costly: Duration,
}

impl Session {
    /// Runs for as long as the session is open.
    pub(super) async fn poll(self: Arc<Self>) {
        let mut due = Due::default();
        loop {
            let _ = tokio::time::timeout(TICK, self.wake.notified()).await; // either is a reason to look
            self.poll_once(&mut due).await;
        }
    }

    async fn poll_once(&self, due: &mut Due) {
        let mut watched = self.watched(|tag| self.events.is_watched(tag));
        if self.is_local {
            let now = Instant::now();
            let looked = self.watched(|tag| self.events.is_looked_at(tag));
            if goes_on(&mut due.charts, looked.topics, now) {
                (watched.topics, watched.sizes) = (true, true);
            }
            watched.groups |= goes_on(&mut due.lags, looked.groups, now);
        }
        let paces = self.paces();
        if watched.anything && due.take(What::Metadata, paces.metadata) {
            self.poll_metadata().await;
        }
        if watched.topics && due.take(What::Offsets, paces.costly) {
            self.poll_offsets().await;
        }
        if watched.sizes && due.take(What::Sizes, paces.costly) {
            self.poll_sizes().await;
        }
        if watched.groups && due.take(What::Groups, paces.costly) {
            self.poll_groups().await;
        }
    }

    fn paces(&self) -> Paces {
        let seconds = Duration::from_secs;
        // A chart that has just been opened should not stay empty for long.
        let is_new = self.throughput().len() < FIRST_POINTS;
        if !self.is_local {
            let costly = if is_new { seconds(10) } else { seconds(60) };
            return Paces { metadata: seconds(30), costly };
        }
        let partitions: usize = self.newest().map_or(0, |snapshot| {
            snapshot.metadata.topics.iter().map(|topic| topic.partitions.len()).sum()
        });
        let costly = match partitions {
            many if many > MANY_PARTITIONS => seconds(10),
            _ if is_new => seconds(1),
            _ => seconds(3),
        };
        Paces { metadata: seconds(5), costly }
    }

    fn watched(&self, is: impl Fn(&str) -> bool) -> Watched {
        let is = |tag: String| is(&tag);
        let id = &self.cluster;
        let overview = is(tags::cluster(id));
        let clusters = is(tags::CLUSTERS.to_owned());
        let topics = is(tags::topics(id)) || is(format!("topic({id},"));
        let groups = is(tags::groups(id)) || is(format!("group({id},"));
        let brokers = is(tags::brokers(id));
        Watched {
            anything: overview || clusters || topics || groups || brokers,
            topics: topics || overview,
            sizes: topics || overview || brokers,
            groups: groups || overview || topics || (clusters && self.is_local),
        }
    }

    /// Reads Metadata at once and tells what it changed.
    pub(crate) async fn look_again(&self) {
        self.poll_metadata().await;
    }

    async fn poll_metadata(&self) {
        let before = self.newest().map(|snapshot| snapshot.metadata);
        let controller = self.controller();
        let abilities = self.abilities();
        let had_problem = self.problem().is_some();
        let Ok(snapshot) = self.refresh().await else {
            if !had_problem {
                let id = &self.cluster;
                let [clusters, cluster] = [tags::CLUSTERS.to_owned(), tags::cluster(id)];
                self.tell(&[clusters, cluster, tags::topics(id), tags::brokers(id)]);
            }
            return;
        };
        let same = self.read_controller().await == controller
            && self.abilities() == abilities
            && before.is_some_and(|before| {
                before.cluster == snapshot.metadata.cluster
                    && before.topics == snapshot.metadata.topics
            });
        if !same || had_problem {
            let id = &self.cluster;
            self.tell(&[
                tags::CLUSTERS.to_owned(),
                tags::cluster(id),
                tags::topics(id),
                tags::brokers(id),
            ]);
        }
    }

    pub(crate) async fn poll_offsets(&self) {
        if self.read_offsets().await.is_err() {
            self.note_silence();
        }
        self.tell(&[tags::topics(&self.cluster), tags::cluster(&self.cluster)]);
    }

    async fn read_offsets(&self) -> Result<()> {
        let snapshot = self.snapshot().await?;
        let all = partitions_of(&snapshot.metadata);
        let client = &self.client;
        let (starts, ends) = tokio::try_join!(
            client.list_offsets(&all, OffsetSpec::Earliest),
            client.list_offsets(&all, OffsetSpec::Latest)
        )
        .map_err(|e| crate::errors::client_failure(&e))?;
        self.note_failures(&ends.failures);
        let table = OffsetTable::new(&starts.value, &ends.value, &self.offsets(), now_ms());
        self.lock().offsets = Arc::new(table);
        self.note_throughput();
        Ok(())
    }

    pub(crate) async fn poll_sizes(&self) {
        let Ok(dirs) = self.client.log_dirs().await else {
            let unanswered = self.sizes().unanswered();
            self.lock().sizes = Arc::new(unanswered);
            return;
        };
        self.note_failures(&dirs.failures);
        let table = SizeTable::new(&dirs.value, &self.sizes(), now_ms());
        self.lock().sizes = Arc::new(table);
        let id = &self.cluster;
        self.tell(&[tags::topics(id), tags::brokers(id)]);
    }

    pub(crate) async fn poll_groups(&self) {
        if self.read_groups().await.is_ok() {
            let id = &self.cluster;
            self.tell(&[tags::groups(id), tags::cluster(id), tags::CLUSTERS.to_owned()]);
        }
    }

    /// All groups with their lags, in a handful of requests.
    pub(crate) async fn read_groups(&self) -> Result<()> {
        let failed = |e| crate::errors::client_failure(&e);
        let (listed, told) = self.client.list_groups_of_brokers().await.map_err(failed)?;
        self.note_failures(&listed.failures);
        let mut lags = self.client.group_lags(&listed.value).await.map_err(failed)?.value;
        let entries = listed.value.into_iter().map(|summary| {
            let lag = lags.remove(&summary.group_id);
            entry(summary, lag)
        });
        let table = GroupTable::new(entries.collect(), &told, &self.groups(), now_ms());
        self.lock().groups = Arc::new(table);
        Ok(())
    }

    fn note_failures(&self, failures: &[BrokerFailure]) {
        self.lock().silent_brokers = failures.iter().filter_map(|f| f.broker_id).collect();
    }

    /// News of a list is news of each of its items that somebody looks at.
    fn tell(&self, tags: &[String]) {
        let id = &self.cluster;
        let lists = [(tags::topics(id), "topic"), (tags::groups(id), "group")];
        let told = lists.iter().filter(|(list, _)| tags.contains(list));
        let items = told.flat_map(|(_, item)| self.events.watched(&format!("{item}({id},")));
        self.events.all_changed(tags.iter().cloned().chain(items));
    }
}

fn entry(summary: GroupSummary, found: Option<LagAndMembers>) -> GroupEntry {
    let (lag, group) = found.map_or((None, None), |found| (Some(found.lag), found.group));
    let (lag, problem) = match lag {
        Some(Ok(lag)) => (lag, None),
        Some(Err(error)) => (GroupLag::default(), Some(error)),
        None => (GroupLag::default(), None),
    };
    let committed = lag.partitions.iter().filter(|partition| partition.committed.is_some());
    let mut topics: BTreeSet<String> = BTreeSet::new();
    for partition in committed.map(|lag| &lag.partition) {
        remember(&mut topics, &partition.topic);
    }
    let members = group.map(|group| group.members).unwrap_or_default();
    for partition in members.iter().flat_map(|member| member.assignment.partitions()) {
        remember(&mut topics, &partition.topic);
    }
    let (total, is_complete) = (lag.total(), lag.is_complete());
    let members = members.len() as u32;
    GroupEntry { summary, lag: total, is_complete, topics, problem, members, last_seen: None }
}

/// Most partitions are of a topic that is known already: that costs no copy.
fn remember(topics: &mut BTreeSet<String>, topic: &str) {
    if !topics.contains(topic) {
        topics.insert(topic.to_owned());
    }
}

#[derive(Debug)]
struct Watched {
    anything: bool,
    topics: bool,
    sizes: bool,
    groups: bool,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Metadata,
    Offsets,
    Sizes,
    Groups,
}

/// When each was read last.
#[derive(Debug, Default)]
struct Due {
    last: [Option<Instant>; 4],
    /// When somebody looked at what the charts of throughput are made of.
    charts: Option<Instant>,
    /// And those of groups' lag.
    lags: Option<Instant>,
}

impl Due {
    /// Whether it is time; if so, it counts as read now.
    fn take(&mut self, what: What, pace: Duration) -> bool {
        let last = &mut self.last[what as usize];
        if last.is_some_and(|last| last.elapsed() < pace) {
            return false;
        }
        *last = Some(Instant::now());
        true
    }
}

/// Whether a chart still wants points at `now`: while it is watched and some minutes after the last look.
fn goes_on(last: &mut Option<Instant>, watched: bool, now: Instant) -> bool {
    if watched {
        *last = Some(now);
    }
    last.is_some_and(|last| now.duration_since(last) < CHARTS_GO_ON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_go_on_for_some_minutes_after_the_last_look() {
        let (mut last, start) = (None, Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(!goes_on(&mut last, false, start), "nobody has ever looked");
        assert!(goes_on(&mut last, true, start));
        assert!(goes_on(&mut last, false, after(299)));
        assert!(!goes_on(&mut last, false, after(300)));
        assert!(goes_on(&mut last, true, after(400)));
        assert!(goes_on(&mut last, false, after(699)));
    }
}
