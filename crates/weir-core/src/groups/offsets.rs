//! Change what a group committed: reset it to another place, or forget it. Preview and apply are one path.

use weir_domain::{Group, ResetTo, TopicScope};

use super::changes::{self, OffsetChange, commit, forget};
use super::delete::end;
use super::offsets_command;
use super::undo;
use crate::core::Core;
use crate::failure::Result;
use crate::operations::{Begin, Change, Running, kind};
use crate::permits::{Action, permits};
use crate::session::Session;
use crate::text::{Text, TextId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetOffsets {
    pub cluster: String,
    pub group: String,
    /// None: every partition that the group has committed for.
    pub topics: Vec<TopicScope>,
    pub to: ResetTo,
    pub dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteOffsets {
    pub cluster: String,
    pub group: String,
    /// Of each all partitions that the group has committed for.
    pub topics: Vec<String>,
    pub dry_run: bool,
}

/// A change of commits, or its preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetsChanged {
    /// `None` after a dry run.
    pub operation: Option<String>,
    /// The command that does the same, where there is one.
    pub command: Option<String>,
    /// In order of topic, then partition.
    pub changes: Vec<OffsetChange>,
}

impl Core {
    /// Only for a group without members, as Kafka. Partitions that cannot be reset say why; the others are.
    pub async fn reset_offsets(&self, reset: &ResetOffsets) -> Result<OffsetsChanged> {
        let ResetOffsets { cluster, group, topics, to, dry_run } = reset;
        let session = self.session_to(cluster, Action::AlterOffsets)?;
        let mut planned = changes::plan_reset(&session.client, group, topics, *to).await?;
        undo::check(&planned.changes)?;
        let command = Some(offsets_command::reset(reset));
        if *dry_run {
            return Ok(OffsetsChanged { operation: None, command, changes: planned.changes });
        }
        let title = TextId::OperationGroupReset.with("group", group);
        let running = self.begin_offsets(
            kind::GROUP_RESET,
            &session,
            group,
            title,
            command.as_deref(),
            &planned.changes,
        )?;
        let operation = Some(running.id().to_owned());
        let result = commit(&session.client, group, &mut planned).await;
        let changes = planned.changes;
        self.end_offsets(&session, group, running, result, &changes).await?;
        Ok(OffsetsChanged { operation, command, changes })
    }

    /// Refused by the cluster for topics that members of the group subscribe to.
    pub async fn delete_offsets(&self, delete: &DeleteOffsets) -> Result<OffsetsChanged> {
        let DeleteOffsets { cluster, group, topics, dry_run } = delete;
        let session = self.session_to(cluster, Action::AlterOffsets)?;
        let mut changes = changes::plan_delete(&session.client, group, topics).await?;
        let command = Some(offsets_command::delete(delete));
        if *dry_run {
            return Ok(OffsetsChanged { operation: None, command, changes });
        }
        let title = TextId::OperationGroupOffsetsDelete.with("group", group);
        let title = title.with("topics", topics.join(", "));
        let kind = kind::GROUP_OFFSETS_DELETE;
        let running =
            self.begin_offsets(kind, &session, group, title, command.as_deref(), &changes)?;
        let operation = Some(running.id().to_owned());
        let result = forget(&session.client, group, &mut changes).await;
        self.end_offsets(&session, group, running, result, &changes).await?;
        Ok(OffsetsChanged { operation, command, changes })
    }

    pub(super) fn refuses_reset(&self, cluster: &str, group: &Group) -> Option<Text> {
        self.refuses_offsets(cluster).or_else(|| changes::refusal(group))
    }

    pub(super) fn refuses_offsets_delete(&self, cluster: &str, group: &Group) -> Option<Text> {
        self.refuses_offsets(cluster).or_else(|| changes::kind_refuses(group))
    }

    fn refuses_offsets(&self, cluster: &str) -> Option<Text> {
        match self.cluster_facts(cluster) {
            Ok(facts) => permits(Action::AlterOffsets, &facts).err(),
            Err(failure) => Some(failure.text),
        }
    }

    pub(super) fn begin_offsets(
        &self,
        kind: &'static str,
        session: &Session,
        group: &str,
        title: Text,
        command: Option<&str>,
        changes: &[OffsetChange],
    ) -> Result<Running> {
        let mut begin = Begin::new(kind, self.named(&session.cluster)?, title);
        begin.target = Some(group.to_owned());
        begin.command = command.map(str::to_owned);
        begin.changes = remembered(changes);
        let running = self.recorder().begin(begin)?;
        if kind == kind::GROUP_RESET {
            self.keep_undo(running.id(), changes);
        }
        Ok(running)
    }

    /// Writes down how it ended.
    pub(super) async fn end_offsets(
        &self,
        session: &Session,
        group: &str,
        running: Running,
        result: Result<()>,
        changes: &[OffsetChange],
    ) -> Result<()> {
        match &result {
            Ok(()) => end(running, changes.iter().map(|change| change.error.as_ref())),
            Err(_) => running.end(&result),
        }
        self.groups_changed(session, &[group.to_owned()]).await;
        result
    }
}

fn remembered(changes: &[OffsetChange]) -> Vec<Change> {
    let change = |change: &OffsetChange| Change {
        what: format!("{}-{}", change.topic, change.partition),
        before: change.before.map(|offset| offset.to_string()),
        after: change.after.map(|offset| offset.to_string()),
    };
    undo::done(changes).take(undo::REMEMBERED_MAX + 1).map(change).collect()
}
