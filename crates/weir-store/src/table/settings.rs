//! `settings`: one row a setting that was ever changed; everything else has its default.

use std::collections::BTreeMap;

use crate::{Store, StoreError};

pub(crate) const CREATE: &str = "CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT";

impl Store {
    /// Every setting that differs, or once differed, from its default.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare("SELECT name, value FROM settings")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Sets all of `values`, or none.
    pub fn put_settings(&self, values: Vec<(String, String)>) -> Result<(), StoreError> {
        self.write(move |conn| {
            let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            let mut put = conn.prepare(sql)?;
            for (name, value) in &values {
                put.execute((name, value))?;
            }
            Ok(())
        })
    }
}
