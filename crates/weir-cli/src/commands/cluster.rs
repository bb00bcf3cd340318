//! `weir cluster`: clusters on this machine, and connections to others.

mod connection;

use std::net::IpAddr;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use weir_api::App;
use weir_api::commands::clusters::client_info::ClustersClientInfo;
use weir_api::commands::clusters::create::ClustersCreate;
use weir_api::commands::clusters::delete::ClustersDelete;
use weir_api::commands::clusters::list::ClustersList;
use weir_api::commands::clusters::start::ClustersStart;
use weir_api::commands::clusters::stop::ClustersStop;
use weir_api::dto::{ClusterKind, ClusterRow, ConfigValue};
use weir_api::texts::{self, Lang};

use crate::args::{Common, Format, pair};
use crate::commands::operation;
use crate::context;
use crate::output;
use crate::trouble::{Trouble, note};

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Create a cluster and wait until it is usable
    Create(CreateArgs),
    /// List clusters
    List(ListArgs),
    /// Show one cluster
    Show(NameArgs),
    /// Start a stopped cluster
    Start(NameArgs),
    /// Stop a cluster; its data stays
    Stop(NameArgs),
    /// Delete a cluster with its data; of a connected cluster only the connection
    Delete(DeleteArgs),
    /// Connect to a cluster that runs elsewhere, and try its address step by step
    Connect(connection::ConnectArgs),
    /// Change the name, the address or the protection of a connected cluster
    Edit(connection::EditArgs),
    /// Print settings for clients in several languages
    ClientInfo(ClientInfoArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Its name: letters a to z, digits and hyphens, at most 64
    name: String,
    /// How many brokers: 1 to 100
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    brokers: u16,
    /// Port of the first broker; the others follow it. By default the first free block
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Address to listen on: 0.0.0.0 opens the cluster to the network. By default only this machine can connect
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Name or address that clients are told to connect to, where that is not localhost
    #[arg(long, value_name = "NAME")]
    advertise: Option<String>,
    /// Broker configuration under Kafka's name; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// With a sample workload: a small live shop
    #[arg(long)]
    sample: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct NameArgs {
    /// The cluster's name, as `weir cluster list` shows it
    name: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The cluster's name, as `weir cluster list` shows it
    name: String,
    /// Yes, delete everything in it
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ClientInfoArgs {
    /// The cluster's name, as `weir cluster list` shows it
    name: String,
    /// Only this: java, python, go, node, rust, dotnet, kcat, container ...
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Addresses that a row shows.
const ADDRESSES_MAX: usize = 3;

pub(crate) async fn run(command: ClusterCommand, lang: Lang) -> Result<(), Trouble> {
    match command {
        ClusterCommand::Create(args) => create(args, lang).await,
        ClusterCommand::List(args) => list(&args.common, lang).await,
        ClusterCommand::Show(args) => show(args, lang).await,
        ClusterCommand::Start(args) => start(args).await,
        ClusterCommand::Stop(args) => stop(args).await,
        ClusterCommand::Delete(args) => delete(args).await,
        ClusterCommand::Connect(args) => connection::connect(args, lang).await,
        ClusterCommand::Edit(args) => connection::edit(args, lang).await,
        ClusterCommand::ClientInfo(args) => client_info(args).await,
    }
}

async fn create(args: CreateArgs, lang: Lang) -> Result<(), Trouble> {
    let app = context::new_app(&args.common)?;
    let is_open = args.host.as_deref().is_some_and(is_open);
    let CreateArgs { name, brokers, port, host, advertise, set, sample, common } = args;
    let configs = set.into_iter().map(|(name, value)| ConfigValue { name, value }).collect();
    let new = ClustersCreate { name, brokers, port, host, advertise, configs, sample };
    let created = app.run(new).await?;
    operation::wait(&app, &created.operation).await?;
    if is_open {
        note(
            lang,
            "anybody on the network can use this cluster, without a password: leave --host out to keep it to this \
             machine",
            "네트워크의 누구나 암호 없이 이 클러스터를 사용할 수 있습니다: 이 컴퓨터에서만 쓰려면 --host를 빼세요",
        );
    }
    tell(&context::find(&app, Some(&created.cluster)).await?, &common)
}

/// Whether others than this machine reach what listens there.
fn is_open(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback())
}

/// What is wanted of a cluster that was just made or started: its address.
pub(crate) fn tell(row: &ClusterRow, common: &Common) -> Result<(), Trouble> {
    let json = json!({ "cluster": row.name, "bootstrap": row.bootstrap });
    output::answer(common.output, &row.bootstrap, &json)
}

async fn list(common: &Common, lang: Lang) -> Result<(), Trouble> {
    let rows = context::app(common)?.run(ClustersList {}).await?.rows;
    let mut headers = vec!["NAME", "STATE", "HEALTH", "BROKERS", "BOOTSTRAP"];
    // Only where there is something to say.
    let with_notes = rows.iter().any(|row| row.state_reason.is_some());
    if with_notes {
        headers.push("NOTE");
    }
    let cells = |row: &ClusterRow| {
        let at = addresses(&row.bootstrap, lang);
        let mut cells = vec![row.name.clone(), state(row), health(row), brokers(row), at];
        cells.extend(with_notes.then(|| reason(row, lang).unwrap_or_default()));
        cells
    };
    output::rows(common.output, &rows, &headers, cells, |row| row_json(row, lang))
}

/// Why the cluster is in its state, or what is wrong with it, if there is something to say.
fn reason(row: &ClusterRow, lang: Lang) -> Option<String> {
    row.state_reason.as_ref().map(|reason| texts::text(lang, reason))
}

/// As the contract writes it, without its quotes.
fn state(row: &ClusterRow) -> String {
    serde_json::to_value(row.state)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// What the state does not tell: partitions that nobody leads or that lack replicas.
fn health(row: &ClusterRow) -> String {
    let known = row.partitions_offline.zip(row.partitions_under_replicated);
    output::or_dash(known.map(|(offline, under)| output::health(offline as usize, under as usize)))
}

fn brokers(row: &ClusterRow) -> String {
    match (row.brokers_online, row.brokers_total) {
        (Some(online), Some(total)) => format!("{online}/{total}"),
        (None, Some(total)) => total.to_string(),
        _ => "-".to_owned(),
    }
}

/// Of many the first, as in the window; JSON and `show` have them all.
fn addresses(bootstrap: &str, lang: Lang) -> String {
    let count = bootstrap.split(',').count();
    match bootstrap.split_once(',') {
        Some((first, _)) if count > ADDRESSES_MAX => match lang {
            Lang::En => format!("{first} and {} more", count - 1),
            Lang::Ko => format!("{first} 외 {}개", count - 1),
        },
        _ => bootstrap.to_owned(),
    }
}

/// Times in milliseconds since the epoch and 64-bit numbers as numbers, as everywhere on the command line; what the
/// contract has for pages stays there.
fn row_json(row: &ClusterRow, lang: Lang) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "state_reason": reason(row, lang),
        "engine": row.engine,
        "version": row.version,
        "brokers_online": row.brokers_online,
        "brokers_total": row.brokers_total,
        "topics": row.topics,
        "partitions": row.partitions,
        "partitions_offline": row.partitions_offline,
        "partitions_under_replicated": row.partitions_under_replicated,
        "max_lag": row.max_lag.as_ref().map(|lag| lag.0),
        "bootstrap": row.bootstrap,
        "read_only": row.read_only,
        "production": row.production,
        "created_at": row.created_at.as_ref().map(|at| at.0),
    })
}

async fn show(args: NameArgs, lang: Lang) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::find(&app, Some(&args.name)).await?;
    let mut pairs = vec![
        ("Name", row.name.clone()),
        ("State", state(&row)),
        ("Health", health(&row)),
        ("Engine", row.engine.clone()),
        ("Brokers", brokers(&row)),
        ("Bootstrap", row.bootstrap.clone()),
        ("Topics", output::or_dash(row.topics)),
        ("Partitions", output::or_dash(row.partitions)),
    ];
    if let Some(reason) = reason(&row, lang) {
        pairs.insert(2, ("Reason", reason));
    }
    output::one(args.common.output, &pairs, &row_json(&row, lang))
}

async fn start(args: NameArgs) -> Result<(), Trouble> {
    let app = context::acting_app(&args.common)?;
    let row = context::find(&app, Some(&args.name)).await?;
    let begun = app.run(ClustersStart { cluster: row.id }).await?;
    operation::wait(&app, &begun.operation).await?;
    tell(&context::find(&app, Some(&args.name)).await?, &args.common)
}

async fn stop(args: NameArgs) -> Result<(), Trouble> {
    let app = context::acting_app(&args.common)?;
    let row = context::find(&app, Some(&args.name)).await?;
    let begun = app.run(ClustersStop { cluster: row.id }).await?;
    operation::wait(&app, &begun.operation).await?;
    let json = json!({ "cluster": row.name, "state": "STOPPED" });
    let name = &row.name;
    let (en, ko) = (format!("stopped {name}"), format!("{name}을(를) 중지했습니다"));
    output::done(args.common.output, &en, &ko, &json)
}

async fn delete(args: DeleteArgs) -> Result<(), Trouble> {
    let app = context::acting_app(&args.common)?;
    let row = match context::find(&app, Some(&args.name)).await {
        // Weir has removed since what could not be removed at first: nothing is left to do, and nothing to confirm.
        Err(Trouble::NoSuchCluster(name)) if app.core().was_left_over(&name) => {
            return delete_nothing(&app, name, &args.common).await;
        }
        found => found?,
    };
    if row.kind == ClusterKind::Remote {
        return connection::disconnect(&app, row, &args).await;
    }
    if !args.yes {
        return Err(Trouble::usage(
            format!("this deletes {} with all its data: say --yes", row.name),
            format!("{}의 모든 데이터가 삭제됩니다: --yes를 붙이세요", row.name),
        ));
    }
    let begun = app.run(ClustersDelete { cluster: row.id, confirm: row.name.clone() }).await?;
    operation::wait(&app, &begun.operation).await?;
    let json = json!({ "cluster": row.name, "deleted": true });
    let name = &row.name;
    let (en, ko) = (format!("deleted {name}"), format!("{name}을(를) 삭제했습니다"));
    output::done(args.common.output, &en, &ko, &json)
}

async fn delete_nothing(app: &App, name: String, common: &Common) -> Result<(), Trouble> {
    app.run(ClustersDelete { cluster: name.clone(), confirm: name.clone() }).await?;
    let json = json!({ "cluster": name, "deleted": true });
    let en = format!("deleted {name}: what had been left of it was removed already");
    let ko = format!("{name}을(를) 삭제했습니다: 남아 있던 파일은 이미 제거되었습니다");
    output::done(common.output, &en, &ko, &json)
}

async fn client_info(args: ClientInfoArgs) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::find(&app, Some(&args.name)).await?;
    let mut info = app.run(ClustersClientInfo { cluster: row.id }).await?;
    if let Some(language) = &args.language {
        info.snippets.retain(|snippet| snippet.language == *language);
        if info.snippets.is_empty() {
            return Err(Trouble::usage(
                format!("there are no settings for {language:?}: leave --language out to see all"),
                format!("{language:?}에 대한 설정이 없습니다: --language 없이 모두 보세요"),
            ));
        }
    }
    if args.common.output == Format::Json {
        return output::one(Format::Json, &[], &serde_json::to_value(&info).unwrap_or_default());
    }
    for snippet in &info.snippets {
        if args.language.is_none() {
            output::line(&format!("# {}", snippet.title))?;
        }
        output::line(&format!("{}\n", snippet.code.trim_end()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_closed_to_others() {
        for (host, open) in [
            ("0.0.0.0", true),
            ("192.168.1.10", true),
            ("::", true),
            ("::1", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(is_open(host), open, "{host}");
        }
    }

    #[test]
    fn of_many_addresses_a_row_has_the_first() {
        assert_eq!(addresses("a:1,b:2,c:3", Lang::En), "a:1,b:2,c:3");
        assert_eq!(addresses("a:1,b:2,c:3,d:4", Lang::En), "a:1 and 3 more");
        assert_eq!(addresses("a:1,b:2,c:3,d:4", Lang::Ko), "a:1 외 3개");
        assert_eq!(addresses("", Lang::En), "");
    }
}
