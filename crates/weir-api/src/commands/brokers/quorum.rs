use crate::commands::prelude::*;
use crate::dto::{FromCore, Quorum};

/// The quorum of a KRaft cluster's controllers.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersQuorumArgs")]
pub struct BrokersQuorum {
    pub cluster: String,
}

impl Command for BrokersQuorum {
    const NAME: &'static str = "brokers.quorum";
    type Output = Quorum;
    const PROVIDES: &'static [&'static str] = &["brokers({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Quorum> {
        app.core().quorum(&self.cluster).await.map(Quorum::from_core)
    }
}
