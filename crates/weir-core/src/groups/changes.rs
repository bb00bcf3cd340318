//! What a change of commits amounts to and what becomes of it, by the client alone: for clusters with a name in Weir
//! and for bare addresses.

use std::collections::BTreeMap;

use weir_client::Client;
use weir_domain::{
    Group, GroupState, GroupType, ItemError, OffsetReset, ResetNote, ResetTo, TopicPartition,
    TopicScope,
};

use super::get::not_found;
use crate::errors::{client_failure, item_failure, write_failure};
use crate::failure::{Failure, Outcome, Result};
use crate::text::{Text, TextId};

/// One commit that changes, or why it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetChange {
    pub topic: String,
    pub partition: i32,
    /// `None`: nothing was committed.
    pub before: Option<i64>,
    /// `None`: nothing is committed afterwards, or `error` says why it does not change.
    pub after: Option<i64>,
    pub lag_before: Option<i64>,
    pub lag_after: Option<i64>,
    /// Why it is not quite what was asked for.
    pub note: Option<Text>,
    pub error: Option<Failure>,
}

/// What a reset amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedReset {
    pub kind: GroupType,
    pub changes: Vec<OffsetChange>,
}

/// What a reset would change; changes nothing. `topics`: none are all that the group has committed for. Refused while
/// the group has members, as by Kafka; a group that is not there only without topics, for a commit makes a group.
pub async fn plan_reset(
    client: &Client,
    name: &str,
    topics: &[TopicScope],
    to: ResetTo,
) -> Result<PlannedReset> {
    let kind = match describe(client, name).await? {
        Some(group) => {
            refusal(&group).map_or(Ok(()), |text| Err(Failure::denied(text)))?;
            group.kind
        }
        None if topics.is_empty() => return Err(not_found(name)),
        None => GroupType::Consumer,
    };
    if kind == GroupType::Share && matches!(to, ResetTo::Offset(_) | ResetTo::Shift(_)) {
        let failure = Failure::invalid("to", TextId::ErrorShareResetTo);
        return Err(failure.outcome(Outcome::NotDone));
    }
    let asked = client.plan_reset(name, kind, topics, to).await;
    let asked = asked.map_err(|error| client_failure(&error))?;
    let planned = asked.map_err(|error| item_failure(&error, None))?.value;
    let changes = some(planned.iter().map(OffsetChange::of).collect())?;
    Ok(PlannedReset { kind, changes })
}

/// What setting each partition to this offset would change, or forgetting its commit where there is none; changes
/// nothing.
pub(super) async fn plan_back(
    client: &Client,
    name: &str,
    before: &BTreeMap<TopicPartition, Option<i64>>,
) -> Result<PlannedReset> {
    let Some(group) = describe(client, name).await? else { return Err(not_found(name)) };
    refusal(&group).map_or(Ok(()), |text| Err(Failure::denied(text)))?;
    // Where nothing was committed the offset does not matter: it is forgotten.
    let offsets = before.iter().map(|(place, offset)| (place.clone(), offset.unwrap_or(0)));
    let asked = client.plan_offsets(name, group.kind, &offsets.collect()).await;
    let asked = asked.map_err(|error| client_failure(&error))?;
    let planned = asked.map_err(|error| item_failure(&error, None))?.value;
    let changes = planned.iter().filter_map(|reset| {
        let change = OffsetChange::of(reset);
        match before.get(&reset.partition) {
            Some(None) => change.forgotten(group.kind),
            _ => Some(change),
        }
    });
    Ok(PlannedReset { kind: group.kind, changes: some(changes.collect())? })
}

/// Commits what was planned, without a member, or forgets what has no offset afterwards; a share group begins anew
/// there. What the cluster refuses is put beside its change; an error only where nothing was done.
pub async fn commit(client: &Client, group: &str, planned: &mut PlannedReset) -> Result<()> {
    let PlannedReset { kind, changes } = planned;
    refuse_if_all_failed(changes)?;
    let offsets = changes.iter().filter_map(|change| Some((change.place(), change.after?)));
    let offsets: BTreeMap<_, _> = offsets.collect();
    let asked = match kind {
        GroupType::Share => client.alter_share_offsets(group, &offsets).await,
        _ if offsets.is_empty() => Ok(Vec::new()),
        _ => client.commit_offsets(group, &offsets).await,
    };
    refused(asked.map_err(|error| write_failure(&error))?, changes);
    let gone: Vec<_> = changes.iter().filter(|it| it.is_forgotten()).map(|it| it.place()).collect();
    if !gone.is_empty() {
        let asked = client.delete_offsets(group, &gone).await;
        refused(asked.map_err(|error| write_failure(&error))?, changes);
    }
    refuse_if_all_failed(changes)
}

/// What forgetting the commits for these topics would lose; changes nothing.
pub async fn plan_delete(
    client: &Client,
    name: &str,
    topics: &[String],
) -> Result<Vec<OffsetChange>> {
    if topics.is_empty() {
        return Err(Failure::invalid("topics", TextId::ErrorNoTopics).outcome(Outcome::NotDone));
    }
    let Some(group) = describe(client, name).await? else { return Err(not_found(name)) };
    kind_refuses(&group).map_or(Ok(()), |text| Err(Failure::denied(text)))?;
    let lag = client.group_lag(&group).await.map_err(|error| client_failure(&error))?.value;
    let lag = lag.map_err(|error| item_failure(&error, None))?.partitions.into_iter();
    let lost = lag.filter(|row| row.committed.is_some() && topics.contains(&row.partition.topic));
    let change = |row: weir_domain::PartitionLag| OffsetChange {
        before: row.committed,
        lag_before: row.lag(),
        ..OffsetChange::none(row.partition)
    };
    some(lost.map(change).collect())
}

/// Forgets what was planned; refused by the cluster for topics that members of the group subscribe to.
pub async fn forget(client: &Client, group: &str, changes: &mut [OffsetChange]) -> Result<()> {
    let partitions: Vec<_> = changes.iter().map(OffsetChange::place).collect();
    let asked = client.delete_offsets(group, &partitions).await;
    refused(asked.map_err(|error| write_failure(&error))?, changes);
    refuse_if_all_failed(changes)
}

/// Why this group's offsets cannot be reset now.
pub(super) fn refusal(group: &Group) -> Option<Text> {
    let members = group.members.len();
    (members > 0).then(|| TextId::PermitGroupHasMembers.with("count", members))
}

/// What a share group read is not a commit.
pub(super) fn kind_refuses(group: &Group) -> Option<Text> {
    (group.kind == GroupType::Share).then(|| TextId::PermitShareOffsets.into())
}

/// `None`: there is no such group.
async fn describe(client: &Client, name: &str) -> Result<Option<Group>> {
    let asked = client.describe_groups(&[name.to_owned()]).await;
    let described = asked.map_err(|error| client_failure(&error))?.into_iter().next();
    match described.map(|item| item.result) {
        Some(Ok(group)) if group.state != GroupState::Dead => Ok(Some(group)),
        Some(Err(error)) if error.name != "GROUP_ID_NOT_FOUND" => Err(item_failure(&error, None)),
        _ => Ok(None),
    }
}

impl OffsetChange {
    pub(super) fn none(partition: TopicPartition) -> Self {
        Self {
            topic: partition.topic,
            partition: partition.partition,
            before: None,
            after: None,
            lag_before: None,
            lag_after: None,
            note: None,
            error: None,
        }
    }

    fn of(reset: &OffsetReset) -> Self {
        Self {
            before: reset.before,
            after: reset.after.as_ref().ok().copied(),
            lag_before: reset.lag_before(),
            lag_after: reset.lag_after(),
            note: reset.note.map(|note| words(note).into()),
            error: reset.after.as_ref().err().map(|error| unplanned(error, &reset.partition)),
            ..Self::none(reset.partition.clone())
        }
    }

    /// The same, without a commit afterwards; `None` where there is none now.
    fn forgotten(self, kind: GroupType) -> Option<Self> {
        self.before?;
        let change = Self { after: None, lag_after: None, note: None, ..self };
        if kind != GroupType::Share || change.error.is_some() {
            return Some(change);
        }
        let error = Failure::new(TextId::ResetNotBegun).outcome(Outcome::NotDone);
        Some(Self { error: Some(error), ..change })
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.after.is_none() && self.error.is_none()
    }

    pub(super) fn place(&self) -> TopicPartition {
        TopicPartition::new(self.topic.as_str(), self.partition)
    }
}

/// Of a topic that is not there, its name.
fn unplanned(error: &ItemError, place: &TopicPartition) -> Failure {
    if error.name != "UNKNOWN_TOPIC_OR_PARTITION" || error.message.is_some() {
        return item_failure(error, None);
    }
    let text = TextId::ErrorTopicNotFound.with("topic", &place.topic);
    Failure { text, hint: Some(TextId::HintCheckTopic.into()), ..item_failure(error, None) }
}

fn words(note: ResetNote) -> TextId {
    match note {
        ResetNote::RaisedToStart => TextId::ResetRaised,
        ResetNote::LoweredToEnd => TextId::ResetLowered,
        ResetNote::NothingSince => TextId::ResetNothingSince,
    }
}

fn some(changes: Vec<OffsetChange>) -> Result<Vec<OffsetChange>> {
    if changes.is_empty() {
        return Err(Failure::invalid("topics", TextId::ErrorNoCommits).outcome(Outcome::NotDone));
    }
    Ok(changes)
}

/// Puts the cluster's refusals beside the changes that they are about.
fn refused(
    done: Vec<(TopicPartition, std::result::Result<(), ItemError>)>,
    changes: &mut [OffsetChange],
) {
    let failed =
        done.into_iter().filter_map(|(partition, result)| Some((partition, result.err()?)));
    let failed: BTreeMap<_, _> = failed.collect();
    for change in changes {
        if let Some(error) = failed.get(&change.place()) {
            change.error = Some(item_failure(error, None));
        }
    }
}

fn refuse_if_all_failed(changes: &[OffsetChange]) -> Result<()> {
    // One error for all has no row beside it that says where.
    let placed = |change: &OffsetChange| {
        let error = change.error.clone()?;
        let place = format!("{}-{}", change.topic, change.partition);
        let detail =
            error.detail.as_ref().map_or(place.clone(), |said| format!("{place} · {said}"));
        Some(error.detail(detail))
    };
    let first = changes.iter().find_map(placed);
    let all = changes.iter().all(|change| change.error.is_some());
    first.filter(|_| all).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(partition: i32, after: i64) -> OffsetChange {
        OffsetChange {
            after: Some(after),
            ..OffsetChange::none(TopicPartition::new("t", partition))
        }
    }

    #[test]
    fn what_was_not_committed_is_forgotten_again() {
        let one = OffsetChange { before: Some(3), lag_after: Some(1), ..change(0, 5) };
        let forgotten = one.clone().forgotten(GroupType::Classic).unwrap();
        assert!(forgotten.is_forgotten() && forgotten.lag_after.is_none());
        assert!(!one.is_forgotten());
        let share = one.clone().forgotten(GroupType::Share).unwrap();
        assert_eq!(share.error.map(|error| error.text.id), Some(TextId::ResetNotBegun));
        assert_eq!(OffsetChange { before: None, ..one }.forgotten(GroupType::Classic), None);
    }

    #[test]
    fn a_refusal_stands_beside_its_change() {
        let mut changes = [change(0, 5), change(1, 6)];
        let error = ItemError { code: 25, name: "UNKNOWN_MEMBER_ID", message: None };
        let done = vec![
            (TopicPartition::new("t", 0), Ok(())),
            (TopicPartition::new("t", 1), Err(error.clone())),
        ];
        refused(done, &mut changes);
        assert_eq!(changes[0].error, None);
        let text = changes[1].error.as_ref().map(|failure| failure.text.id);
        assert_eq!(text, Some(TextId::KafkaGroupNotEmpty));
        assert_eq!(refuse_if_all_failed(&changes), Ok(()), "a part was done");
        refused(vec![(TopicPartition::new("t", 0), Err(error))], &mut changes);
        let refusal = refuse_if_all_failed(&changes).unwrap_err();
        assert!(refusal.detail.unwrap().starts_with("t-0 · "), "it says where");
    }

    #[test]
    fn a_topic_that_is_not_there_is_named() {
        let error = ItemError { code: 3, name: "UNKNOWN_TOPIC_OR_PARTITION", message: None };
        let place = TopicPartition::new("nosuch", 0);
        let text = TextId::ErrorTopicNotFound.with("topic", "nosuch");
        assert_eq!(unplanned(&error, &place).text, text);
        let counted = ItemError { message: Some("the topic has 3 partitions".into()), ..error };
        assert_eq!(unplanned(&counted, &place).text.id, TextId::KafkaUnknownTopic);
    }
}
