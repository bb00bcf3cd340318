//! Delete topics, one or many: each answers for itself.

use super::create::read_back;
use super::get::guarded;
use crate::command_line::CommandLine;
use crate::core::Core;
use crate::errors::item_failure;
use crate::failure::{Failure, Outcome, Result, given_once};
use crate::operations::{Begin, OperationState, kind};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;

/// Topics that one call deletes.
const TOPICS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTopics {
    pub operation: String,
    pub command: String,
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
        unguarded(&session, topics)?;
        let command = command(&session.cluster, topics);
        let (title, target) = match topics {
            [one] => (TextId::OperationTopicDelete.with("topic", one), Some(one.clone())),
            many => (TextId::OperationTopicsDelete.with("count", many.len()), None),
        };
        let mut begin = Begin::new(kind::TOPIC_DELETE, self.named(cluster)?, title);
        (begin.target, begin.command) = (target, Some(command.clone()));
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
        Ok(DeletedTopics { operation, command, results })
    }
}

impl Core {
    /// The Kafka commands that delete the same topics.
    pub fn delete_topics_command(&self, cluster: &str, topics: &[String]) -> Result<String> {
        let session = self.session_to(cluster, Action::DeleteTopic)?;
        Ok(command(&session.cluster, topics))
    }
}

/// Groups that lose their place with topics: they committed for one of them, or read one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostPlaces {
    pub total: usize,
    /// The first [`NAMED_MAX`] by name.
    pub groups: Vec<String>,
}

/// Groups that are named in a sentence.
const NAMED_MAX: usize = 5;

impl Core {
    /// Who loses its place when these topics are deleted.
    pub async fn lost_places(&self, cluster: &str, topics: &[String]) -> Result<LostPlaces> {
        bounded(topics)?;
        let session = self.session(cluster)?;
        session.read_groups().await?;
        let groups = session.groups();
        let names = groups.names_of_topics(topics);
        let first = names.iter().take(NAMED_MAX).map(|name| (*name).to_owned());
        Ok(LostPlaces { total: names.len(), groups: first.collect() })
    }
}

/// Bytes of names in one command: Linux takes no longer argument than 128 KiB.
const NAMES_MAX: usize = 100 * 1024;

/// One command, or a line each where the names are too many for one.
fn command(cluster: &str, topics: &[String]) -> String {
    let mut lists: Vec<(usize, Vec<&str>)> = Vec::new();
    for topic in topics {
        match lists.last_mut() {
            Some((length, list)) if *length + topic.len() < NAMES_MAX => {
                *length += topic.len() + 1;
                list.push(topic);
            }
            _ => lists.push((topic.len(), vec![topic])),
        }
    }
    let line = |(_, names): &(usize, Vec<&str>)| {
        let line = CommandLine::weir("topic delete");
        let line = names.iter().fold(line, |line, name| line.word(name));
        line.word("--yes").cluster(cluster).finish()
    };
    lists.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What Weir does not do, by Kafka's own tool, which reads names as expressions: a dot is any character.
fn kafka_command(bootstrap: &str, topic: &str) -> String {
    let line = CommandLine::kafka("kafka-topics.sh", bootstrap).word("--delete");
    line.flag("--topic", &topic.replace('.', "\\.")).finish()
}

/// None of the topics is one in which Kafka or another system keeps its state.
fn unguarded(session: &Session, topics: &[String]) -> Result<()> {
    let Some(snapshot) = session.newest() else { return Ok(()) };
    let mut named = topics.iter().filter_map(|name| snapshot.metadata.topic(name));
    let Some((topic, why)) = named.find_map(|topic| Some((topic, guarded(topic)?))) else {
        return Ok(());
    };
    Err(Failure::denied(why).detail(kafka_command(&session.bootstrap, &topic.name)))
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
    given_once(topics)?;
    let expected = match topics {
        [] => return Err(Failure::invalid("topics", TextId::ErrorNoTopics)),
        [one] => one.clone(),
        many => many.len().to_string(),
    };
    bounded(topics)?;
    if confirm == expected {
        return Ok(());
    }
    let text = TextId::ConfirmMismatch.with("expected", expected);
    Err(Failure::invalid("confirm", text).outcome(Outcome::NotDone))
}

fn bounded(topics: &[String]) -> Result<()> {
    if topics.len() <= TOPICS_MAX {
        return Ok(());
    }
    Err(Failure::invalid("topics", TextId::ErrorTooMany.with("max", TOPICS_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_every_topic_and_no_other() {
        let names = |n: usize| (0..n).map(|i| format!("shop.orders-{i}")).collect::<Vec<_>>();
        let whole = command("one", &names(5));
        let begin = "weir topic delete ";
        assert_eq!(whole, format!("{begin}{} --yes --cluster one", names(5).join(" ")));
        let internal = kafka_command("localhost:9092", "shop.orders");
        let expected =
            r"kafka-topics.sh --bootstrap-server localhost:9092 --delete --topic 'shop\.orders'";
        assert_eq!(internal, expected);
        let many = command("one", &names(TOPICS_MAX));
        let lines: Vec<_> = many.lines().collect();
        assert!(lines.len() > 1, "one argument would be too long");
        assert!(lines.iter().all(|line| line.starts_with(begin) && line.len() < 128 * 1024));
        let named: usize = lines.iter().map(|line| line.matches("orders").count()).sum();
        assert_eq!(named, TOPICS_MAX);
    }
}
