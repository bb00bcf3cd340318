use crate::commands::prelude::*;
use crate::dto::{FromCore, Operation, page_size};

/// Operations of one cluster or of all, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "OperationsListArgs")]
pub struct OperationsList {
    pub cluster: Option<String>,
    /// Words that occur in kind, target, cluster or state.
    pub query: String,
    /// From 1.
    pub page: u32,
    pub page_size: u32,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationRows {
    /// Over all pages.
    pub total: u32,
    pub rows: Vec<Operation>,
}

impl Command for OperationsList {
    const NAME: &'static str = "operations.list";
    type Output = OperationRows;
    const PROVIDES: &'static [&'static str] = &["operations({cluster})"];

    async fn run(self, app: &App) -> Result<OperationRows> {
        let cluster = self.cluster.as_deref();
        let size = page_size(self.page_size);
        let page = app.core().operations_list(cluster, &self.query, self.page as usize, size)?;
        Ok(OperationRows { total: page.total as u32, rows: FromCore::from_core(page.rows) })
    }
}
