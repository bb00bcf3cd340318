//! What only the program around the core can do: links, folders, clipboard, its window.

use std::fmt;
use std::path::Path;

use crate::core::Core;
use crate::failure::{Failure, Kind, Result};
use crate::text::TextId;

/// The only links that are opened.
const SCHEME: &str = "https://";

/// Who hosts the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    Window,
    Serve,
    CommandLine,
}

pub trait Host: fmt::Debug + Send + Sync + 'static {
    fn kind(&self) -> HostKind;
    /// An https address, in the person's browser.
    fn open_link(&self, url: &str) -> Result<(), HostError>;
    /// A folder, in the person's file manager.
    fn open_path(&self, path: &Path) -> Result<(), HostError>;
    /// Onto the clipboard.
    fn copy(&self, text: &str) -> Result<(), HostError>;
    /// Closes the window without a further question.
    fn close_window(&self) -> Result<(), HostError>;
    /// Starts the program anew, with its core. Only a window does so.
    fn restart(&self) -> Result<(), HostError> {
        Err(HostError::NotHere)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// This host has no window.
    NotHere,
    /// The system's own words.
    Failed(String),
}

impl HostError {
    pub fn new(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::NotHere => Self::new(TextId::ErrorWindowOnly).kind(Kind::Invalid),
            HostError::Failed(detail) => Self::new(TextId::ErrorHost).detail(detail),
        }
    }
}

/// A host without a window: `weir serve` and the command line.
#[derive(Debug, Clone, Copy)]
pub struct Headless(pub HostKind);

impl Host for Headless {
    fn kind(&self) -> HostKind {
        self.0
    }

    fn open_link(&self, _: &str) -> Result<(), HostError> {
        Err(HostError::NotHere)
    }

    fn open_path(&self, _: &Path) -> Result<(), HostError> {
        Err(HostError::NotHere)
    }

    fn copy(&self, _: &str) -> Result<(), HostError> {
        Err(HostError::NotHere)
    }

    fn close_window(&self) -> Result<(), HostError> {
        Err(HostError::NotHere)
    }
}

/// A folder that a page may have opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Home,
    Logs,
    Data,
}

impl Core {
    pub fn open_link(&self, url: &str) -> Result<()> {
        if !url.starts_with(SCHEME) || url.chars().any(char::is_control) {
            return Err(Failure::invalid("url", TextId::ErrorLinkRefused));
        }
        Ok(self.host().open_link(url)?)
    }

    /// The home's folder, or that of one local cluster.
    pub fn open_folder(&self, which: Folder, cluster: Option<&str>) -> Result<()> {
        let path = match cluster {
            None => match which {
                Folder::Home => self.home().root().to_owned(),
                Folder::Logs => self.home().logs(),
                Folder::Data => self.home().clusters(),
            },
            Some(id) => {
                let local = self.registry().local(id);
                let dir = local.ok_or_else(|| crate::clusters::not_found(id))?.dir;
                match which {
                    Folder::Home => dir.root().to_owned(),
                    Folder::Logs => dir.logs(),
                    Folder::Data => dir.data(),
                }
            }
        };
        Ok(self.host().open_path(&path)?)
    }
}
