//! The topics list: filtered, sorted and paged here, from one Metadata answer; costly columns for visible rows.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use weir_domain::Topic;
use weir_domain::conditions::Conditions;
use weir_domain::filter::NameFilter;

use super::filter::{self, PROPERTIES};
use super::row::{Health, TopicRow, health, is_internal};
use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::session::{Session, Snapshot};
use crate::text::{Text, TextId};
use crate::views::{Of, Page, Refresh, View, ViewArgs};

#[derive(Debug, Clone, PartialEq)]
pub struct TopicPage {
    pub page: Page<TopicRow>,
    /// Internal topics that the list leaves out.
    pub internal_hidden: usize,
}

impl Core {
    /// A new list and its page; topics of `pinned` that match come first, in that order.
    pub async fn topics_list(
        &self,
        cluster: &str,
        internal: bool,
        pinned: &[String],
        args: ViewArgs,
    ) -> Result<TopicPage> {
        let wanted = Wanted::of(&args)?;
        let session = self.session(cluster)?;
        let snapshot = session.snapshot().await?;
        let matching = Matching::new(&session, &snapshot, internal, &wanted);
        let ids = pin(matching.sorted(&session, &args)?, pinned);
        let of = Of::Topics { cluster: cluster.to_owned(), internal };
        let page = args.page;
        let view = self.views().freeze(of, args, snapshot.generation, matching.all, ids)?;
        session.wake();
        Ok(topic_page(&session, &snapshot, &view, page, matching.internal_hidden).await)
    }

    /// Another page of a list.
    pub async fn topics_page(&self, cluster: &str, view: &str, page: usize) -> Result<TopicPage> {
        let (session, view, internal) = self.topics_view(cluster, view)?;
        let snapshot = session.snapshot().await?;
        let everything = Wanted::default();
        let hidden = Matching::new(&session, &snapshot, internal, &everything).internal_hidden;
        Ok(topic_page(&session, &snapshot, &view, page, hidden).await)
    }

    /// Visible rows as they are now.
    pub async fn topics_refresh(
        &self,
        cluster: &str,
        view: &str,
        ids: &[String],
    ) -> Result<Refresh<TopicRow>> {
        let (session, view, internal) = self.topics_view(cluster, view)?;
        let snapshot = session.snapshot().await?;
        session.look_at(ids).await;
        let (rows, gone) = rows_of(&session, &snapshot, ids);
        let now = Matching::new(&session, &snapshot, internal, &Wanted::of(&view.args)?);
        let (added, removed) = view.difference(now.names());
        Ok(Refresh {
            rows,
            gone,
            added,
            removed,
            as_of: as_of(&session, &snapshot),
            warnings: warnings(&session, &snapshot),
        })
    }

    fn topics_view(&self, cluster: &str, view: &str) -> Result<(Arc<Session>, View, bool)> {
        let view = self.views().get(view)?;
        match &view.of {
            Of::Topics { cluster: of, internal } if of == cluster => {
                let internal = *internal;
                Ok((self.session(cluster)?, view, internal))
            }
            _ => Err(Failure::not_found(TextId::ErrorViewExpired)),
        }
    }
}

async fn topic_page(
    session: &Arc<Session>,
    snapshot: &Snapshot,
    view: &View,
    page: usize,
    internal_hidden: usize,
) -> TopicPage {
    let ids = view.page(page);
    session.look_at(ids).await;
    let (rows, _) = rows_of(session, snapshot, ids);
    let page = Page {
        view: view.id.clone(),
        generation: view.generation,
        total: view.ids.len(),
        all: view.all,
        rows,
        as_of: as_of(session, snapshot),
        warnings: warnings(session, snapshot),
    };
    TopicPage { page, internal_hidden }
}

/// The oldest of the columns that are shown.
fn as_of(session: &Session, snapshot: &Snapshot) -> i64 {
    let times = [snapshot.as_of, session.offsets().as_of, session.sizes().as_of];
    times.into_iter().filter(|at| *at > 0).min().unwrap_or(snapshot.as_of)
}

/// Brokers that did not answer, and whether sizes lack what some of them hold.
fn warnings(session: &Session, snapshot: &Snapshot) -> Vec<Text> {
    let partly = session
        .sizes()
        .answering(&snapshot.metadata)
        .map(|of| TextId::WarningSizesPartly.with("answered", of.answered).with("of", of.of));
    silent(session).into_iter().chain(partly).collect()
}

/// "Broker 3 did not answer".
pub(crate) fn silent(session: &Session) -> Vec<Text> {
    let brokers = session.silent_brokers();
    brokers.iter().map(|id| TextId::WarningBrokerSilent.with("broker", id.to_string())).collect()
}

/// Rows of ids in their order, and ids that are no more.
///
/// A snapshot newer than the list's may have come, and with it the end of a topic's "Creating": the newest counts.
fn rows_of(session: &Session, snapshot: &Snapshot, ids: &[String]) -> (Vec<TopicRow>, Vec<String>) {
    let creating = session.overlay.creating();
    let newest = session.newest();
    let snapshot = newest.as_ref().unwrap_or(snapshot);
    let (mut rows, mut gone) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        if session.overlay.is_deleted(id) {
            gone.push(id.clone());
        } else if let Some(topic) = snapshot.metadata.topic(id) {
            rows.push(TopicRow::of(topic, session));
        } else if let Some(new) = creating.iter().find(|new| &new.name == id) {
            rows.push(TopicRow::creating(&new.name, new.partitions, new.replication));
        } else {
            gone.push(id.clone());
        }
    }
    (rows, gone)
}

/// What a list leaves in.
#[derive(Default)]
struct Wanted {
    name: NameFilter,
    conditions: Conditions,
}

impl Wanted {
    fn of(args: &ViewArgs) -> Result<Self> {
        let conditions = args.understood(PROPERTIES)?;
        Ok(Self { name: NameFilter::new(&args.query), conditions })
    }
}

/// Names in their order, but for those of `pinned` that are among them: these come first.
fn pin(names: Vec<String>, pinned: &[String]) -> Vec<String> {
    if pinned.is_empty() {
        return names;
    }
    let first: HashSet<&str> = pinned.iter().map(String::as_str).collect();
    let (here, rest): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| first.contains(name.as_str()));
    let mut here: HashSet<String> = here.into_iter().collect();
    let ordered: Vec<String> = pinned.iter().filter_map(|name| here.take(name)).collect();
    ordered.into_iter().chain(rest).collect()
}

/// Topics that a list shows, unordered.
struct Matching<'a> {
    topics: Vec<&'a Arc<Topic>>,
    creating: Vec<String>,
    all: usize,
    internal_hidden: usize,
}

impl<'a> Matching<'a> {
    fn new(session: &Session, snapshot: &'a Snapshot, internal: bool, wanted: &Wanted) -> Self {
        let reader = filter::Reader::new(session);
        let nothing_written = session.overlay.is_empty();
        let (mut all, mut internal_hidden) = (0, 0);
        let mut topics = Vec::new();
        for topic in &snapshot.metadata.topics {
            if !nothing_written && session.overlay.is_deleted(&topic.name) {
                continue;
            }
            if !internal && is_internal(topic) {
                internal_hidden += 1;
                continue;
            }
            all += 1;
            if wanted.name.matches(&topic.name)
                && wanted.conditions.matches(|key| reader.topic(topic, key))
            {
                topics.push(topic);
            }
        }
        let new = session.overlay.creating().into_iter();
        let new = new.filter(|new| snapshot.metadata.topic(&new.name).is_none());
        let new = new.filter(|new| {
            wanted.name.matches(&new.name)
                && wanted.conditions.matches(|key| filter::creating(new, key))
        });
        let creating: Vec<_> = new.map(|new| new.name).collect();
        all += creating.len();
        Self { topics, creating, all, internal_hidden }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let told = self.topics.iter().map(|topic| topic.name.as_str());
        told.chain(self.creating.iter().map(String::as_str))
    }

    /// Names in order; those that are being created come first.
    fn sorted(&self, session: &Session, args: &ViewArgs) -> Result<Vec<String>> {
        let key = key_of(&args.sort)?;
        let (offsets, sizes) = (session.offsets(), session.sizes());
        let mut keyed: Vec<(Key, &str)> = self
            .topics
            .iter()
            .map(|topic| {
                let of_topic = || offsets.topic(&topic.name);
                let value = match key {
                    By::Name => Key::Same,
                    By::Partitions => Key::Number(Some(topic.partitions.len() as i64)),
                    By::Replication => Key::Number(Some(topic.replication_factor() as i64)),
                    By::Health => Key::Health(health(topic, None)),
                    By::Messages => Key::Number(of_topic().and_then(|o| o.messages())),
                    By::MessagesIn => Key::Rate(of_topic().and_then(|o| o.messages_per_s)),
                    By::Size => Key::Number(sizes.topic(&topic.name)),
                };
                (value, topic.name.as_str())
            })
            .collect();
        keyed.sort_by(|a, b| {
            let (order, names) = (compare(&a.0, &b.0, args.descending), a.1.cmp(b.1));
            let names =
                if matches!(key, By::Name) && args.descending { names.reverse() } else { names };
            order.then(names)
        });
        let sorted = keyed.into_iter().map(|(_, name)| name.to_owned());
        Ok(self.creating.iter().cloned().chain(sorted).collect())
    }
}

#[derive(Debug, Clone, Copy)]
enum By {
    Name,
    Partitions,
    Replication,
    Health,
    Messages,
    MessagesIn,
    Size,
}

fn key_of(sort: &str) -> Result<By> {
    Ok(match sort {
        "" | "name" => By::Name,
        "partitions" => By::Partitions,
        "replication" => By::Replication,
        "health" => By::Health,
        "messages" => By::Messages,
        "messages_in" => By::MessagesIn,
        "size" => By::Size,
        other => return Err(Failure::invalid("sort", TextId::ErrorSort.with("sort", other))),
    })
}

enum Key {
    Same,
    Number(Option<i64>),
    Rate(Option<f64>),
    Health(Health),
}

/// What is not known comes last, whichever the direction.
fn compare(a: &Key, b: &Key, descending: bool) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match (a, b) {
        (Key::Number(Some(a)), Key::Number(Some(b))) => turned(a.cmp(b)),
        (Key::Rate(Some(a)), Key::Rate(Some(b))) => turned(a.total_cmp(b)),
        (Key::Health(a), Key::Health(b)) => turned(a.cmp(b)),
        (Key::Number(None) | Key::Rate(None), Key::Number(Some(_)) | Key::Rate(Some(_))) => {
            Ordering::Greater
        }
        (Key::Number(Some(_)) | Key::Rate(Some(_)), Key::Number(None) | Key::Rate(None)) => {
            Ordering::Less
        }
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_comes_last() {
        for descending in [false, true] {
            let order = compare(&Key::Number(None), &Key::Number(Some(1)), descending);
            assert_eq!(order, Ordering::Greater);
        }
        assert_eq!(compare(&Key::Number(Some(2)), &Key::Number(Some(1)), true), Ordering::Less);
        assert!(key_of("colour").is_err());
    }

    #[test]
    fn pinned_names_come_first_where_they_match() {
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(pin(names("a b c d"), &names("d x b")), names("d b a c"));
        assert_eq!(pin(names("a b"), &[]), names("a b"));
        assert_eq!(pin(names("a b"), &names("b b")), names("b a"), "each once");
    }
}
