//! The page that opens the console: a file that only this user can read carries the one-time code, so that neither
//! a process list nor another user ever sees it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinHandle;

use super::session::Sessions;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The file; it goes once its code is used or void.
#[derive(Debug)]
pub(crate) struct OpeningPage {
    path: PathBuf,
}

impl OpeningPage {
    pub(crate) fn write(home: &Path, port: u16, code: &str) -> anyhow::Result<Self> {
        let name = format!("weir-open-{}.html", std::process::id());
        let path = folder(home).join(name);
        let _ = std::fs::remove_file(&path); // of a process that had this number before
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file =
            options.open(&path).with_context(|| format!("cannot write {}", path.display()))?;
        file.write_all(html(port, code).as_bytes())?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Hands the file to the person's browser; whether there was a program to hand it to.
    pub(crate) fn open(&self) -> bool {
        let program = if cfg!(target_os = "macos") {
            "open"
        } else if cfg!(windows) {
            "explorer"
        } else {
            "xdg-open"
        };
        let mut command = Command::new(program);
        command.arg(&self.path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else { return false };
        std::thread::spawn(move || child.wait());
        true
    }

    pub(crate) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path); // gone already, when its code was used
    }

    /// Removes the file as soon as its code is worth nothing.
    pub(crate) fn remove_later(&self, sessions: Arc<Sessions>) -> JoinHandle<()> {
        let path = self.path.clone();
        tokio::spawn(async move {
            while sessions.code_waits() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            let _ = std::fs::remove_file(path); // as above
        })
    }
}

/// Browsers in a sandbox read no hidden folder: then the user's own is the place.
fn folder(home: &Path) -> PathBuf {
    let hidden = |part: Component<'_>| {
        part.as_os_str().to_str().is_some_and(|name| name.starts_with('.') && name.len() > 2)
    };
    if !home.components().any(hidden) {
        return home.to_owned();
    }
    std::env::home_dir().filter(|folder| folder.is_dir()).unwrap_or_else(|| home.to_owned())
}

fn html(port: u16, code: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Weir</title>\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0;url=http://127.0.0.1:{port}/#code={code}\">\n\
         <p>Weir opens…</p></html>\n"
    )
}
