use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Adds a broker to a local cluster while clients run; new partitions are placed on it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersAddArgs")]
pub struct BrokersAdd {
    pub cluster: String,
}

impl Command for BrokersAdd {
    const NAME: &'static str = "brokers.add";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::BrokerMembership);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        Ok(Begun { operation: app.core().add_broker(&self.cluster).await? })
    }
}
