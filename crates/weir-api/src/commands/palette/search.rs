use weir_core::palette as core;

use crate::commands::prelude::*;
use crate::dto::{FromCore, dto, words};

/// Clusters, topics, groups and brokers by typing; only what is known is searched.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "PaletteSearchArgs")]
pub struct PaletteSearch {
    pub query: String,
    /// Preferred among equals.
    pub cluster: Option<String>,
    /// At most 20.
    pub limit: u32,
}

words!(PaletteKind = core::FoundKind as "snake_case" { Cluster, Topic, Group, Broker });

dto!(PaletteRow from core::Found {
    kind: PaletteKind,
    /// Its id.
    cluster: String,
    name: String,
    detail: Option<String>,
});

#[derive(Debug, Clone, Serialize, TS)]
pub struct PaletteRows {
    pub rows: Vec<PaletteRow>,
}

impl Command for PaletteSearch {
    const NAME: &'static str = "palette.search";
    type Output = PaletteRows;

    async fn run(self, app: &App) -> Result<PaletteRows> {
        let (core, limit) = (app.core(), self.limit as usize);
        let rows = core.palette_search(&self.query, self.cluster.as_deref(), limit).await?;
        Ok(PaletteRows { rows: FromCore::from_core(rows) })
    }
}
