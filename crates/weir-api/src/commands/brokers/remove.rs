use weir_core::brokers::BrokerAct;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Removes a broker of a local cluster: its replicas move to others first, then it stops and is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersRemoveArgs")]
pub struct BrokersRemove {
    pub cluster: String,
    pub broker: i32,
}

impl Command for BrokersRemove {
    const NAME: &'static str = "brokers.remove";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::BrokerMembership);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let core = app.core();
        let operation = core.act_on_broker(&self.cluster, self.broker, BrokerAct::Remove).await?;
        Ok(Begun { operation })
    }
}
