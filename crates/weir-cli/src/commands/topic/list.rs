use serde_json::{Value, json};
use weir_domain::{NameFilter, TopicSummary};

use super::ListArgs;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

pub(super) async fn run(args: ListArgs) -> Result<(), Trouble> {
    let known = context::known(&args.common, &args.target).await?;
    let metadata = known.client.with_moves(known.client.metadata().await?).await;
    let metadata = known.marked(metadata);
    let filter = NameFilter::new(args.filter.as_deref().unwrap_or_default());
    let wanted =
        |topic: &TopicSummary| (args.internal || !topic.internal) && filter.matches(&topic.name);
    let topics: Vec<_> = metadata.topics.iter().map(|t| t.summary()).filter(wanted).collect();
    let headers = ["NAME", "PARTITIONS", "REPLICATION", "HEALTH"];
    output::rows(args.common.output, &topics, &headers, cells, row)
}

fn cells(topic: &TopicSummary) -> Vec<String> {
    vec![
        topic.name.clone(),
        topic.partitions.to_string(),
        topic.replication_factor.to_string(),
        output::health(topic.offline, topic.under_replicated),
    ]
}

fn row(topic: &TopicSummary) -> Value {
    json!({
        "name": topic.name,
        "id": topic.id.map(|id| id.to_string()),
        "internal": topic.internal,
        "partitions": topic.partitions,
        "replication_factor": topic.replication_factor,
        "under_replicated": topic.under_replicated,
        "offline": topic.offline,
    })
}
