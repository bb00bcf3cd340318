use crate::commands::prelude::*;
use crate::dto::{FromCore, TestStep, Text};

/// Tries an address step by step.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersTestArgs")]
pub struct ClustersTest {
    pub bootstrap: String,
    /// The connection whose new address it is.
    pub cluster: Option<String>,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct TestSteps {
    pub steps: Vec<TestStep>,
    /// Another cluster answers than at the connection's address so far.
    pub other_cluster: Option<Text>,
}

impl Command for ClustersTest {
    const NAME: &'static str = "clusters.test";
    type Output = TestSteps;

    async fn run(self, app: &App) -> Result<TestSteps> {
        let test = app.core().test_cluster(&self.bootstrap, self.cluster.as_deref()).await?;
        let other_cluster = FromCore::from_core(test.other);
        Ok(TestSteps { steps: FromCore::from_core(test.steps), other_cluster })
    }
}
