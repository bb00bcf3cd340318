use crate::commands::prelude::*;
use crate::dto::{FromCore, Operation};

/// One operation as it is now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "OperationsGetArgs")]
pub struct OperationsGet {
    pub id: String,
}

impl Command for OperationsGet {
    const NAME: &'static str = "operations.get";
    type Output = Operation;

    async fn run(self, app: &App) -> Result<Operation> {
        app.core().operation_get(&self.id).await.map(Operation::from_core)
    }
}
