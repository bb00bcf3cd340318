use crate::commands::prelude::*;
use crate::dto::Done;

/// Keeps a filter under a name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "FiltersSaveArgs")]
pub struct FiltersSave {
    pub table: String,
    pub name: String,
    /// As the address of the page has it.
    pub text: String,
    /// Writes over one that has this name already.
    pub replace: bool,
}

impl Command for FiltersSave {
    const NAME: &'static str = "filters.save";
    type Output = Done;
    const INVALIDATES: &'static [&'static str] = &["filters({table})"];

    async fn run(self, app: &App) -> Result<Done> {
        app.core().save_filter(&self.table, &self.name, &self.text, self.replace)?;
        Ok(Done {})
    }
}
