//! Versions of the database by `user_version`: additive, in order, each in one transaction with its number.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;
use crate::table;

/// Version N is what the first N entries make. Never edit an entry that was released: add one.
pub(crate) const MIGRATIONS: &[&str] = &[
    table::settings::CREATE,
    table::profiles::CREATE,
    table::operations::CREATE,
    table::undo::CREATE,
    table::profiles::CREATE_REACHED,
];

/// Brings the database at `path` to the newest version; a copy of an older one is kept beside it first.
///
/// # Errors
/// [`StoreError::Newer`] when a newer Weir wrote it, [`StoreError::Foreign`] when another program did: nothing is changed
/// then.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(conn)?;
    let supported = MIGRATIONS.len() as i64;
    if found > supported {
        return Err(StoreError::Newer { path: path.to_owned(), found, supported });
    }
    if found < 0 || found == 0 && has_tables(conn)? {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    if found > 0 && found < supported {
        back_up(conn, path, found)?;
    }
    upgrade(conn, found)
}

/// Another program's: ours have a version from their first table on.
fn has_tables(conn: &Connection) -> Result<bool, rusqlite::Error> {
    conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// Makes what a database of version `found` lacks.
pub(crate) fn upgrade(conn: &mut Connection, found: i64) -> Result<(), StoreError> {
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        let step = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", index as i64 + 1)?;
        step.commit()?;
    }
    Ok(())
}

pub(crate) fn version(conn: &Connection) -> Result<i64, rusqlite::Error> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn back_up(conn: &Connection, path: &Path, found: i64) -> Result<(), StoreError> {
    let copy = backup_path(path, found);
    let failed = |source| StoreError::Backup { path: copy.clone(), source };
    let _ = std::fs::remove_file(&copy); // of an upgrade that was interrupted; VACUUM INTO wants a new file
    conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(failed)?;
    Ok(())
}

fn backup_path(path: &Path, found: i64) -> PathBuf {
    path.with_extension(format!("v{found}.bak"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_version(path: &Path, version: usize) {
        let conn = Connection::open(path).unwrap();
        for sql in &MIGRATIONS[..version.min(MIGRATIONS.len())] {
            conn.execute_batch(sql).unwrap();
        }
        conn.pragma_update(None, "user_version", version as i64).unwrap();
    }

    #[test]
    fn an_older_database_is_copied_and_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weir.db");
        at_version(&path, 1);
        Connection::open(&path)
            .unwrap()
            .execute("INSERT INTO settings VALUES ('theme', 'dark')", [])
            .unwrap();
        let mut conn = Connection::open(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        assert_eq!(version(&conn).unwrap(), MIGRATIONS.len() as i64);
        let copy = Connection::open(dir.path().join("weir.v1.bak")).unwrap();
        assert_eq!(version(&copy).unwrap(), 1, "the copy is of the version before");
        let theme: String =
            copy.query_row("SELECT value FROM settings", [], |row| row.get(0)).unwrap();
        assert_eq!(theme, "dark");
    }

    #[test]
    fn another_programs_database_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weir.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE settings (a, b)").unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = migrate(&mut Connection::open(&path).unwrap(), &path).unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_newer_database_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weir.db");
        at_version(&path, 99);
        let before = std::fs::read(&path).unwrap();
        let error = migrate(&mut Connection::open(&path).unwrap(), &path).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
