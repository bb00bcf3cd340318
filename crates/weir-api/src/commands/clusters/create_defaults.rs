use crate::commands::prelude::*;
use crate::dto::{CreateDefaults, FromCore};

/// What a quickly created cluster gets, with a name that is free.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersCreateDefaultsArgs")]
pub struct ClustersCreateDefaults {}

impl Command for ClustersCreateDefaults {
    const NAME: &'static str = "clusters.create_defaults";
    type Output = CreateDefaults;
    const PROVIDES: &'static [&'static str] = &["clusters"];

    async fn run(self, app: &App) -> Result<CreateDefaults> {
        app.core().create_defaults().map(CreateDefaults::from_core)
    }
}
