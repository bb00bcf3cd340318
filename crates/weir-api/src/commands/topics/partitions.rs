use crate::commands::prelude::*;
use crate::dto::{FromCore, PartitionRows, page_size};

/// Partitions of a topic. Sorts: partition, health, leader, start, end, messages, size.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "TopicsPartitionsArgs")]
pub struct TopicsPartitions {
    pub cluster: String,
    pub topic: String,
    pub page: u32,
    pub page_size: u32,
    pub sort: String,
    pub descending: bool,
}

impl Command for TopicsPartitions {
    const NAME: &'static str = "topics.partitions";
    type Output = PartitionRows;
    const PROVIDES: &'static [&'static str] = &["topics({cluster})", "topic({cluster},{topic})"];

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<PartitionRows> {
        let Self { cluster, topic, page, page_size: size, sort, descending } = &self;
        let (page, size) = (*page as usize, page_size(*size));
        let found =
            app.core().topic_partitions(cluster, topic, sort, *descending, page, size).await?;
        Ok(PartitionRows::from_core(found))
    }
}
