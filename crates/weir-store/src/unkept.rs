//! A database in memory, for a program that has to go on where the one on disk cannot be written.

use std::path::Path;

use rusqlite::Connection;

use crate::migrate::{self, MIGRATIONS};
use crate::{Store, StoreError};

/// The tables by the version that made them.
const TABLES: [&str; MIGRATIONS.len()] = ["settings", "profiles", "operations", "undo", "reached"];

impl Store {
    /// An empty database that ends with this value.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut conn = Connection::open_in_memory()?;
        migrate::upgrade(&mut conn, 0)?;
        Self::unkept(conn)
    }

    /// What the database at `path` holds, in memory: nothing is written to the disk, changes to settings and profiles
    /// are refused ([`StoreError::NotKept`]), operations are remembered for as long as this value lives.
    ///
    /// # Errors
    /// [`StoreError::Newer`], or that the file cannot be read.
    pub fn copy_of(path: &Path) -> Result<Self, StoreError> {
        // An immutable file needs no shared memory beside it, for which a full disk has no room; what another process has
        // only written to its log so far is not in it.
        copied(path, "mode=ro").or_else(|error| match error {
            StoreError::Newer { .. } => Err(error),
            _ => copied(path, "immutable=1"),
        })
    }
}

fn copied(path: &Path, how: &str) -> Result<Store, StoreError> {
    let mut conn = Connection::open_in_memory()?;
    migrate::upgrade(&mut conn, 0)?;
    conn.execute("ATTACH ?1 AS disk", [format!("file:{}?{how}", escaped(path))])?;
    let found: i64 = conn.query_row("PRAGMA disk.user_version", [], |row| row.get(0))?;
    let supported = MIGRATIONS.len() as i64;
    if found > supported {
        return Err(StoreError::Newer { path: path.to_owned(), found, supported });
    }
    for table in TABLES.iter().take(usize::try_from(found).unwrap_or(0)) {
        conn.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM disk.{table}"))?;
    }
    conn.execute_batch("DETACH disk")?;
    Store::unkept(conn)
}

/// A path as SQLite's file addresses want it.
fn escaped(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match plain(*byte) {
            true => text.push(char::from(*byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
