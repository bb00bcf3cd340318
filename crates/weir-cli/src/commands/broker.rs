//! `weir broker`: any cluster's brokers; stopping, killing, starting those of a cluster on this machine.

mod log_dirs;

use std::collections::HashMap;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use weir_api::App;
use weir_api::commands::brokers::add::BrokersAdd;
use weir_api::commands::brokers::cancel_remove::BrokersCancelRemove;
use weir_api::commands::brokers::kill::BrokersKill;
use weir_api::commands::brokers::list::BrokersList;
use weir_api::commands::brokers::remove::BrokersRemove;
use weir_api::commands::brokers::start::BrokersStart;
use weir_api::commands::brokers::stop::BrokersStop;
use weir_api::commands::operations::get::OperationsGet;
use weir_api::dto::{BrokerRow, OperationState};
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_domain::Broker;

use self::log_dirs::{LogDirArgs, LogDirsArgs};
use crate::args::{Common, Target};
use crate::commands::operation;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum BrokerCommand {
    /// List brokers
    ///
    /// One that is being removed is shown as leaving, with the replicas that it has yet to hand on.
    List(ListArgs),
    /// Show where brokers keep their replicas: each log dir, whether it is online, what it holds
    LogDirs(LogDirsArgs),
    /// Take a log dir of a broker offline, as a failed disk would: leaders move to other replicas
    LogDirOffline(LogDirArgs),
    /// Bring a log dir back: its replicas catch up
    LogDirOnline(LogDirArgs),
    /// Stop a broker as for maintenance: its leaders move first
    Stop(BrokerArgs),
    /// Kill a broker as a crash would
    Kill(BrokerArgs),
    /// Start a stopped or killed broker
    Start(BrokerArgs),
    /// Add a broker while clients run
    Add(AddArgs),
    /// Remove a broker: its replicas move to others first
    Remove(BrokerArgs),
    /// Call a removal off: the broker keeps what it had not handed on
    CancelRemove(BrokerArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    #[command(flatten)]
    common: Common,
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
        BrokerCommand::LogDirs(args) => log_dirs::run(args).await,
        BrokerCommand::LogDirOffline(args) => log_dirs::set(args, false).await,
        BrokerCommand::LogDirOnline(args) => log_dirs::set(args, true).await,
        BrokerCommand::Stop(args) => act(args, Act::Stop).await,
        BrokerCommand::Kill(args) => act(args, Act::Kill).await,
        BrokerCommand::Start(args) => act(args, Act::Start).await,
        BrokerCommand::Add(args) => add(args).await,
        BrokerCommand::Remove(args) => act(args, Act::Remove).await,
        BrokerCommand::CancelRemove(args) => cancel_remove(args).await,
    }
}

/// One line of the list, from whichever side it came.
struct Row {
    id: i32,
    host: String,
    port: u16,
    rack: Option<String>,
    state: String,
    /// It hands its replicas on, to be removed: those that are left are still counted.
    removing: bool,
    controller: bool,
    /// `None`: no broker runs that could tell.
    leaders: Option<usize>,
    replicas: Option<usize>,
    bytes: Option<i64>,
}

async fn list(args: ListArgs) -> Result<(), Trouble> {
    let rows = match &args.target.bootstrap {
        Some(_) => of_cluster(&context::client(&args.common, &args.target).await?).await?,
        None => of_console(&context::app(&args.common)?, args.target.cluster.as_deref()).await?,
    };
    let headers = ["ID", "ADDRESS", "RACK", "STATE", "LEADERS", "REPLICAS", "SIZE"];
    output::rows(args.common.output, &rows, &headers, Row::cells, Row::json)
}

/// With stopped brokers and why they are; sizes are asked for here, the console only has them of what it watches.
async fn of_console(app: &App, cluster: Option<&str>) -> Result<Vec<Row>, Trouble> {
    let cluster = context::running(app, cluster).await?;
    if cluster.down.is_some() {
        let page = app.run(BrokersList { cluster: cluster.id }).await?;
        let row = |row| Row { leaders: None, replicas: None, ..Row::of_console(row) };
        return Ok(page.rows.into_iter().map(row).collect());
    }
    let client = Client::new(Options::new(parse_bootstrap(&cluster.bootstrap)?));
    let (page, sizes) = tokio::join!(app.run(BrokersList { cluster: cluster.id }), sizes(&client));
    let row = |row: BrokerRow| {
        let bytes = sizes.get(&row.id).copied();
        Row { bytes, ..Row::of_console(row) }
    };
    Ok(page?.rows.into_iter().map(row).collect())
}

/// Bytes of each broker that answers.
async fn sizes(client: &Client) -> HashMap<i32, i64> {
    let mut sizes = HashMap::new();
    let Ok(dirs) = client.log_dirs().await else { return sizes };
    for dir in dirs.value {
        let bytes: i64 = dir.replicas.iter().map(|replica| replica.size_bytes).sum();
        *sizes.entry(dir.broker_id).or_default() += bytes;
    }
    sizes
}

async fn of_cluster(client: &Client) -> Result<Vec<Row>, Trouble> {
    let metadata = client.metadata().await?;
    let (cluster, sizes) = tokio::join!(client.describe_cluster(), sizes(client));
    let cluster = cluster?;
    let partitions = || metadata.topics.iter().flat_map(|topic| &topic.partitions);
    let row = |broker: &Broker| Row {
        id: broker.id,
        host: broker.host.clone(),
        port: broker.port,
        rack: broker.rack.clone(),
        state: if broker.fenced { "fenced" } else { "online" }.to_owned(),
        removing: false,
        controller: cluster.controller_id == Some(broker.id),
        leaders: Some(partitions().filter(|p| p.leader == Some(broker.id)).count()),
        replicas: Some(partitions().filter(|p| p.replicas.contains(&broker.id)).count()),
        bytes: sizes.get(&broker.id).copied(),
    };
    Ok(cluster.brokers.iter().map(row).collect())
}

impl Row {
    fn of_console(row: BrokerRow) -> Self {
        let state = serde_json::to_value(row.state).unwrap_or_default();
        Self {
            id: row.id,
            host: row.host,
            port: row.port,
            rack: row.rack,
            state: state.as_str().unwrap_or_default().to_owned(),
            removing: row.removing,
            controller: row.controller,
            leaders: Some(row.leaders as usize),
            replicas: Some(row.replicas as usize),
            bytes: None,
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            format!("{}:{}", self.host, self.port),
            output::or_dash(self.rack.as_deref()),
            if self.removing { format!("{}, leaves", self.state) } else { self.state.clone() },
            output::or_dash(self.leaders),
            output::or_dash(self.replicas),
            output::or_dash(self.bytes.map(output::bytes)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "host": self.host,
            "port": self.port,
            "rack": self.rack,
            "state": self.state,
            "removing": self.removing,
            "controller": self.controller,
            "leaders": self.leaders,
            "replicas": self.replicas,
            "size_bytes": self.bytes,
        })
    }
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Stop,
    Kill,
    Start,
    Remove,
}

/// Adds a broker and prints which one it became.
async fn add(args: AddArgs) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::running(&app, args.cluster.as_deref()).await?;
    let begun = app.run(BrokersAdd { cluster: row.id.clone() }).await?;
    operation::wait(&app, &begun.operation).await?;
    let operation = app.run(OperationsGet { id: begun.operation }).await?;
    let broker = operation.target.unwrap_or_default();
    let listed = app.run(BrokersList { cluster: row.id }).await?.rows;
    let added = listed.iter().find(|row| row.id.to_string() == broker);
    let address = added.map(|row| format!("{}:{}", row.host, row.port));
    let json = json!({
        "cluster": row.name,
        "broker": broker.parse::<i32>().ok(),
        "address": address,
        "done": "added",
    });
    let at = address.as_ref().map(|address| format!(" at {address}")).unwrap_or_default();
    let there = address.map(|address| format!("({address})")).unwrap_or_default();
    let ko = format!("브로커 {broker}{there}을(를) 추가했습니다");
    output::done(args.common.output, &format!("added broker {broker}{at}"), &ko, &json)
}

async fn act(args: BrokerArgs, act: Act) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::running(&app, args.cluster.as_deref()).await?;
    let (cluster, broker) = (row.id, args.id);
    let (begun, done, ko) = match act {
        Act::Stop => (app.run(BrokersStop { cluster, broker }).await?, "stopped", "중지"),
        Act::Kill => (app.run(BrokersKill { cluster, broker }).await?, "killed", "강제 종료"),
        Act::Start => (app.run(BrokersStart { cluster, broker }).await?, "started", "시작"),
        Act::Remove => (app.run(BrokersRemove { cluster, broker }).await?, "removed", "제거"),
    };
    operation::wait(&app, &begun.operation).await?;
    let json = json!({ "cluster": row.name, "broker": broker, "done": done });
    let ko = format!("브로커 {broker}을(를) {ko}했습니다");
    output::done(args.common.output, &format!("{done} broker {broker}"), &ko, &json)
}

/// Until the removal has ended: as it was called off, or as it was asked for.
async fn cancel_remove(args: BrokerArgs) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::running(&app, args.cluster.as_deref()).await?;
    let (cluster, broker) = (row.id, args.id);
    let begun = app.run(BrokersCancelRemove { cluster, broker }).await?;
    if operation::ended(&app, &begun.operation).await?.state == OperationState::Done {
        return Err(Trouble::failed(
            format!("too late: broker {broker} was removed already"),
            format!("늦었습니다: 브로커 {broker}은(는) 이미 제거되었습니다"),
        ));
    }
    let json = json!({ "cluster": row.name, "broker": broker, "done": "kept" });
    let ko = format!("브로커 {broker}을(를) 유지합니다");
    output::done(args.common.output, &format!("kept broker {broker}"), &ko, &json)
}
