use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Takes a log dir of a local cluster's broker offline, as a failed disk would: its replicas leave the ISRs, and their leaders move.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersLogDirOfflineArgs")]
pub struct BrokersLogDirOffline {
    pub cluster: String,
    pub broker: i32,
    /// Its path as the broker tells it, or its name in `log.dirs`.
    pub log_dir: String,
}

impl Command for BrokersLogDirOffline {
    const NAME: &'static str = "brokers.log_dir_offline";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::LogDir);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let Self { cluster, broker, log_dir } = self;
        Ok(Begun { operation: app.core().set_log_dir(&cluster, broker, &log_dir, false).await? })
    }
}
