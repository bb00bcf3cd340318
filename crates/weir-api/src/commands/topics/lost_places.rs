use crate::commands::prelude::*;
use crate::dto::{FromCore, LostPlaces};

/// Groups that lose their place when topics are deleted: how many, and the first of them by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsLostPlacesArgs")]
pub struct TopicsLostPlaces {
    pub cluster: String,
    pub topics: Vec<String>,
}

impl Command for TopicsLostPlaces {
    const NAME: &'static str = "topics.lost_places";
    type Output = LostPlaces;
    const PROVIDES: &'static [&'static str] = &["groups({cluster})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<LostPlaces> {
        Ok(LostPlaces::from_core(app.core().lost_places(&self.cluster, &self.topics).await?))
    }
}
