//! Delete a group that nobody is a member of, with what it committed.

use super::get::not_found;
use crate::clusters::tags;
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::{client_failure, item_failure, write_failure};
use crate::failure::{Failure, Outcome, Result};
use crate::operations::{Begin, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;

impl Core {
    /// The operation's id. `confirm` is the group's name, typed.
    pub async fn delete_group(&self, cluster: &str, name: &str, confirm: &str) -> Result<String> {
        let session = self.session_to(cluster, Action::DeleteGroup)?;
        if confirm != name {
            let text = TextId::ConfirmMismatch.with("expected", name);
            return Err(Failure::invalid("confirm", text).outcome(Outcome::NotDone));
        }
        self.check_unused(&session, name).await?;
        let title = TextId::OperationGroupDelete.with("group", name);
        let mut begin = Begin::new(kind::GROUP_DELETE, self.named(cluster)?, title);
        begin.target = Some(name.to_owned());
        let line = CommandLine::kafka("kafka-consumer-groups.sh", &session.bootstrap);
        begin.command = Some(line.word("--delete").flag("--group", name).finish());
        let running = self.recorder().begin(begin)?;
        let operation = running.id().to_owned();
        let result = delete(&session, name).await;
        running.end(&result);
        result?;
        // What is shown is read anew; a failure shows there.
        let _ = session.read_groups().await;
        self.events().all_changed([tags::groups(cluster), format!("group({cluster},{name})")]);
        Ok(operation)
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

async fn delete(session: &Session, name: &str) -> Result<()> {
    let asked = session.client.delete_groups(&[name.to_owned()]).await;
    let results = asked.map_err(|error| write_failure(&error))?;
    let result = results.into_iter().next().map_or(Ok(()), |item| item.result);
    result.map_err(|error| item_failure(&error, None))
}
