//! Delete groups that nobody is a member of, with what they committed: one or many, each answers for itself.

use super::get::not_found;
use crate::clusters::tags;
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::{client_failure, item_failure, write_failure};
use crate::failure::{Failure, Outcome, Result, given_once};
use crate::operations::{Begin, Running, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;

/// Groups that one call deletes.
const GROUPS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedGroups {
    pub operation: String,
    /// In the order asked; `None`: deleted.
    pub results: Vec<(String, Option<Failure>)>,
}

impl Core {
    /// `confirm` is the group's name, typed, or how many when there are several.
    pub async fn delete_groups(
        &self,
        cluster: &str,
        groups: &[String],
        confirm: &str,
    ) -> Result<DeletedGroups> {
        let session = self.session_to(cluster, Action::DeleteGroup)?;
        check(groups, confirm)?;
        if let [one] = groups {
            self.check_unused(&session, one).await?;
        }
        let running = self.recorder().begin(self.begin_delete(&session, groups)?)?;
        let operation = running.id().to_owned();
        let results = match delete(&session, groups).await {
            Ok(results) => results,
            Err(failure) => {
                running.end::<()>(&Err(failure.clone()));
                return Err(failure);
            }
        };
        end(running, results.iter().map(|(_, failure)| failure.as_ref()));
        self.groups_changed(&session, groups).await;
        match (groups, &results[..]) {
            ([_], [(_, Some(failure))]) => Err(failure.clone()),
            _ => Ok(DeletedGroups { operation, results }),
        }
    }

    fn begin_delete(&self, session: &Session, groups: &[String]) -> Result<Begin> {
        let (title, target) = match groups {
            [one] => (TextId::OperationGroupDelete.with("group", one), Some(one.clone())),
            many => (TextId::OperationGroupsDelete.with("count", many.len()), None),
        };
        let mut begin = Begin::new(kind::GROUP_DELETE, self.named(&session.cluster)?, title);
        let line = CommandLine::weir("group delete");
        let line = groups.iter().fold(line, |line, group| line.word(group));
        let command = line.word("--yes").cluster(&session.cluster).finish();
        (begin.target, begin.command) = (target, Some(command));
        Ok(begin)
    }

    /// After a write: lists and pages of these groups read anew; a failure to read shows there.
    pub(super) async fn groups_changed(&self, session: &Session, groups: &[String]) {
        let _ = session.read_groups().await;
        let cluster = &session.cluster;
        let each = groups.iter().map(|group| format!("group({cluster},{group})"));
        self.events().all_changed(each.chain([tags::groups(cluster)]));
    }

    async fn check_unused(&self, session: &Session, name: &str) -> Result<()> {
        let asked = session.client.describe_groups(&[name.to_owned()]).await;
        let described = asked.map_err(|error| client_failure(&error))?.into_iter().next();
        let Some(Ok(group)) = described.map(|item| item.result) else {
            return Err(not_found(name));
        };
        self.refuses_delete(&session.cluster, &group)
            .map_or(Ok(()), |text| Err(Failure::denied(text)))
    }
}

/// Ends an operation by what became of its parts.
pub(super) fn end<'a>(running: Running, parts: impl Iterator<Item = Option<&'a Failure>>) {
    let (failed, done): (Vec<_>, Vec<_>) = parts.partition(Option::is_some);
    let outcome = if done.is_empty() { Outcome::NotDone } else { Outcome::Partly };
    let first = failed.into_iter().flatten().next().cloned();
    running.end(&first.map_or(Ok(()), |failure| Err(failure.outcome(outcome))));
}

async fn delete(session: &Session, groups: &[String]) -> Result<Vec<(String, Option<Failure>)>> {
    let asked = session.client.delete_groups(groups).await;
    let results = asked.map_err(|error| write_failure(&error))?.into_iter();
    let each = results.map(|item| {
        let failure = item.result.err().map(|error| item_failure(&error, None));
        (item.item, failure)
    });
    Ok(each.collect())
}

fn check(groups: &[String], confirm: &str) -> Result<()> {
    given_once(groups)?;
    let expected = match groups {
        [] => return Err(Failure::invalid("groups", TextId::ErrorNoGroups)),
        [one] => one.clone(),
        many if many.len() > GROUPS_MAX => {
            return Err(Failure::invalid("groups", TextId::ErrorTooMany.with("max", GROUPS_MAX)));
        }
        many => many.len().to_string(),
    };
    if confirm == expected {
        return Ok(());
    }
    let text = TextId::ConfirmMismatch.with("expected", expected);
    Err(Failure::invalid("confirm", text).outcome(Outcome::NotDone))
}
