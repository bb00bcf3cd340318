//! Waiting for what was begun.

use std::time::Duration;

use weir_api::App;
use weir_api::commands::operations::get::OperationsGet;
use weir_api::dto::{Operation, OperationState};

use crate::trouble::Trouble;

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Until an operation ended; its error is the command's.
pub(crate) async fn wait(app: &App, id: &str) -> Result<(), Trouble> {
    let operation = ended(app, id).await?;
    match (operation.state, operation.error) {
        (OperationState::Done, _) => Ok(()),
        (_, Some(error)) => Err(error.into()),
        (_, None) => Err(Trouble::failed(
            "it did not come to its end: see `weir cluster list`",
            "끝까지 수행되지 않았습니다: `weir cluster list`를 보세요",
        )),
    }
}

/// An operation, once it does not run any more.
pub(crate) async fn ended(app: &App, id: &str) -> Result<Operation, Trouble> {
    loop {
        let operation = app.run(OperationsGet { id: id.to_owned() }).await?;
        if operation.state != OperationState::Running {
            return Ok(operation);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
