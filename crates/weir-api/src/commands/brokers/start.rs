use weir_core::brokers::BrokerAct;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Starts a broker of a local cluster that was stopped or killed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersStartArgs")]
pub struct BrokersStart {
    pub cluster: String,
    pub broker: i32,
}

impl Command for BrokersStart {
    const NAME: &'static str = "brokers.start";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::BrokerStart);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let core = app.core();
        let operation = core.act_on_broker(&self.cluster, self.broker, BrokerAct::Start).await?;
        Ok(Begun { operation })
    }
}
