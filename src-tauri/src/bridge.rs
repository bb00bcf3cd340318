//! The page's only way in: `invoke("call", {name, args})`.

use serde_json::Value;
use tauri::State;
use weir_api::{ApiError, App};

/// Runs one command of the contract. A refusal is a value of the same shape over every transport.
#[tauri::command]
pub(crate) async fn call(
    app: State<'_, App>,
    name: String,
    args: Value,
) -> Result<Value, ApiError> {
    app.call(&name, args).await
}
