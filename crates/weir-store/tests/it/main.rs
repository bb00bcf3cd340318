#![allow(clippy::unwrap_used, reason = "tests")]

mod many;
mod operations;
mod profiles;
mod settings;
mod unkept;

use weir_store::Store;

/// A store of its own, gone with the directory.
fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("weir.db")).unwrap();
    (dir, store)
}
