//! The groups list: all groups with their lags in a handful of requests; filtered, sorted and paged here.

use std::cmp::Ordering;
use std::sync::Arc;

use weir_domain::filter::NameFilter;

use super::GroupRow;
use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::session::{GroupEntry, GroupTable, Session};
use crate::text::TextId;
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
        let filter = NameFilter::new(&view.args.query);
        let (added, removed) = view.difference(matching(&groups, &filter).map(name));
        Ok(Refresh { rows, gone, added, removed, as_of: groups.as_of })
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
        warnings: silent(session),
    }
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

fn matching<'a>(
    groups: &'a GroupTable,
    filter: &NameFilter,
) -> impl Iterator<Item = &'a GroupEntry> {
    groups.groups.iter().filter(|entry| filter.matches(name(entry)))
}

fn name(entry: &GroupEntry) -> &str {
    &entry.summary.group_id
}

fn sorted(groups: &GroupTable, args: &ViewArgs) -> Result<Vec<String>> {
    let filter = NameFilter::new(&args.query);
    let mut found: Vec<&GroupEntry> = matching(groups, &filter).collect();
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
