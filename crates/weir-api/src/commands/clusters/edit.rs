use weir_core::clusters::ProfileEdit;

use crate::commands::prelude::*;
use crate::dto::Done;

/// Changes how a remote cluster is called, reached and protected; what is `null` stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersEditArgs")]
pub struct ClustersEdit {
    pub cluster: String,
    pub name: Option<String>,
    /// `host:port,host:port`
    pub bootstrap: Option<String>,
    /// Every change is refused.
    pub read_only: Option<bool>,
    /// Every change is asked for twice.
    pub production: Option<bool>,
    /// Another cluster may answer at the new address than before; else that is a conflict about this field.
    pub other_cluster: bool,
}

impl Command for ClustersEdit {
    const NAME: &'static str = "clusters.edit";
    type Output = Done;
    const INVALIDATES: &'static [&'static str] = &[
        "clusters",
        "cluster({cluster})",
        "topics({cluster})",
        "groups({cluster})",
        "brokers({cluster})",
    ];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Done> {
        let Self { cluster, name, bootstrap, read_only, production, other_cluster } = self;
        let edit = ProfileEdit { name, bootstrap, read_only, production, other_cluster };
        app.core().edit_cluster(&cluster, &edit).await?;
        Ok(Done {})
    }
}
