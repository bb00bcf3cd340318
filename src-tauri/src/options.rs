//! Flags of `weir-desktop`, and the environment that the web view needs before it starts.

use std::path::{Path, PathBuf};

/// Opens the Weir window.
#[derive(Debug, clap::Parser)]
#[command(name = "weir-desktop", version, about)]
pub(crate) struct Options {
    /// Data folder: clusters, settings, logs. By default the platform's own.
    #[arg(long, env = "WEIR_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// First page, as the address in the window names it, for example /c/local/topics.
    #[arg(long, value_name = "PATH", default_value = "/clusters")]
    pub(crate) open: String,
}

/// Headless and virtual displays have no render node; WebKitGTK's DMABUF renderer then paints blank pages
/// (tauri#15936). A choice that the person made already is kept.
pub(crate) fn prepare_webview() {
    const KEY: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if cfg!(target_os = "linux") && std::env::var_os(KEY).is_none() && !has_render_node() {
        #[expect(
            unsafe_code,
            reason = "set_var before any thread exists; WebKit reads only the environment"
        )]
        // SAFETY: called first in main, no other thread runs yet.
        unsafe {
            std::env::set_var(KEY, "1");
        }
    }
}

fn has_render_node() -> bool {
    let Ok(entries) = std::fs::read_dir("/dev/dri") else { return false };
    entries.flatten().any(|entry| {
        entry.file_name().to_string_lossy().starts_with("renderD") && readable(&entry.path())
    })
}

fn readable(path: &Path) -> bool {
    std::fs::OpenOptions::new().read(true).write(true).open(path).is_ok()
}
