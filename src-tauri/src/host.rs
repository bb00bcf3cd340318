//! What only a window can do for the page: links and folders in the person's own programs, the
//! clipboard (WebKitGTK refuses the page's own), coming to the front.

use anyhow::{Context as _, bail};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager as _};
use weir_core::Home;

/// The window's label.
pub(crate) const WINDOW: &str = "main";

/// Folders that the page may ask to see.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Folder {
    Home,
    Logs,
    Data,
}

/// Opens a web address in the person's browser.
pub(crate) fn open_link(url: &str) -> anyhow::Result<()> {
    // Anything else could start a program or read a file.
    if !url.starts_with("https://") {
        bail!("only https links are opened: {url}");
    }
    open::that_detached(url).with_context(|| format!("no program opens {url}"))
}

/// Opens one of Weir's own folders in the person's file manager.
pub(crate) fn open_folder(home: &Home, which: Folder, cluster: Option<&str>) -> anyhow::Result<()> {
    let path = folder(home, which, cluster)?;
    open::that_detached(&path).with_context(|| format!("no program opens {}", path.display()))
}

fn folder(home: &Home, which: Folder, cluster: Option<&str>) -> anyhow::Result<PathBuf> {
    let base = match cluster {
        None => home.root().to_path_buf(),
        // A name is one folder of ours, never a way out of it.
        Some(name) if name.contains(['/', '\\']) || name.starts_with('.') => {
            bail!("not a local cluster: {name}")
        }
        Some(name) => home.cluster(name),
    };
    Ok(match (which, cluster) {
        (Folder::Logs, _) => base.join("logs"),
        (Folder::Data, None) => home.clusters(),
        (Folder::Home | Folder::Data, _) => base,
    })
}

/// The clipboard, kept as long as the window: on X11 copied text is served by whoever copied it.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl std::fmt::Debug for Clipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clipboard").finish_non_exhaustive()
    }
}

impl Clipboard {
    /// Replaces the clipboard's text.
    pub(crate) fn copy(&self, text: &str) -> anyhow::Result<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = Some(arboard::Clipboard::new().context("there is no clipboard")?);
        }
        match kept.as_mut() {
            Some(clipboard) => clipboard.set_text(text).context("the clipboard takes no text"),
            None => Ok(()),
        }
    }
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_https_links_are_opened() {
        for url in ["http://example.com", "file:///etc/passwd", "javascript:alert(1)", ""] {
            assert!(open_link(url).is_err(), "{url} must be refused");
        }
    }

    #[test]
    fn only_own_folders_are_opened() {
        let temp = tempfile::tempdir().unwrap();
        let home = Home::open(temp.path()).unwrap();
        for name in ["../..", "/etc", ".ssh", "a/b"] {
            assert!(folder(&home, Folder::Home, Some(name)).is_err(), "{name} must be refused");
        }
        let logs = folder(&home, Folder::Logs, Some("local")).unwrap();
        assert_eq!(logs, home.cluster("local").join("logs"));
    }
}
