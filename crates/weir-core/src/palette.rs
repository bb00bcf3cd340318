//! The palette: every cluster, topic, group and broker by typing. Only what is known is searched; nothing is asked.

use crate::core::Core;
use crate::failure::Result;
use crate::session::Session;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: FoundKind,
    /// Its id.
    pub cluster: String,
    pub name: String,
    /// The cluster's name, a broker's address.
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundKind {
    Cluster,
    Topic,
    Group,
    Broker,
}

pub const LIMIT_MAX: usize = 20;

/// How well a name matches: the whole, its beginning, a word's beginning, anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Whole,
    Beginning,
    Word,
    Anywhere,
}

impl Core {
    /// At most `limit` (20), best first; those of `cluster` before others that match as well.
    pub async fn palette_search(
        &self,
        query: &str,
        cluster: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Found>> {
        let query = query.trim().to_lowercase();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut best = Best { query, preferred: cluster, found: Vec::new() };
        for row in self.clusters().await? {
            best.offer(FoundKind::Cluster, &row.id, &row.name, || None);
            if let Some(session) = self.open_session(&row.id) {
                best.search(&session, &row.id, &row.name);
            }
        }
        Ok(best.finish(limit.min(LIMIT_MAX)))
    }
}

struct Best<'a> {
    query: String,
    preferred: Option<&'a str>,
    found: Vec<((Rank, bool, FoundKind, usize), Found)>,
}

impl Best<'_> {
    fn search(&mut self, session: &Session, cluster: &str, name: &str) {
        let of = || Some(name.to_owned());
        if let Some(snapshot) = session.newest() {
            for topic in &snapshot.metadata.topics {
                self.offer(FoundKind::Topic, cluster, &topic.name, of);
            }
            for broker in &snapshot.metadata.cluster.brokers {
                let address = || Some(format!("{}:{} · {name}", broker.host, broker.port));
                self.offer(FoundKind::Broker, cluster, &broker.id.to_string(), address);
            }
        }
        for group in &session.groups().groups {
            self.offer(FoundKind::Group, cluster, &group.summary.group_id, of);
        }
    }

    fn offer(
        &mut self,
        kind: FoundKind,
        cluster: &str,
        name: &str,
        detail: impl Fn() -> Option<String>,
    ) {
        let Some(rank) = rank(name, &self.query) else { return };
        let elsewhere = self.preferred.is_some_and(|preferred| preferred != cluster);
        let found =
            Found { kind, cluster: cluster.to_owned(), name: name.to_owned(), detail: detail() };
        self.found.push(((rank, elsewhere, kind, name.len()), found));
    }

    fn finish(mut self, limit: usize) -> Vec<Found> {
        self.found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
        self.found.into_iter().take(limit).map(|(_, found)| found).collect()
    }
}

/// `query` is lower case. Several words must each occur.
fn rank(name: &str, query: &str) -> Option<Rank> {
    let name = name.to_lowercase();
    if name == query {
        return Some(Rank::Whole);
    }
    if name.starts_with(query) {
        return Some(Rank::Beginning);
    }
    let mut worst = Rank::Word;
    for word in query.split_whitespace() {
        let at = name.find(word)?;
        let begins = at == 0 || name[..at].ends_with(|c: char| !c.is_alphanumeric());
        worst = worst.max(if begins { Rank::Word } else { Rank::Anywhere });
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks() {
        assert_eq!(rank("Orders", "orders"), Some(Rank::Whole));
        assert_eq!(rank("orders.eu", "ord"), Some(Rank::Beginning));
        assert_eq!(rank("eu.orders", "ord"), Some(Rank::Word));
        assert_eq!(rank("reorder", "ord"), Some(Rank::Anywhere));
        assert_eq!(rank("eu.orders", "ord eu"), Some(Rank::Word));
        assert_eq!(rank("payments", "ord"), None);
    }
}
