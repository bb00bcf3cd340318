use crate::commands::prelude::*;
use crate::dto::{FromCore, TestStep};

/// Tries an address step by step.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ClustersTestArgs")]
pub struct ClustersTest {
    pub bootstrap: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct TestSteps {
    pub steps: Vec<TestStep>,
}

impl Command for ClustersTest {
    const NAME: &'static str = "clusters.test";
    type Output = TestSteps;

    async fn run(self, app: &App) -> Result<TestSteps> {
        let steps = app.core().test_cluster(&self.bootstrap).await?;
        Ok(TestSteps { steps: FromCore::from_core(steps) })
    }
}
