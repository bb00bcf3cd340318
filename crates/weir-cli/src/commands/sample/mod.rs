//! `weir sample`: a small live shop beside a cluster on this machine, in a process of its own.

mod beside;
mod run;
mod shop;

use clap::{Args, Subcommand};
use serde_json::json;
use weir_api::App;
use weir_api::commands::clusters::sample_remove::ClustersSampleRemove;
use weir_api::commands::clusters::sample_start::ClustersSampleStart;
use weir_api::dto::ClusterRow;

use crate::args::Common;
use crate::commands::operation;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum SampleCommand {
    /// Run the workload in the foreground, until the cluster is stopped or the sample removed
    Run(SampleArgs),
    /// End the workload and delete its topics and groups
    Remove(SampleArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: SampleCommand) -> Result<(), Trouble> {
    match command {
        SampleCommand::Run(args) => run::run(&args.common, args.cluster.as_deref()).await,
        SampleCommand::Remove(args) => remove(&args.common, args.cluster.as_deref()).await,
    }
}

async fn remove(common: &Common, cluster: Option<&str>) -> Result<(), Trouble> {
    let app = context::acting_app(common)?;
    let row = context::find(&app, cluster).await?;
    let begun = app.run(ClustersSampleRemove { cluster: row.id }).await?;
    operation::wait(&app, &begun.operation).await?;
    let json = json!({ "cluster": row.name, "sample": false });
    let name = &row.name;
    let en = format!("removed the sample of {name}");
    output::done(common.output, &en, &format!("{name}의 샘플을 제거했습니다"), &json)
}

/// Begins the workload unless it runs already.
pub(crate) async fn start(app: &App, row: &ClusterRow) -> Result<(), Trouble> {
    if row.permits.sample_start.is_some() {
        return Ok(());
    }
    let begun = app.run(ClustersSampleStart { cluster: row.id.clone() }).await?;
    operation::wait(app, &begun.operation).await
}
