use crate::commands::prelude::*;
use crate::dto::{FromCore, LogDirRows};

/// Where the brokers of a cluster keep their replicas.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersLogDirsArgs")]
pub struct BrokersLogDirs {
    pub cluster: String,
}

impl Command for BrokersLogDirs {
    const NAME: &'static str = "brokers.log_dirs";
    type Output = LogDirRows;
    const PROVIDES: &'static [&'static str] = &["brokers({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<LogDirRows> {
        app.core().log_dirs(&self.cluster).await.map(LogDirRows::from_core)
    }
}
