//! Statuses of a heartbeat: what keeps an application from running, or tells it to stop (KIP-1071).

use std::collections::BTreeSet;

use weir_wire::Str;
use weir_wire::messages::streams_group_heartbeat_response::Status;

const STALE_TOPOLOGY: i8 = 0;
const MISSING_SOURCE_TOPICS: i8 = 1;
const INCORRECTLY_PARTITIONED_TOPICS: i8 = 2;
const MISSING_INTERNAL_TOPICS: i8 = 3;
const SHUTDOWN_APPLICATION: i8 = 4;
const ASSIGNMENT_DELAYED: i8 = 5;
const MISSING_CLIENT_TAGS: i8 = 6;

/// Topics that a message names; the others are counted.
const NAMED_MAX: usize = 3;

/// Why a topology cannot run with the topics there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: i8,
    pub(crate) detail: String,
}

impl Problem {
    pub(super) fn missing_source_topics(topics: &BTreeSet<&Str>) -> Self {
        let detail = format!("Source topics {} are missing.", summary(topics));
        Self { code: MISSING_SOURCE_TOPICS, detail }
    }

    pub(super) fn missing_internal_topics(topics: &BTreeSet<&Str>) -> Self {
        let detail = format!("Internal topics are missing: {}", summary(topics));
        Self { code: MISSING_INTERNAL_TOPICS, detail }
    }

    pub(super) fn incorrectly_partitioned(detail: String) -> Self {
        Self { code: INCORRECTLY_PARTITIONED_TOPICS, detail }
    }

    pub(super) fn status(&self) -> Status {
        status(self.code, self.detail.clone())
    }
}

fn summary(topics: &BTreeSet<&Str>) -> String {
    let named: Vec<&str> = topics.iter().take(NAMED_MAX).map(|topic| &***topic).collect();
    let named = named.join(", ");
    match topics.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named} and {more} additional topics"),
    }
}

fn status(status_code: i8, detail: String) -> Status {
    Status { status_code, status_detail: Str::from(detail), ..Default::default() }
}

/// Why the member's target is not the group's yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delay {
    Initial,
    Interval,
}

pub(super) fn delayed(delay: Delay) -> Status {
    let why = match delay {
        Delay::Initial => "initial rebalance delay",
        Delay::Interval => "assignment interval",
    };
    status(ASSIGNMENT_DELAYED, format!("Assignment delayed due to the configured {why}."))
}

pub(super) fn stale_topology(member: i32, group: i32) -> Status {
    let detail = format!(
        "The member's topology epoch {member} is behind the group's topology epoch {group}."
    );
    status(STALE_TOPOLOGY, detail)
}

pub(super) fn shutdown(by: &str) -> Status {
    let detail = format!(
        "Streams group member {by} encountered a fatal error and requested a shutdown for the \
         entire application."
    );
    status(SHUTDOWN_APPLICATION, detail)
}

pub(super) fn missing_client_tags(tags: &[&str]) -> Status {
    let detail = format!(
        "Missing required client tags for rack-aware standby assignment: [{}]. Configure them via \
         'client.tag.<tagKey>' in your Streams config.",
        tags.join(", ")
    );
    status(MISSING_CLIENT_TAGS, detail)
}

/// Adds to the status about missing internal topics why they could not be made.
pub(crate) fn creation_failed<'a>(
    statuses: impl IntoIterator<Item = &'a mut Status>,
    failures: &[(Str, String)],
) {
    let mut statuses = statuses.into_iter();
    let Some(status) = statuses.find(|s| s.status_code == MISSING_INTERNAL_TOPICS) else {
        return;
    };
    let named = failures.iter().take(NAMED_MAX).map(|(topic, why)| format!("{topic} ({why})"));
    let mut shown = named.collect::<Vec<_>>().join(", ");
    if failures.len() > NAMED_MAX {
        shown.push_str(&format!(" and {} more", failures.len() - NAMED_MAX));
    }
    let detail = format!("{}; Creation failed: {shown}.", status.status_detail);
    status.status_detail = Str::from(detail);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_topics_are_named_and_the_rest_counted() {
        let names: Vec<Str> = ["a", "b", "c", "d", "e"].map(Str::from_static).to_vec();
        let of = |count: usize| Problem::missing_source_topics(&names.iter().take(count).collect());
        assert_eq!(of(2).detail, "Source topics a, b are missing.");
        assert_eq!(of(5).detail, "Source topics a, b, c and 2 additional topics are missing.");
    }

    #[test]
    fn failures_follow_what_is_missing() {
        let topic = Str::from_static("t");
        let mut statuses = [Problem::missing_internal_topics(&[&topic].into()).status()];
        creation_failed(&mut statuses, &[(topic.clone(), "no brokers".to_owned())]);
        let told = &*statuses[0].status_detail;
        assert_eq!(told, "Internal topics are missing: t; Creation failed: t (no brokers).");
    }
}
