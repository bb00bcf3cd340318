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
        self.change_settings(Vec::new(), values)
    }

    /// Forgets the settings of `gone`, then sets all of `values`; all of it or nothing.
    pub fn change_settings(
        &self,
        gone: Vec<String>,
        values: Vec<(String, String)>,
    ) -> Result<(), StoreError> {
        self.keeps()?;
        self.write(move |conn| {
            let mut forget = conn.prepare("DELETE FROM settings WHERE name = ?1")?;
            for name in &gone {
                forget.execute([name])?;
            }
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
