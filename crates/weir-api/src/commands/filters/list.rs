use crate::commands::prelude::*;
use crate::dto::{FromCore, SavedFilter};

/// The filters that were kept for a table ("topics", "groups"), in order of their names.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "FiltersListArgs")]
pub struct FiltersList {
    pub table: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct SavedFilters {
    pub rows: Vec<SavedFilter>,
}

impl Command for FiltersList {
    const NAME: &'static str = "filters.list";
    type Output = SavedFilters;
    const PROVIDES: &'static [&'static str] = &["filters({table})"];

    async fn run(self, app: &App) -> Result<SavedFilters> {
        let rows = app.core().filters(&self.table)?;
        Ok(SavedFilters { rows: FromCore::from_core(rows) })
    }
}
