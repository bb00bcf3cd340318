//! Connections to clusters that run elsewhere: made, edited, removed.

use clap::Args;
use serde_json::json;
use weir_api::App;
use weir_api::commands::clusters::connect::ClustersConnect;
use weir_api::commands::clusters::disconnect::ClustersDisconnect;
use weir_api::commands::clusters::edit::ClustersEdit;
use weir_api::commands::clusters::test::ClustersTest;
use weir_api::dto::{ClusterRow, TestStatus, TestStep, TestStepName};
use weir_api::texts::{self, Lang};

use super::DeleteArgs;
use crate::args::Common;
use crate::context;
use crate::output;
use crate::trouble::{Trouble, note};

#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// How Weir calls the connection
    name: String,
    /// Where the cluster is: HOST:PORT, several with commas
    #[arg(value_name = "HOST:PORT")]
    bootstrap: String,
    /// Refuse every change through this connection
    #[arg(long)]
    read_only: bool,
    /// Mark it as production: the window asks twice before a change
    #[arg(long)]
    production: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct EditArgs {
    /// The connection's name, as `weir cluster list` shows it
    name: String,
    /// Where the cluster is now: HOST:PORT, several with commas
    #[arg(long, value_name = "HOST:PORT", group = "change")]
    bootstrap: Option<String>,
    /// Another name for it
    #[arg(long = "name", value_name = "NEW_NAME", group = "change")]
    new_name: Option<String>,
    /// Refuse every change through this connection
    #[arg(long, group = "change", conflicts_with = "no_read_only")]
    read_only: bool,
    /// Permit changes again
    #[arg(long, group = "change")]
    no_read_only: bool,
    /// Mark it as production: the window asks twice before a change
    #[arg(long, group = "change", conflicts_with = "no_production")]
    production: bool,
    /// It is not production
    #[arg(long, group = "change")]
    no_production: bool,
    /// Yes, another cluster may answer at the new address
    #[arg(long, requires = "bootstrap")]
    other_cluster: bool,
    #[command(flatten)]
    common: Common,
}

/// Keeps the connection, also to a cluster that does not answer now; the steps of the test say how far it is reached.
pub(super) async fn connect(args: ConnectArgs, lang: Lang) -> Result<(), Trouble> {
    let app = context::new_app(&args.common)?;
    let ConnectArgs { name, bootstrap, read_only, production, common } = args;
    let new = ClustersConnect { name, bootstrap, read_only, production };
    let connected = app.run(new.clone()).await?;
    let at = ClustersTest { bootstrap: new.bootstrap.clone(), cluster: None };
    let steps = app.run(at).await?.steps;
    let name = new.name.trim();
    let json = json!({
        "cluster": name,
        "id": connected.cluster,
        "bootstrap": new.bootstrap,
        "read_only": read_only,
        "production": production,
        "reached": is_reached(&steps),
        "steps": steps.iter().map(|step| step_json(step, lang)).collect::<Vec<_>>(),
    });
    warn(&steps, lang);
    let at = &new.bootstrap;
    let (en, ko) = (format!("connected {name}: {at}"), format!("{name}을(를) 연결했습니다: {at}"));
    output::done(common.output, &en, &ko, &json)
}

/// Some address led to it; others may be dead.
fn is_reached(steps: &[TestStep]) -> bool {
    steps.iter().any(|step| step.step == TestStepName::Metadata && step.status == TestStatus::Ok)
}

/// Says what is wrong with a connection that is kept: nobody answers, or not everywhere.
fn warn(steps: &[TestStep], lang: Lang) {
    let Some(step) = steps.iter().find(|step| step.status == TestStatus::Failed) else { return };
    let (en, ko) = match is_reached(steps) {
        true => (
            "the cluster is reached, but not everywhere",
            "클러스터에 연결되지만 일부 주소에는 연결되지 않습니다",
        ),
        false => (
            "the connection is kept, but the cluster is not reached",
            "연결은 저장했지만 클러스터에 연결되지 않습니다",
        ),
    };
    let why = |lang| said(step, lang);
    note(lang, format!("{en}. {}", why(Lang::En)), format!("{ko}. {}", why(Lang::Ko)));
}

/// What came of a step, and what to do about it.
fn said(step: &TestStep, lang: Lang) -> String {
    let mut said = texts::text(lang, &step.text);
    if let Some(hint) = &step.hint {
        said.push(' ');
        said.push_str(&texts::text(lang, hint));
    }
    said
}

fn step_json(step: &TestStep, lang: Lang) -> serde_json::Value {
    json!({
        "step": step.step,
        "status": step.status,
        "took_ms": step.took_ms,
        "text": said(step, lang),
        "detail": step.detail,
    })
}

/// What the command changed is its answer; of another address it says whether the cluster is there.
pub(super) async fn edit(args: EditArgs, lang: Lang) -> Result<(), Trouble> {
    let app = context::acting_app(&args.common)?;
    let row = context::find(&app, Some(&args.name)).await?;
    let read_only = wish(args.read_only, args.no_read_only);
    let production = wish(args.production, args.no_production);
    let EditArgs { bootstrap, new_name, other_cluster, common, .. } = args;
    let name = new_name.clone().unwrap_or_else(|| row.name.clone());
    let at = bootstrap.clone().unwrap_or(row.bootstrap);
    let json = json!({
        "cluster": name,
        "bootstrap": at,
        "read_only": read_only.unwrap_or(row.read_only),
        "production": production.unwrap_or(row.production),
    });
    let change = ClustersEdit {
        cluster: row.id,
        name: new_name,
        bootstrap,
        read_only,
        production,
        other_cluster,
    };
    let moves = change.bootstrap.clone();
    app.run(change).await?;
    if let Some(bootstrap) = moves {
        warn(&app.run(ClustersTest { bootstrap, cluster: None }).await?.steps, lang);
    }
    let ko = format!("{name} 연결을 변경했습니다: {at}");
    output::done(common.output, &format!("edited {name}: {at}"), &ko, &json)
}

/// Of a pair of switches: what is asked for, if anything.
fn wish(on: bool, off: bool) -> Option<bool> {
    if on { Some(true) } else { off.then_some(false) }
}

/// Of a cluster that Weir only connects to: forgets the connection.
pub(super) async fn disconnect(
    app: &App,
    row: ClusterRow,
    args: &DeleteArgs,
) -> Result<(), Trouble> {
    if !args.yes {
        return Err(Trouble::usage(
            format!("this removes the connection to {}, not the cluster: say --yes", row.name),
            format!("클러스터가 아니라 {} 연결을 제거합니다: --yes를 붙이세요", row.name),
        ));
    }
    app.run(ClustersDisconnect { cluster: row.id }).await?;
    let json = json!({ "cluster": row.name, "disconnected": true });
    let en = format!("removed the connection to {}", row.name);
    let ko = format!("{} 연결을 제거했습니다", row.name);
    output::done(args.common.output, &en, &ko, &json)
}
