use weir_core::brokers::BrokerAct;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Stops a broker of a local cluster by controlled shutdown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersStopArgs")]
pub struct BrokersStop {
    pub cluster: String,
    pub broker: i32,
}

impl Command for BrokersStop {
    const NAME: &'static str = "brokers.stop";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::BrokerStop);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let core = app.core();
        let operation = core.act_on_broker(&self.cluster, self.broker, BrokerAct::Stop).await?;
        Ok(Begun { operation })
    }
}
