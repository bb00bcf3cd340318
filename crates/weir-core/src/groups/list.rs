//! The groups list: all groups with their lags in a handful of requests; filtered, sorted and paged here.

use std::cmp::Ordering;
use std::sync::Arc;

use weir_domain::conditions::{Conditions, Found, Property, PropertyKind};
use weir_domain::filter::NameFilter;

use super::GroupRow;
use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::session::{GroupEntry, GroupTable, Session};
use crate::text::{Text, TextId};
use crate::time::now_ms;
use crate::topics::silent;
use crate::views::{Of, Page, Refresh, View, ViewArgs};

/// Lags read so long ago are read again before they answer.
const STALE_MS: i64 = 5_000;

impl Core {
    /// A new list and its page.
    pub async fn groups_list(&self, cluster: &str, args: ViewArgs) -> Result<Page<GroupRow>> {
        let session = self.session(cluster)?;
        let groups = fresh(&session).await?;
        let ids = sorted(&groups, &args)?;
        let of = Of::Groups { cluster: cluster.to_owned() };
        let page = args.page;
        let all = groups.groups.len();
        let view = self.views().freeze(of, args, groups.as_of.unsigned_abs(), all, ids)?;
        Ok(group_page(&session, &groups, &view, page))
    }

    /// Another page of a list.
    pub async fn groups_page(
        &self,
        cluster: &str,
        view: &str,
        page: usize,
    ) -> Result<Page<GroupRow>> {
        let (session, view) = self.groups_view(cluster, view)?;
        let groups = fresh(&session).await?;
        Ok(group_page(&session, &groups, &view, page))
    }

    /// Visible rows as they are now.
    pub async fn groups_refresh(
        &self,
        cluster: &str,
        view: &str,
        ids: &[String],
    ) -> Result<Refresh<GroupRow>> {
        let (session, view) = self.groups_view(cluster, view)?;
        let groups = fresh(&session).await?;
        let (rows, gone) = rows_of(&groups, ids);
        let wanted = Wanted::of(&view.args)?;
        let (added, removed) = view.difference(matching(&groups, &wanted).map(name));
        Ok(Refresh {
            rows,
            gone,
            added,
            removed,
            as_of: groups.as_of,
            warnings: warnings(&session, &groups),
        })
    }

    fn groups_view(&self, cluster: &str, view: &str) -> Result<(Arc<Session>, View)> {
        let view = self.views().get(view)?;
        match &view.of {
            Of::Groups { cluster: of } if of == cluster => Ok((self.session(cluster)?, view)),
            _ => Err(Failure::not_found(TextId::ErrorViewExpired)),
        }
    }
}

/// The table, read again if nobody has for a while.
pub(super) async fn fresh(session: &Session) -> Result<Arc<GroupTable>> {
    if session.groups().as_of < now_ms() - STALE_MS {
        session.read_groups().await?;
    }
    session.wake();
    Ok(session.groups())
}

fn group_page(session: &Session, groups: &GroupTable, view: &View, page: usize) -> Page<GroupRow> {
    let (rows, _) = rows_of(groups, view.page(page));
    Page {
        view: view.id.clone(),
        generation: view.generation,
        total: view.ids.len(),
        all: view.all,
        rows,
        as_of: groups.as_of,
        warnings: warnings(session, groups),
    }
}

/// Brokers that did not answer, and what that means for the groups that they coordinate.
fn warnings(session: &Session, groups: &GroupTable) -> Vec<Text> {
    let mut warnings = silent(session);
    warnings.extend(
        groups
            .silent()
            .map(|(count, seen)| TextId::WarningGroupsSilent.with("count", count).with("at", seen)),
    );
    warnings
}

fn rows_of(groups: &GroupTable, ids: &[String]) -> (Vec<GroupRow>, Vec<String>) {
    let (mut rows, mut gone) = (Vec::new(), Vec::new());
    for id in ids {
        match groups.get(id) {
            Some(entry) => rows.push(GroupRow::of(entry)),
            None => gone.push(id.clone()),
        }
    }
    (rows, gone)
}

/// What the groups list can be filtered by.
const PROPERTIES: &[Property] = &[
    Property { key: "name", kind: PropertyKind::Text },
    Property { key: "state", kind: PropertyKind::Word },
    Property { key: "type", kind: PropertyKind::Word },
    Property { key: "members", kind: PropertyKind::Number },
    Property { key: "topics", kind: PropertyKind::Number },
    Property { key: "lag", kind: PropertyKind::Number },
    Property { key: "coordinator", kind: PropertyKind::Number },
];

/// What a list leaves in.
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

fn property<'a>(entry: &'a GroupEntry, key: &str) -> Found<'a> {
    let summary = &entry.summary;
    match key {
        "name" => Found::Text(&summary.group_id),
        "state" => Found::Text(summary.state.name()),
        "type" => Found::Text(summary.kind.name()),
        "members" => Found::Number(f64::from(entry.members)),
        "topics" => Found::Number(entry.topics.len() as f64),
        "lag" => entry.lag.map_or(Found::Unknown, |lag| Found::Number(lag as f64)),
        "coordinator" if summary.coordinator_id >= 0 => {
            Found::Number(f64::from(summary.coordinator_id))
        }
        _ => Found::Unknown,
    }
}

fn matching<'a>(groups: &'a GroupTable, wanted: &Wanted) -> impl Iterator<Item = &'a GroupEntry> {
    groups.groups.iter().filter(|entry| {
        wanted.name.matches(name(entry)) && wanted.conditions.matches(|key| property(entry, key))
    })
}

fn name(entry: &GroupEntry) -> &str {
    &entry.summary.group_id
}

fn sorted(groups: &GroupTable, args: &ViewArgs) -> Result<Vec<String>> {
    let mut found: Vec<&GroupEntry> = matching(groups, &Wanted::of(args)?).collect();
    let by: fn(&GroupEntry, &GroupEntry) -> Ordering = match args.sort.as_str() {
        "" | "name" => |_, _| Ordering::Equal,
        "state" => |a, b| a.summary.state.name().cmp(b.summary.state.name()),
        "members" => |a, b| a.members.cmp(&b.members),
        "topics" => |a, b| a.topics.len().cmp(&b.topics.len()),
        "lag" => |a, b| a.lag.cmp(&b.lag),
        other => return Err(Failure::invalid("sort", TextId::ErrorSort.with("sort", other))),
    };
    let by_name = matches!(args.sort.as_str(), "" | "name");
    found.sort_by(|a, b| {
        let unknown = if args.sort == "lag" {
            a.lag.is_none().cmp(&b.lag.is_none())
        } else {
            Ordering::Equal
        };
        let order = if args.descending { by(b, a) } else { by(a, b) };
        let names = name(a).cmp(name(b));
        let names = if by_name && args.descending { names.reverse() } else { names };
        unknown.then(order).then(names)
    });
    Ok(found.into_iter().map(|entry| name(entry).to_owned()).collect())
}
