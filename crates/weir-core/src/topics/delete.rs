//! Delete topics, one or many: each answers for itself.

use super::create::read_back;
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::item_failure;
use crate::failure::{Failure, Outcome, Result};
use crate::operations::{Begin, OperationState, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;

/// Topics that one call deletes.
const TOPICS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTopics {
    pub operation: String,
    /// In the order asked; `None`: deleted.
    pub results: Vec<(String, Option<Failure>)>,
}

impl Core {
    /// `confirm` is the topic's name, typed, or how many when there are several.
    pub async fn delete_topics(
        &self,
        cluster: &str,
        topics: &[String],
        confirm: &str,
    ) -> Result<DeletedTopics> {
        let session = self.session_to(cluster, Action::DeleteTopic)?;
        check(topics, confirm)?;
        let mut line = CommandLine::kafka("kafka-topics.sh", &session.bootstrap).word("--delete");
        line = line.flag("--topic", &topics.join(","));
        let (title, target) = match topics {
            [one] => (TextId::OperationTopicDelete.with("topic", one), Some(one.clone())),
            many => (TextId::OperationTopicsDelete.with("count", many.len()), None),
        };
        let mut begin = Begin::new(kind::TOPIC_DELETE, self.named(cluster)?, title);
        (begin.target, begin.command) = (target, Some(line.finish()));
        begin.steps = vec![TextId::StepAskController];
        let running = self.recorder().begin(begin)?;
        running.step(0);
        let operation = running.id().to_owned();
        session.drop_producer();
        let results = match delete(&session, topics).await {
            Ok(results) => results,
            Err(failure) => {
                running.end::<()>(&Err(failure.clone()));
                return Err(failure);
            }
        };
        for (topic, _) in results.iter().filter(|(_, failure)| failure.is_none()) {
            session.overlay.deleted(topic);
        }
        self.topics_changed(&session, topics.first().map(String::as_str).unwrap_or_default());
        let first = results.iter().find_map(|(_, failure)| failure.clone());
        let failed = results.iter().filter(|(_, failure)| failure.is_some()).count();
        let state = match failed {
            0 => OperationState::Done,
            all if all == results.len() => OperationState::Failed,
            _ => OperationState::Partly,
        };
        running.finish(state, first);
        Ok(DeletedTopics { operation, results })
    }
}

async fn delete(session: &Session, topics: &[String]) -> Result<Vec<(String, Option<Failure>)>> {
    match session.client.delete_topics(topics).await {
        Ok(results) => {
            let each = results.into_iter().map(|item| {
                let failure = item.result.err().map(|error| item_failure(&error, None));
                (item.item, failure)
            });
            Ok(each.collect())
        }
        Err(error) => {
            let mut results = Vec::new();
            for topic in topics {
                results.push((topic.clone(), read_back(session, topic, false, &error).await.err()));
            }
            let first = results.iter().find_map(|(_, failure)| failure.clone());
            let nothing = results.iter().all(|(_, failure)| failure.is_some());
            first.filter(|_| nothing).map_or(Ok(results), Err)
        }
    }
}

fn check(topics: &[String], confirm: &str) -> Result<()> {
    let expected = match topics {
        [] => return Err(Failure::invalid("topics", TextId::ErrorNoTopics)),
        [one] => one.clone(),
        many if many.len() > TOPICS_MAX => {
            return Err(Failure::invalid("topics", TextId::ErrorTooMany.with("max", TOPICS_MAX)));
        }
        many => many.len().to_string(),
    };
    if confirm == expected {
        return Ok(());
    }
    let text = TextId::ConfirmMismatch.with("expected", expected);
    Err(Failure::invalid("confirm", text).outcome(Outcome::NotDone))
}
