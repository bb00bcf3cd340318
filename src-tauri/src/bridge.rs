//! The page's only way in: `invoke("call", {name, args})`. What belongs to the window is done here, all
//! else is the contract's.

use crate::host::{self, Clipboard, Folder};
use crate::closing;
use serde::Deserialize;
use serde_json::{Value, json};
use tauri::{AppHandle, State};
use weir_api::App;
use weir_api::dto::ApiError;
use weir_core::failure::Failure;

/// A request to the window itself.
#[derive(Debug, Deserialize)]
#[serde(tag = "name", content = "args")]
enum OfWindow {
    #[serde(rename = "open.link")]
    OpenLink { url: String },
    #[serde(rename = "open.folder")]
    OpenFolder { which: Folder, cluster: Option<String> },
    #[serde(rename = "clipboard.write")]
    Copy { text: String },
    #[serde(rename = "window.close")]
    Close { keep: bool, remember: bool },
}

const OF_WINDOW: [&str; 4] = ["open.link", "open.folder", "clipboard.write", "window.close"];

/// Runs one command. A refusal is a value of the same shape over every transport.
#[tauri::command]
pub(crate) async fn call(
    app: State<'_, App>,
    clipboard: State<'_, Clipboard>,
    handle: AppHandle,
    name: String,
    args: Value,
) -> Result<Value, ApiError> {
    if !OF_WINDOW.contains(&name.as_str()) {
        return app.call(&name, args).await;
    }
    let request: OfWindow = serde_json::from_value(json!({ "name": name, "args": args }))
        .map_err(|error| Failure::internal(error))?;
    let done = match request {
        OfWindow::OpenLink { url } => host::open_link(&url),
        OfWindow::OpenFolder { which, cluster } => {
            host::open_folder(app.core().home(), which, cluster.as_deref())
        }
        OfWindow::Copy { text } => clipboard.copy(&text),
        OfWindow::Close { keep, remember } => closing::answered(&app, &handle, keep, remember).await,
    };
    done.map(|()| json!({})).map_err(|error| Failure::internal(format!("{error:#}")).into())
}
