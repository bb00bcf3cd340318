use crate::commands::prelude::*;
use crate::dto::Done;

/// Forgets a filter that was kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "FiltersDeleteArgs")]
pub struct FiltersDelete {
    pub table: String,
    pub name: String,
}

impl Command for FiltersDelete {
    const NAME: &'static str = "filters.delete";
    type Output = Done;
    const INVALIDATES: &'static [&'static str] = &["filters({table})"];

    async fn run(self, app: &App) -> Result<Done> {
        app.core().delete_filter(&self.table, &self.name)?;
        Ok(Done {})
    }
}
