//! `profiles`: remote clusters that a person connected to. No secret is in it.

use rusqlite::{OptionalExtension as _, Row};

use crate::{Store, StoreError};

pub(crate) const CREATE: &str = "CREATE TABLE profiles (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    bootstrap  TEXT NOT NULL,
    read_only  INTEGER NOT NULL,
    production INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT";

const COLUMNS: &str = "id, name, bootstrap, read_only, production, created_at";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    pub id: String,
    /// Unique among profiles.
    pub name: String,
    /// `host:port,host:port`
    pub bootstrap: String,
    pub read_only: bool,
    pub production: bool,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

impl ProfileRow {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            bootstrap: row.get(2)?,
            read_only: row.get(3)?,
            production: row.get(4)?,
            created_at: row.get(5)?,
        })
    }
}

impl Store {
    /// In order of name.
    pub fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM profiles ORDER BY name COLLATE NOCASE, id");
            let mut query = conn.prepare(&sql)?;
            let rows = query.query_map([], ProfileRow::read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn profile(&self, id: &str) -> Result<Option<ProfileRow>, StoreError> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM profiles WHERE id = ?1");
            Ok(conn.prepare(&sql)?.query_row([id], ProfileRow::read).optional()?)
        })
    }

    /// False when another profile has the name: nothing is written then.
    pub fn add_profile(&self, row: ProfileRow) -> Result<bool, StoreError> {
        self.keeps()?;
        self.write(move |conn| {
            let sql = format!(
                "INSERT INTO profiles ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO NOTHING"
            );
            let added = conn.prepare(&sql)?.execute((
                row.id,
                row.name,
                row.bootstrap,
                row.read_only,
                row.production,
                row.created_at,
            ))?;
            Ok(added == 1)
        })
    }

    /// Whether there was one.
    pub fn remove_profile(&self, id: &str) -> Result<bool, StoreError> {
        self.keeps()?;
        let id = id.to_owned();
        self.write(move |conn| {
            Ok(conn.prepare("DELETE FROM profiles WHERE id = ?1")?.execute([id])? == 1)
        })
    }
}
