//! From flags to a cluster that can be talked to.

use std::sync::Arc;

use weir_api::commands::clusters::list::ClustersList;
use weir_api::dto::{ClusterRow, ClusterState};
use weir_api::{App, Headless, Home, HostKind};
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_core::permits::Action;

use crate::args::{Common, Target};
use crate::trouble::Trouble;

/// The cluster that commands mean when none is named.
pub(crate) const LOCAL: &str = "local";

/// Opens the home as the command line, with the state of each cluster as it is now.
pub(crate) async fn app(common: &Common) -> Result<App, Trouble> {
    let home = Home::prepare(common.home.as_deref())?;
    let app = App::open(home, Arc::new(Headless(HostKind::CommandLine)))?;
    app.core().look_at_clusters().await;
    Ok(app)
}

/// How to connect to what the flags name.
pub(crate) async fn options(common: &Common, target: &Target) -> Result<Options, Trouble> {
    let bootstrap = match &target.bootstrap {
        Some(bootstrap) => bootstrap.clone(),
        None => running(&app(common).await?, target.cluster.as_deref()).await?.bootstrap,
    };
    Ok(Options::new(parse_bootstrap(&bootstrap)?))
}

/// A cluster that Weir knows by name, with its permissions and its record of operations; or just an address.
pub(crate) enum Place {
    Named { app: App, cluster: String },
    Address(Client),
}

pub(crate) async fn place(common: &Common, target: &Target) -> Result<Place, Trouble> {
    if let Some(bootstrap) = &target.bootstrap {
        return Ok(Place::Address(Client::new(Options::new(parse_bootstrap(bootstrap)?))));
    }
    let app = app(common).await?;
    let cluster = running(&app, target.cluster.as_deref()).await?.id;
    Ok(Place::Named { app, cluster })
}

/// As [`options`], if this may be done to the cluster.
pub(crate) async fn permitted(
    common: &Common,
    target: &Target,
    action: Action,
) -> Result<Options, Trouble> {
    if target.bootstrap.is_some() {
        return options(common, target).await;
    }
    let app = app(common).await?;
    let row = running(&app, target.cluster.as_deref()).await?;
    app.core().permit(action, &row.id)?;
    Ok(Options::new(parse_bootstrap(&row.bootstrap)?))
}

pub(crate) async fn client(common: &Common, target: &Target) -> Result<Client, Trouble> {
    Ok(Client::new(options(common, target).await?))
}

/// The cluster of this name; without one "local", or the only one there is.
pub(crate) async fn find(app: &App, name: Option<&str>) -> Result<ClusterRow, Trouble> {
    let mut rows = app.run(ClustersList {}).await?.rows;
    let wanted = name.unwrap_or(LOCAL);
    if let Some(at) = rows.iter().position(|row| row.id == wanted || row.name == wanted) {
        return Ok(rows.swap_remove(at));
    }
    match (name, rows.len()) {
        (Some(name), _) => Err(no_such(name)),
        (None, 0) => Err(Trouble::NoCluster),
        (None, 1) => Ok(rows.swap_remove(0)),
        (None, _) => Err(Trouble::ManyClusters(rows.into_iter().map(|row| row.name).collect())),
    }
}

/// As [`find`], and it has an address now.
pub(crate) async fn running(app: &App, name: Option<&str>) -> Result<ClusterRow, Trouble> {
    let row = find(app, name).await?;
    let down =
        matches!(row.state, ClusterState::Stopped | ClusterState::Failed | ClusterState::Deleting);
    if down || row.bootstrap.is_empty() {
        return Err(Trouble::NotRunning(row.name));
    }
    Ok(row)
}

fn no_such(name: &str) -> Trouble {
    Trouble::failed(
        format!("there is no cluster {name:?}: see `weir cluster list`"),
        format!("클러스터 {name:?}이(가) 없습니다: `weir cluster list`를 보십시오"),
    )
}
