use crate::commands::prelude::*;
use crate::dto::Done;

/// Gives a filter that was kept another name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "FiltersRenameArgs")]
pub struct FiltersRename {
    pub table: String,
    pub name: String,
    pub to: String,
}

impl Command for FiltersRename {
    const NAME: &'static str = "filters.rename";
    type Output = Done;
    const INVALIDATES: &'static [&'static str] = &["filters({table})"];

    async fn run(self, app: &App) -> Result<Done> {
        app.core().rename_filter(&self.table, &self.name, &self.to)?;
        Ok(Done {})
    }
}
