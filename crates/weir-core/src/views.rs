//! Frozen lists: a view is the ordered ids of a list as it was when asked for, so that paging and live cells never
//! reorder what somebody looks at. What came or went since waits for the next list.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use weir_domain::conditions::{Condition, ConditionError, Conditions, Property};

use crate::failure::{Failure, Result};
use crate::text::{Text, TextId};
use crate::time::random_hex;

/// Views kept at once; the one that was used least recently goes.
pub const VIEWS_MAX: usize = 64;
/// A view that is not used for so long is forgotten.
pub const LEASE: Duration = Duration::from_secs(180);

/// How a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewArgs {
    /// Words that a name must contain.
    pub query: String,
    /// What rows must meet besides.
    pub conditions: Vec<Condition>,
    /// One of the conditions is enough.
    pub any: bool,
    pub sort: String,
    pub descending: bool,
    /// From 1.
    pub page: usize,
    /// 1 to 100.
    pub page_size: usize,
}

impl ViewArgs {
    /// The conditions, read for a list with `properties`.
    pub(crate) fn understood(&self, properties: &'static [Property]) -> Result<Conditions> {
        Conditions::new(&self.conditions, self.any, properties).map_err(|error| {
            let text = match error {
                ConditionError::Property(name) => TextId::FilterProperty.with("property", name),
                ConditionError::Operator { property, operator } => {
                    TextId::FilterOperator.with("property", property).with("operator", operator)
                }
                ConditionError::Number(value) => TextId::FilterNumber.with("value", value),
                ConditionError::TooMany => {
                    TextId::FilterTooMany.with("max", weir_domain::conditions::CONDITIONS_MAX)
                }
            };
            Failure::invalid("conditions", text)
        })
    }
}

/// One page of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<Row> {
    pub view: String,
    pub generation: u64,
    /// After the filter.
    pub total: usize,
    /// Before the filter.
    pub all: usize,
    pub rows: Vec<Row>,
    /// Milliseconds since the epoch: when the oldest shown column was read.
    pub as_of: i64,
    pub warnings: Vec<Text>,
}

/// Visible rows as they are now, and what a new list would show differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Refresh<Row> {
    pub rows: Vec<Row>,
    /// Of the ids asked for, those that are no more.
    pub gone: Vec<String>,
    /// Ids that match now and are not in the view.
    pub added: usize,
    /// Ids of the view that match no more.
    pub removed: usize,
    pub as_of: i64,
    pub warnings: Vec<Text>,
}

/// A frozen list.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) of: Of,
    pub(crate) args: ViewArgs,
    pub(crate) generation: u64,
    pub(crate) all: usize,
    pub(crate) ids: Arc<Vec<String>>,
    used: Instant,
}

/// What a view lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Of {
    Topics { cluster: String, internal: bool },
    Groups { cluster: String },
}

#[derive(Debug, Default)]
pub(crate) struct Views {
    views: Mutex<HashMap<String, View>>,
}

impl Views {
    pub(crate) fn freeze(
        &self,
        of: Of,
        args: ViewArgs,
        generation: u64,
        all: usize,
        ids: Vec<String>,
    ) -> Result<View> {
        let id = format!("v-{}", random_hex::<6>()?);
        let view = View { id, of, args, generation, all, ids: Arc::new(ids), used: Instant::now() };
        let mut views = self.lock();
        views.retain(|_, view| view.used.elapsed() < LEASE);
        if views.len() >= VIEWS_MAX {
            let oldest = views.values().min_by_key(|view| view.used).map(|view| view.id.clone());
            oldest.and_then(|id| views.remove(&id));
        }
        views.insert(view.id.clone(), view.clone());
        Ok(view)
    }

    /// The view, its lease renewed.
    pub(crate) fn get(&self, id: &str) -> Result<View> {
        let mut views = self.lock();
        let view = views.get_mut(id).filter(|view| view.used.elapsed() < LEASE);
        let view = view.ok_or_else(|| Failure::not_found(TextId::ErrorViewExpired))?;
        view.used = Instant::now();
        Ok(view.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View {
    /// The ids of one page; the last one when `page` is beyond it.
    pub(crate) fn page(&self, page: usize) -> &[String] {
        let size = self.args.page_size.max(1);
        let last = self.ids.len().div_ceil(size).max(1);
        let first = (page.clamp(1, last) - 1) * size;
        &self.ids[first.min(self.ids.len())..(first + size).min(self.ids.len())]
    }

    /// How many ids came and went, given those that match now.
    pub(crate) fn difference<'a>(&self, now: impl Iterator<Item = &'a str>) -> (usize, usize) {
        let known: std::collections::HashSet<&str> = self.ids.iter().map(String::as_str).collect();
        let (mut added, mut kept) = (0, 0);
        for id in now {
            if known.contains(id) {
                kept += 1;
            } else {
                added += 1;
            }
        }
        (added, known.len() - kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(page_size: usize) -> ViewArgs {
        let (query, sort) = (String::new(), "name".to_owned());
        let conditions = Vec::new();
        ViewArgs { query, conditions, any: false, sort, descending: false, page: 1, page_size }
    }

    fn freeze(views: &Views, ids: &[&str]) -> View {
        let of = Of::Groups { cluster: "one".to_owned() };
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        views.freeze(of, args(2), 1, 9, ids).unwrap()
    }

    #[test]
    fn pages_of_a_view() {
        let view = freeze(&Views::default(), &["a", "b", "c"]);
        assert_eq!(view.page(1), ["a", "b"]);
        assert_eq!(view.page(2), ["c"]);
        assert_eq!(view.page(9), ["c"], "beyond the end is the last");
        assert_eq!(view.page(0), ["a", "b"]);
        assert!(freeze(&Views::default(), &[]).page(1).is_empty());
    }

    #[test]
    fn what_came_and_what_went() {
        let view = freeze(&Views::default(), &["a", "b", "c"]);
        assert_eq!(view.difference(["b", "c", "d", "e"].into_iter()), (2, 1));
        assert_eq!(view.difference(["a", "b", "c"].into_iter()), (0, 0));
    }

    /// As if the view had not been used for `unused` when it was last looked at.
    fn leave(views: &Views, id: &str, unused: Duration) {
        views.lock().get_mut(id).unwrap().used -= unused;
    }

    #[test]
    fn a_view_that_nobody_asks_for_is_dropped() {
        let views = Views::default();
        let view = freeze(&views, &["a"]);
        leave(&views, &view.id, LEASE - Duration::from_secs(60));
        views.get(&view.id).unwrap();
        leave(&views, &view.id, LEASE - Duration::from_secs(60));
        assert!(views.get(&view.id).is_ok(), "each use renews the lease");
        leave(&views, &view.id, LEASE);
        let expired = views.get(&view.id).unwrap_err();
        assert_eq!(expired.text.id, TextId::ErrorViewExpired);
        assert_eq!(views.lock().len(), 1);
        let next = freeze(&views, &["b"]);
        let kept: Vec<_> = views.lock().keys().cloned().collect();
        assert_eq!(kept, [next.id], "its ids are let go of with the next list");
    }

    #[test]
    fn the_least_recently_used_goes() {
        let views = Views::default();
        let first = freeze(&views, &["a"]);
        let second = freeze(&views, &["b"]);
        for _ in 2..VIEWS_MAX {
            freeze(&views, &[]);
        }
        views.get(&first.id).unwrap();
        freeze(&views, &[]);
        assert!(views.get(&first.id).is_ok());
        assert!(views.get(&second.id).is_err(), "65 views are one too many");
        assert_eq!(views.lock().len(), VIEWS_MAX);
    }
}
