//! A disk that takes its time: what waits for it can be looked at meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// The longest that anybody waits for a hold: a test that forgets one fails, and does not hang.
const LONGEST: Duration = Duration::from_secs(30);

/// Holds every `sync_data` of some paths until it is dropped, see [`super::SimFs::hold_syncs`].
#[derive(Debug)]
pub struct SyncHold(Arc<Gate>);

#[derive(Debug)]
pub(super) struct Gate {
    path_contains: String,
    state: Mutex<Passage>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Passage {
    reached: bool,
    open: bool,
}

impl SyncHold {
    pub(super) fn new(path_contains: &str) -> Self {
        Self(Arc::new(Gate {
            path_contains: path_contains.to_owned(),
            state: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    pub(super) fn gate(&self) -> Arc<Gate> {
        self.0.clone()
    }

    /// Waits until somebody is held; answers false where nobody was within 30 s.
    pub fn is_reached(&self) -> bool {
        self.0.wait(|passage| passage.reached)
    }
}

impl Drop for SyncHold {
    fn drop(&mut self) {
        self.0.state.lock().open = true;
        self.0.changed.notify_all();
    }
}

impl Gate {
    /// Called without a lock of the file system: others go on meanwhile.
    pub(super) fn pass(&self, path: &Path) {
        if !path.to_string_lossy().contains(&self.path_contains) {
            return;
        }
        self.state.lock().reached = true;
        self.changed.notify_all();
        self.wait(|passage| passage.open);
    }

    fn wait(&self, done: impl Fn(&Passage) -> bool) -> bool {
        let mut passage = self.state.lock();
        self.changed.wait_while_for(&mut passage, |passage| !done(passage), LONGEST);
        done(&passage)
    }
}
