//! One window for each home: an operating-system lock held for life, never a pid file.

use crate::failure::{Failure, Result};
use crate::home::Home;

/// Held by the one window of a home; gone when its process is.
#[derive(Debug)]
pub struct AppLock {
    _lock: weir_control::DirLock,
}

impl AppLock {
    /// Takes `app.lock`; `None` when another window of this home holds it.
    pub fn acquire(home: &Home) -> Result<Option<Self>> {
        let lock = weir_control::DirLock::acquire(&home.app_lock()).map_err(Failure::internal)?;
        Ok(lock.map(|lock| Self { _lock: lock }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_window_does_not_get_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path()).unwrap();
        let first = AppLock::acquire(&home).unwrap();
        assert!(first.is_some());
        assert!(AppLock::acquire(&home).unwrap().is_none());
        drop(first);
        assert!(AppLock::acquire(&home).unwrap().is_some());
    }
}
