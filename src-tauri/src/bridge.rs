//! The page's only way in: `invoke("call", {name, args})`.

use serde_json::Value;
use std::sync::Arc;
use weir_api::{ApiError, App};

/// Runs one command of the contract. A refusal is a value of the same shape over every transport.
#[tauri::command]
pub(crate) async fn call(
    app: tauri::State<'_, Arc<App>>,
    name: String,
    args: Value,
) -> Result<Value, ApiError> {
    let app = Arc::clone(&app);
    app.call(&name, args).await
}
