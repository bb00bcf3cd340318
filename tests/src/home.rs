//! A data folder for one test: its own ports, its own clusters, stopped and removed at the end.

use crate::programs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// One at a time in a test program: the usual ports are the machine's, and a cluster that is killed or
/// restarted must find its own again.
static ONE: Mutex<()> = Mutex::new(());

/// What the content security policy refused on the pages of one home, in their order.
#[derive(Debug, Clone, Default)]
pub struct Refused(Arc<Mutex<Vec<String>>>);

impl Refused {
    pub(crate) fn add(&self, what: impl IntoIterator<Item = String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(what);
    }

    /// So far: what an open page refused is asked when it closes.
    pub fn so_far(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A fresh WEIR_HOME.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    refused: Refused,
    _one: MutexGuard<'static, ()>,
}

impl Home {
    /// Makes an empty data folder with a short path (a socket lives in it).
    pub fn new() -> anyhow::Result<Self> {
        // A test that failed leaves the lock poisoned, and its home was ended all the same.
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::Builder::new().prefix("weir").tempdir_in("/tmp")?;
        Ok(Self { folder, refused: Refused::default(), _one: one })
    }

    /// What the policy refused on pages that showed this home.
    pub fn refused(&self) -> Refused {
        self.refused.clone()
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The `weir` command line with this data folder.
    pub fn weir(&self, args: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(programs::path("weir")?);
        command.args(args).env("WEIR_HOME", self.path()).env("LANG", "C.UTF-8");
        Ok(command)
    }

    /// Runs `weir` to its end and gives what it printed.
    pub fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        programs::stdout(&mut self.weir(args)?)
    }

    /// The names of the local clusters in this folder.
    pub fn clusters(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path().join("clusters")) else {
            return Vec::new();
        };
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for cluster in self.clusters() {
            let _ = self.run(&["cluster", "stop", &cluster]);
        }
    }
}
