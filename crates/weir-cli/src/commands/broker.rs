//! `weir broker`: any cluster's brokers; stopping, killing, starting those of a cluster on this machine.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use weir_domain::Broker;

use crate::args::{Common, Target};
use crate::commands::operation;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum BrokerCommand {
    /// List brokers
    List(ListArgs),
    /// Stop a broker as for maintenance: its leaders move first
    Stop(BrokerArgs),
    /// Kill a broker as a crash would
    Kill(BrokerArgs),
    /// Start a stopped or killed broker
    Start(BrokerArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct BrokerArgs {
    /// The broker's id
    id: i32,
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: BrokerCommand) -> Result<(), Trouble> {
    match command {
        BrokerCommand::List(args) => list(args).await,
        BrokerCommand::Stop(args) => act(args, "brokers.stop", "stopped").await,
        BrokerCommand::Kill(args) => act(args, "brokers.kill", "killed").await,
        BrokerCommand::Start(args) => act(args, "brokers.start", "started").await,
    }
}

struct Row {
    broker: Broker,
    controller: bool,
    leaders: usize,
    replicas: usize,
    bytes: Option<i64>,
}

async fn list(args: ListArgs) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let metadata = client.metadata().await?;
    let (cluster, dirs) = tokio::join!(client.describe_cluster(), client.log_dirs());
    let (cluster, dirs) = (cluster?, dirs?.value);
    let partitions = || metadata.topics.iter().flat_map(|topic| &topic.partitions);
    let row = |broker: &Broker| Row {
        controller: cluster.controller_id == Some(broker.id),
        leaders: partitions().filter(|p| p.leader == Some(broker.id)).count(),
        replicas: partitions().filter(|p| p.replicas.contains(&broker.id)).count(),
        bytes: dirs
            .iter()
            .filter(|dir| dir.broker_id == broker.id)
            .map(|dir| dir.replicas.iter().map(|replica| replica.size_bytes).sum::<i64>())
            .reduce(|a, b| a + b),
        broker: broker.clone(),
    };
    let rows: Vec<_> = cluster.brokers.iter().map(row).collect();
    let headers = ["ID", "ADDRESS", "RACK", "STATE", "LEADERS", "REPLICAS", "SIZE"];
    output::rows(args.common.output, &rows, &headers, Row::cells, Row::json)
}

impl Row {
    fn state(&self) -> &'static str {
        if self.broker.fenced { "fenced" } else { "online" }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.broker.id.to_string(),
            format!("{}:{}", self.broker.host, self.broker.port),
            output::or_dash(self.broker.rack.as_deref()),
            self.state().to_owned(),
            self.leaders.to_string(),
            self.replicas.to_string(),
            output::or_dash(self.bytes.map(output::bytes)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "id": self.broker.id,
            "host": self.broker.host,
            "port": self.broker.port,
            "rack": self.broker.rack,
            "state": self.state(),
            "controller": self.controller,
            "leaders": self.leaders,
            "replicas": self.replicas,
            "size_bytes": self.bytes,
        })
    }
}

async fn act(args: BrokerArgs, command: &str, done: &str) -> Result<(), Trouble> {
    let app = context::app(&args.common).await?;
    let row = context::running(&app, args.cluster.as_deref()).await?;
    let begun = app.call(command, json!({ "cluster": row.id, "broker": args.id })).await?;
    operation::wait(&app, begun["operation"].as_str().unwrap_or_default()).await?;
    let json = json!({ "cluster": row.name, "broker": args.id, "done": done });
    output::done(args.common.output, &format!("{done} broker {}", args.id), &json)
}
