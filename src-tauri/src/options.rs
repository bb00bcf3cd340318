//! Flags of `weir-desktop`, and the environment that the web view needs before it starts.

use std::path::{Path, PathBuf};

/// Opens the Weir window.
#[derive(Debug, clap::Parser)]
#[command(name = "weir-desktop", version, about)]
pub(crate) struct Options {
    /// Data folder: clusters, settings, logs. By default WEIR_HOME of the environment, else the platform's
    /// own.
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// First page, as the address in the window names it, for example /c/local/topics.
    #[arg(long, value_name = "PATH", default_value = "/clusters")]
    pub(crate) open: String,
}

/// Switches WebKitGTK's DMABUF renderer off, and with it every use of a graphics card.
const NO_DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Who draws without a graphics card needs no OpenGL. GTK and WebKitGTK would load one nevertheless, to choose a visual and to
/// find the device of buffers that they then do not use: Mesa's software renderer with LLVM, 24 MiB in this process.
const NO_OPENGL: [(&str, &str); 2] =
    [("GDK_GL", "disable"), ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null")];

/// A page of lists and forms runs nothing a hundred thousand times. JavaScriptCore's optimising compiler takes a function after
/// 1,000 points of calls and loops; after 10,000 it leaves alone what drew the first page, 5 MiB, and still takes what goes on.
const OPTIMISE_LATER: (&str, &str) = ("JSC_thresholdForOptimizeAfterWarmUp", "10000");

/// Headless and virtual displays have no render node; WebKitGTK's DMABUF renderer then paints blank pages
/// (tauri#15936). A choice that the person made already is kept.
pub(crate) fn prepare_webview() {
    if !cfg!(target_os = "linux") {
        return;
    }
    if !has_render_node() {
        set_unless_chosen(NO_DMABUF, "1");
    }
    if draws_in_software() {
        for (key, value) in NO_OPENGL {
            set_unless_chosen(key, value);
        }
    }
    set_unless_chosen(OPTIMISE_LATER.0, OPTIMISE_LATER.1);
}

/// Whether the page is drawn without a graphics card.
fn draws_in_software() -> bool {
    std::env::var_os(NO_DMABUF).is_some_and(|value| !value.is_empty() && value != "0")
}

fn set_unless_chosen(key: &str, value: &str) {
    if std::env::var_os(key).is_some() {
        return;
    }
    #[expect(
        unsafe_code,
        reason = "set_var before any thread exists; GTK and WebKit read only the environment"
    )]
    // SAFETY: called first in main, no other thread runs yet.
    unsafe {
        std::env::set_var(key, value);
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
