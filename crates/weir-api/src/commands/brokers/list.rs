use crate::commands::prelude::*;
use crate::dto::{BrokerRows, FromCore};

/// Brokers of a cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersListArgs")]
pub struct BrokersList {
    pub cluster: String,
}

impl Command for BrokersList {
    const NAME: &'static str = "brokers.list";
    type Output = BrokerRows;
    const PROVIDES: &'static [&'static str] = &["brokers({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<BrokerRows> {
        app.core().brokers(&self.cluster).await.map(BrokerRows::from_core)
    }
}
