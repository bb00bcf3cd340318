//! `undo`: what takes a change back that is too large for its operation to hold, of the newest few.

use rusqlite::OptionalExtension as _;

use crate::{Store, StoreError};

pub(crate) const CREATE: &str = "CREATE TABLE undo (
    operation TEXT NOT NULL PRIMARY KEY,
    made_at   INTEGER NOT NULL,
    body      TEXT NOT NULL
) STRICT";

/// Older ones than the newest so many are forgotten.
pub const KEPT: i64 = 10;

impl Store {
    /// Keeps what undoes an operation, as its writer reads it back. `made_at`: milliseconds since the epoch.
    pub fn put_undo(&self, operation: &str, made_at: i64, body: String) -> Result<(), StoreError> {
        let operation = operation.to_owned();
        self.write(move |conn| {
            let sql = "INSERT OR REPLACE INTO undo (operation, made_at, body) VALUES (?1, ?2, ?3)";
            conn.execute(sql, (operation, made_at, body))?;
            let sql = "DELETE FROM undo WHERE operation NOT IN
                       (SELECT operation FROM undo ORDER BY made_at DESC, rowid DESC LIMIT ?1)";
            conn.execute(sql, [KEPT])?;
            Ok(())
        })
    }

    pub fn undo(&self, operation: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT body FROM undo WHERE operation = ?1";
            Ok(conn.prepare(sql)?.query_row([operation], |row| row.get(0)).optional()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let store = Store::in_memory().unwrap();
        for n in 0..=KEPT {
            store.put_undo(&n.to_string(), n, format!("back {n}")).unwrap();
        }
        assert_eq!(store.undo("0").unwrap(), None);
        assert_eq!(store.undo("1").unwrap().as_deref(), Some("back 1"));
        store.put_undo("1", KEPT + 1, "anew".to_owned()).unwrap();
        assert_eq!(store.undo("1").unwrap().as_deref(), Some("anew"));
        assert_eq!(store.undo("2").unwrap().as_deref(), Some("back 2"));
    }
}
