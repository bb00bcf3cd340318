//! `operations`: what the core did to clusters. What keeper and engine did stands in the cluster's directory.

use rusqlite::{OptionalExtension as _, Row};

use crate::{Store, StoreError};

pub(crate) const CREATE: &str = "CREATE TABLE operations (
    id         TEXT NOT NULL PRIMARY KEY,
    cluster    TEXT,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX operations_by_time ON operations (started_at DESC);
CREATE INDEX operations_by_cluster ON operations (cluster, started_at DESC)";

const COLUMNS: &str = "id, cluster, kind, state, started_at, ended_at, body";

/// Older operations than the newest so many are forgotten.
pub const KEPT: i64 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    pub id: String,
    pub cluster: Option<String>,
    pub kind: String,
    /// `running`, `done`, `failed`, `partly`, `unknown`.
    pub state: String,
    /// Milliseconds since the epoch.
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// The rest, as JSON that its writer reads back.
    pub body: String,
}

impl OperationRow {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            cluster: row.get(1)?,
            kind: row.get(2)?,
            state: row.get(3)?,
            started_at: row.get(4)?,
            ended_at: row.get(5)?,
            body: row.get(6)?,
        })
    }
}

/// Which operations to read, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationFilter {
    pub cluster: Option<String>,
    /// At most so many.
    pub limit: i64,
}

impl Store {
    /// Writes an operation as it now is.
    pub fn put_operation(&self, row: OperationRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            let sql = format!(
                "INSERT INTO operations ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET state = excluded.state,
                     ended_at = excluded.ended_at, body = excluded.body"
            );
            conn.prepare(&sql)?.execute((
                row.id,
                row.cluster,
                row.kind,
                row.state,
                row.started_at,
                row.ended_at,
                row.body,
            ))?;
            Ok(())
        })
    }

    /// Writes an operation's end, unless it has ended or is gone: whoever had it may still be at work. Whether it was.
    pub fn end_operation(&self, row: OperationRow) -> Result<bool, StoreError> {
        self.write(move |conn| {
            let sql = "UPDATE operations SET state = ?2, ended_at = ?3, body = ?4
                       WHERE id = ?1 AND state = 'running'";
            let values = (row.id, row.state, row.ended_at, row.body);
            Ok(conn.prepare(sql)?.execute(values)? == 1)
        })
    }

    pub fn operation(&self, id: &str) -> Result<Option<OperationRow>, StoreError> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM operations WHERE id = ?1");
            Ok(conn.prepare(&sql)?.query_row([id], OperationRow::read).optional()?)
        })
    }

    /// Newest first.
    pub fn operations(&self, filter: &OperationFilter) -> Result<Vec<OperationRow>, StoreError> {
        self.read(|conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM operations WHERE ?1 IS NULL OR cluster = ?1
                 ORDER BY started_at DESC, id DESC LIMIT ?2"
            );
            let mut query = conn.prepare(&sql)?;
            let rows = query.query_map((&filter.cluster, filter.limit), OperationRow::read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Forgets all but the newest [`KEPT`]; how many went.
    pub fn prune_operations(&self) -> Result<usize, StoreError> {
        self.write(|conn| {
            let sql = "DELETE FROM operations WHERE state <> 'running' AND id NOT IN
                       (SELECT id FROM operations ORDER BY started_at DESC LIMIT ?1)";
            Ok(conn.execute(sql, [KEPT])?)
        })
    }
}
