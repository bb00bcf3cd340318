use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Brings a log dir of a local cluster's broker back: its replicas catch up and join the ISRs again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersLogDirOnlineArgs")]
pub struct BrokersLogDirOnline {
    pub cluster: String,
    pub broker: i32,
    /// Its path as the broker tells it, or its name in `log.dirs`.
    pub log_dir: String,
}

impl Command for BrokersLogDirOnline {
    const NAME: &'static str = "brokers.log_dir_online";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::LogDir);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let Self { cluster, broker, log_dir } = self;
        Ok(Begun { operation: app.core().set_log_dir(&cluster, broker, &log_dir, true).await? })
    }
}
