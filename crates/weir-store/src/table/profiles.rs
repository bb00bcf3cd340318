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

/// Which cluster answered last at a profile's address.
pub(crate) const CREATE_REACHED: &str = "CREATE TABLE reached (
    profile    TEXT NOT NULL PRIMARY KEY,
    cluster_id TEXT NOT NULL
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

    /// Writes what of a profile differs between `before` and `after`, which has its id: what another process has changed
    /// meanwhile stays, as does when it was made. False, with nothing written, when another profile has the name or this one
    /// is gone.
    pub fn update_profile(
        &self,
        before: ProfileRow,
        after: ProfileRow,
    ) -> Result<bool, StoreError> {
        self.keeps()?;
        self.write(move |conn| {
            let sql = "UPDATE OR IGNORE profiles
                 SET name = coalesce(?2, name), bootstrap = coalesce(?3, bootstrap),
                     read_only = coalesce(?4, read_only), production = coalesce(?5, production)
                 WHERE id = ?1";
            let name = (after.name != before.name).then_some(after.name);
            let bootstrap = (after.bootstrap != before.bootstrap).then_some(after.bootstrap);
            let read_only = (after.read_only != before.read_only).then_some(after.read_only);
            let production = (after.production != before.production).then_some(after.production);
            let values = (after.id, name, bootstrap, read_only, production);
            Ok(conn.prepare(sql)?.execute(values)? == 1)
        })
    }

    /// The id of the cluster that answered last at a profile's address, once one did.
    pub fn reached(&self, profile: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT cluster_id FROM reached WHERE profile = ?1";
            Ok(conn.prepare(sql)?.query_row([profile], |row| row.get(0)).optional()?)
        })
    }

    pub fn put_reached(&self, profile: &str, cluster_id: &str) -> Result<(), StoreError> {
        self.keeps()?;
        let (profile, cluster_id) = (profile.to_owned(), cluster_id.to_owned());
        self.write(move |conn| {
            let sql = "INSERT OR REPLACE INTO reached (profile, cluster_id) VALUES (?1, ?2)";
            conn.prepare(sql)?.execute([profile, cluster_id])?;
            Ok(())
        })
    }

    /// Whether there was one.
    pub fn remove_profile(&self, id: &str) -> Result<bool, StoreError> {
        self.keeps()?;
        let id = id.to_owned();
        self.write(move |conn| {
            conn.prepare("DELETE FROM reached WHERE profile = ?1")?.execute([&id])?;
            Ok(conn.prepare("DELETE FROM profiles WHERE id = ?1")?.execute([id])? == 1)
        })
    }
}
