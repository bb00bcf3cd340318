use weir_core::brokers::BrokerAct;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::Begun;

/// Calls the removal of a broker off: what is on its way to others stays where it was. The operation is the removal,
/// which then fails; one that only has to stop its broker ends as it was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "BrokersCancelRemoveArgs")]
pub struct BrokersCancelRemove {
    pub cluster: String,
    pub broker: i32,
}

impl Command for BrokersCancelRemove {
    const NAME: &'static str = "brokers.cancel_remove";
    type Output = Begun;
    const INVALIDATES: &'static [&'static str] = &["brokers({cluster})", "cluster({cluster})"];
    const PERMIT: Option<Action> = Some(Action::BrokerKeep);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<Begun> {
        let core = app.core();
        let act = BrokerAct::CancelRemove;
        Ok(Begun { operation: core.act_on_broker(&self.cluster, self.broker, act).await? })
    }
}
