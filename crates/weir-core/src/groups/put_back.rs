//! A reset taken back: every offset as its operation remembers it. Preview and apply are one path.

use weir_domain::TopicPartition;

use super::changes::{self, commit};
use super::offsets::OffsetsChanged;
use super::offsets_command;
use super::undo::{Before, REMEMBERED_MAX};
use crate::core::Core;
use crate::failure::{Failure, Outcome, Result};
use crate::operations::{Change, Operation, OperationState, kind};
use crate::permits::Action;
use crate::text::TextId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBack {
    pub cluster: String,
    /// A reset of a group's offsets.
    pub operation: String,
    pub dry_run: bool,
}

impl Core {
    /// Only for a group without members. Offsets that the log no longer has become its start; a partition for which
    /// nothing was committed before is forgotten again.
    pub async fn put_back(&self, asked: &PutBack) -> Result<OffsetsChanged> {
        let session = self.session_to(&asked.cluster, Action::AlterOffsets)?;
        let reset = self.operation_get(&asked.operation).await?;
        let (group, before) = self.remembered(&reset, &asked.cluster)?;
        let mut planned = changes::plan_back(&session.client, &group, &before).await?;
        let command = offsets_command::put_back(&group, &planned, &session.cluster);
        if asked.dry_run {
            return Ok(OffsetsChanged { operation: None, command, changes: planned.changes });
        }
        let title = TextId::OperationGroupPutBack.with("group", &group);
        let kind = kind::GROUP_RESET;
        let begun = command.as_deref();
        let running = self.begin_offsets(kind, &session, &group, title, begun, &planned.changes)?;
        let operation = Some(running.id().to_owned());
        let result = commit(&session.client, &group, &mut planned).await;
        let changes = planned.changes;
        self.end_offsets(&session, &group, running, result, &changes).await?;
        Ok(OffsetsChanged { operation, command, changes })
    }

    /// The group of a reset, and what was committed before it.
    fn remembered(&self, reset: &Operation, cluster: &str) -> Result<(String, Before)> {
        let ended = matches!(reset.state, OperationState::Done | OperationState::Partly);
        let is_reset = reset.kind == kind::GROUP_RESET && reset.cluster.as_deref() == Some(cluster);
        let group = reset.target.clone().filter(|_| is_reset && ended);
        let group = group.ok_or_else(nothing_to_put_back)?;
        let before = match reset.changes.len() > REMEMBERED_MAX {
            true => self.undo_of(&reset.id)?,
            false => reset.changes.iter().filter_map(place).collect(),
        };
        if before.is_empty() { Err(nothing_to_put_back()) } else { Ok((group, before)) }
    }
}

fn nothing_to_put_back() -> Failure {
    Failure::invalid("operation", TextId::ErrorNothingToPutBack).outcome(Outcome::NotDone)
}

/// `orders-0`, as the change is written down; `None` for an offset that is no number.
fn place(change: &Change) -> Option<(TopicPartition, Option<i64>)> {
    let (topic, partition) = change.what.rsplit_once('-')?;
    let before = change.before.as_deref().map(str::parse).transpose().ok()?;
    Some((TopicPartition::new(topic, partition.parse().ok()?), before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(what: &str, before: Option<&str>) -> Change {
        let before = before.map(str::to_owned);
        Change { what: what.to_owned(), before, after: Some("9".to_owned()) }
    }

    #[test]
    fn places_are_read_as_they_were_written() {
        let at = |what, before| place(&change(what, before));
        assert_eq!(at("a-b-0", Some("7")), Some((TopicPartition::new("a-b", 0), Some(7))));
        assert_eq!(at("t-12", None), Some((TopicPartition::new("t", 12), None)));
        for (what, before) in [("t", None), ("t-x", None), ("t-1", Some("many"))] {
            assert_eq!(at(what, before), None, "{what}");
        }
    }
}
