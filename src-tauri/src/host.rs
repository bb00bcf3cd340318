//! What only a window can do for the page: links and folders in the person's own programs, the
//! clipboard (WebKitGTK refuses the page's own), closing.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use tauri::{AppHandle, Manager as _};
use weir_api::{Host, HostError, HostKind};

use crate::instance::Handover;

/// The window's label.
pub(crate) const WINDOW: &str = "main";

/// The host that the core calls; the window attaches itself once it exists.
#[derive(Default)]
pub(crate) struct WindowHost {
    handle: OnceLock<AppHandle>,
    // Kept as long as the window: on X11 copied text is served by whoever copied it.
    clipboard: Mutex<Option<arboard::Clipboard>>,
    /// Gives the data folder to the process that comes after a restart.
    handover: OnceLock<Handover>,
}

impl fmt::Debug for WindowHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowHost").finish_non_exhaustive()
    }
}

impl WindowHost {
    /// Tells the host its window. Once: there is one window a process.
    pub(crate) fn attach(&self, handle: AppHandle) {
        let _ = self.handle.set(handle);
    }

    /// What a restart has to give up first.
    pub(crate) fn hold(&self, handover: Handover) {
        let _ = self.handover.set(handover);
    }

    /// Brings the window to the front.
    pub(crate) fn show(&self) {
        let window = self.handle.get().and_then(|app| app.get_webview_window(WINDOW));
        let Some(window) = window else { return };
        let shown =
            window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window did not come to the front");
        }
    }
}

impl Host for WindowHost {
    fn kind(&self) -> HostKind {
        HostKind::Window
    }

    fn open_link(&self, url: &str) -> Result<(), HostError> {
        open::that_detached(url).map_err(HostError::new)
    }

    fn open_path(&self, path: &Path) -> Result<(), HostError> {
        open::that_detached(path).map_err(HostError::new)
    }

    fn copy(&self, text: &str) -> Result<(), HostError> {
        let mut kept = self.clipboard.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = Some(arboard::Clipboard::new().map_err(HostError::new)?);
        }
        match kept.as_mut() {
            Some(clipboard) => clipboard.set_text(text).map_err(HostError::new),
            None => Ok(()),
        }
    }

    fn close_window(&self) -> Result<(), HostError> {
        if let Some(app) = self.handle.get() {
            app.exit(0);
        }
        Ok(())
    }

    fn restart(&self) -> Result<(), HostError> {
        let Some(app) = self.handle.get() else { return Err(HostError::NotHere) };
        // Else the new process would find the folder taken, show this window and end.
        if let Some(handover) = self.handover.get() {
            handover.release();
        }
        app.request_restart();
        Ok(())
    }
}
