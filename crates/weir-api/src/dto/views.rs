use serde::{Deserialize, Serialize};
use ts_rs::TS;
use weir_core::views as core;

use super::{FromCore, I64, Text};

/// How a list is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ViewArgs {
    /// Words that a name must contain.
    pub query: String,
    /// What rows must meet besides.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// One of the conditions is enough.
    #[serde(default)]
    pub any: bool,
    /// A column's name; "" is by name.
    pub sort: String,
    pub descending: bool,
    /// From 1.
    pub page: u32,
    /// 1 to 100.
    pub page_size: u32,
}

/// A condition on one property of a row; which there are and how they compare depends on the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Condition {
    /// "" is the name.
    pub property: String,
    /// `=`, `!=`, `:` (contains), `!:`, `^` (begins with), `!^`, `<`, `<=`, `>`, `>=`.
    pub operator: String,
    /// Numbers as people write them: `1,200`, `1.5k`, `64 MiB`.
    pub value: String,
}

impl From<Condition> for weir_domain::Condition {
    fn from(Condition { property, operator, value }: Condition) -> Self {
        Self { property, operator, value }
    }
}

impl From<ViewArgs> for core::ViewArgs {
    fn from(args: ViewArgs) -> Self {
        Self {
            query: args.query,
            conditions: args.conditions.into_iter().map(Into::into).collect(),
            any: args.any,
            sort: args.sort,
            descending: args.descending,
            page: args.page as usize,
            page_size: super::page_size(args.page_size),
        }
    }
}

/// One page of a frozen list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Page<Row> {
    pub view: String,
    pub generation: u32,
    /// After the filter.
    pub total: u32,
    /// Before the filter.
    pub all: u32,
    pub rows: Vec<Row>,
    pub as_of: I64,
    pub warnings: Vec<Text>,
}

impl<T, Row: FromCore<T>> FromCore<core::Page<T>> for Page<Row> {
    fn from_core(page: core::Page<T>) -> Self {
        Self {
            view: page.view,
            generation: page.generation as u32,
            total: FromCore::from_core(page.total),
            all: FromCore::from_core(page.all),
            rows: FromCore::from_core(page.rows),
            as_of: FromCore::from_core(page.as_of),
            warnings: FromCore::from_core(page.warnings),
        }
    }
}

/// Visible rows as they are now, and what a new list would show differently.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Refresh<Row> {
    pub rows: Vec<Row>,
    /// Of the ids asked for, those that are no more.
    pub gone: Vec<String>,
    pub added: u32,
    pub removed: u32,
    pub as_of: I64,
    pub warnings: Vec<Text>,
}

impl<T, Row: FromCore<T>> FromCore<core::Refresh<T>> for Refresh<Row> {
    fn from_core(refresh: core::Refresh<T>) -> Self {
        Self {
            rows: FromCore::from_core(refresh.rows),
            gone: refresh.gone,
            added: FromCore::from_core(refresh.added),
            removed: FromCore::from_core(refresh.removed),
            as_of: FromCore::from_core(refresh.as_of),
            warnings: FromCore::from_core(refresh.warnings),
        }
    }
}
