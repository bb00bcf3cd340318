//! From flags to a cluster that can be talked to.

use std::sync::{Arc, Once};

use weir_api::commands::clusters::list::ClustersList;
use weir_api::dto::ClusterRow;
use weir_api::texts::{self, Lang};
use weir_api::{App, Headless, Home, HostKind};
use weir_core::client::{Client, Metadata, Options, parse_bootstrap};
use weir_core::clusters::{ClusterAddress, State};
use weir_core::permits::Action;
use weir_core::{Core, Failure};

use crate::args::{Common, Target};
use crate::headings;
use crate::trouble::{Trouble, note};

/// The cluster that commands mean when none is named.
pub(crate) const LOCAL: &str = "local";

/// Opens the home as the command line, to look or to do what Weir does not record: nothing is made where none is.
pub(crate) fn app(common: &Common) -> Result<App, Trouble> {
    let app = open(Home::find(common.home.as_deref())?)?;
    if let Some(unrecorded) = app.core().unrecorded().filter(|unrecorded| unrecorded.is_unread) {
        let said = |lang| texts::say(lang, &unrecorded.why.clone().into());
        note_once(said(Lang::En), said(Lang::Ko));
    }
    Ok(app)
}

/// As [`app`], to do what Weir records.
pub(crate) fn acting_app(common: &Common) -> Result<App, Trouble> {
    acting(Home::find(common.home.as_deref())?)
}

/// As [`acting_app`], for what makes a cluster: where no home is, one is made, but not in another program's folder.
pub(crate) fn new_app(common: &Common) -> Result<App, Trouble> {
    Core::check_database(&Home::find(common.home.as_deref())?)?;
    acting(Home::prepare_own(common.home.as_deref())?)
}

fn acting(home: Home) -> Result<App, Trouble> {
    let app = open(home)?;
    if let Some(unrecorded) = app.core().unrecorded() {
        let why = |lang| texts::say(lang, &unrecorded.why.clone().into());
        note_once(
            format!("what is done now is not recorded. {}", why(Lang::En)),
            format!("지금 하는 작업은 기록되지 않습니다. {}", why(Lang::Ko)),
        );
    }
    Ok(app)
}

fn open(home: Home) -> Result<App, Trouble> {
    Ok(App::open(home, Arc::new(Headless(HostKind::CommandLine)))?)
}

/// A command that opens its home twice says so once.
fn note_once(en: String, ko: String) {
    static SAID: Once = Once::new();
    SAID.call_once(|| note(headings::lang(), en, ko));
}

/// How to connect to what the flags name.
pub(crate) async fn options(common: &Common, target: &Target) -> Result<Options, Trouble> {
    let bootstrap = match &target.bootstrap {
        Some(bootstrap) => bootstrap.clone(),
        None => serving(&app(common)?, target.cluster.as_deref()).await?.bootstrap,
    };
    Ok(Options::new(parse_bootstrap(&bootstrap)?))
}

/// A cluster that Weir knows by name, with its permissions and its record of operations; or just an address.
pub(crate) enum Place {
    Named { app: App, cluster: String },
    Address(Client),
}

/// Where something is to be done, or, with `dry_run`, only said.
pub(crate) async fn place(
    common: &Common,
    target: &Target,
    dry_run: bool,
) -> Result<Place, Trouble> {
    if let Some(bootstrap) = &target.bootstrap {
        return Ok(Place::Address(Client::new(Options::new(parse_bootstrap(bootstrap)?))));
    }
    let app = if dry_run { app(common)? } else { acting_app(common)? };
    let cluster = serving(&app, target.cluster.as_deref()).await?.id;
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
    let app = app(common)?;
    let row = serving(&app, target.cluster.as_deref()).await?;
    app.core().permit(action, &row.id)?;
    Ok(Options::new(parse_bootstrap(&row.bootstrap)?))
}

pub(crate) async fn client(common: &Common, target: &Target) -> Result<Client, Trouble> {
    Ok(Client::new(options(common, target).await?))
}

/// A client of a cluster, and what Weir knows of the cluster itself.
pub(crate) struct Known {
    pub(crate) client: Client,
    /// `None` of one that is only an address.
    address: Option<ClusterAddress>,
}

impl Known {
    /// Metadata as the console shows it: brokers of which Weir knows that they are down count as down.
    pub(crate) fn marked(&self, metadata: Arc<Metadata>) -> Arc<Metadata> {
        match &self.address {
            Some(address) => address.marked(metadata),
            None => metadata,
        }
    }
}

/// As [`client`], for what shows partitions.
pub(crate) async fn known(common: &Common, target: &Target) -> Result<Known, Trouble> {
    if target.bootstrap.is_some() {
        return Ok(Known { client: client(common, target).await?, address: None });
    }
    let address = serving(&app(common)?, target.cluster.as_deref()).await?;
    let client = Client::new(Options::new(parse_bootstrap(&address.bootstrap)?));
    Ok(Known { client, address: Some(address) })
}

/// The cluster of this name; without one "local", or the only one there is.
pub(crate) async fn find(app: &App, name: Option<&str>) -> Result<ClusterRow, Trouble> {
    let id = address(app, name).await?.id;
    let rows = app.run(ClustersList {}).await?.rows;
    // Deleted between the two questions.
    rows.into_iter().find(|row| row.id == id).ok_or_else(|| no_such(&id))
}

/// As [`find`], without asking the cluster anything.
pub(crate) async fn address(app: &App, name: Option<&str>) -> Result<ClusterAddress, Trouble> {
    let mut all = app.core().cluster_addresses().await?;
    let wanted = name.unwrap_or(LOCAL);
    if let Some(at) = all.iter().position(|one| one.id == wanted || one.name == wanted) {
        return Ok(all.swap_remove(at));
    }
    match (name, all.len()) {
        (Some(name), _) => Err(no_such(name)),
        (None, 0) => Err(Trouble::NoCluster),
        (None, 1) => Ok(all.swap_remove(0)),
        (None, _) => Err(Trouble::ManyClusters(all.into_iter().map(|one| one.name).collect())),
    }
}

/// As [`running`], and a broker of it answers clients.
pub(crate) async fn serving(app: &App, name: Option<&str>) -> Result<ClusterAddress, Trouble> {
    let found = running(app, name).await?;
    match found.down {
        Some(broker) => Err(Trouble::NoBroker { cluster: found.name, broker }),
        None => Ok(found),
    }
}

/// As [`address`], and its engine is there.
pub(crate) async fn running(app: &App, name: Option<&str>) -> Result<ClusterAddress, Trouble> {
    let found = address(app, name).await?;
    let down = matches!(found.state, State::Stopped | State::Failed | State::Deleting);
    if !down && !found.bootstrap.is_empty() {
        return Ok(found);
    }
    Err(match found.not_startable {
        Some(why) => unusable(&found.name, &Failure::denied(why)),
        None => Trouble::NotRunning(found.name),
    })
}

/// Of a cluster that a start would not help: why, with what would.
fn unusable(name: &str, why: &Failure) -> Trouble {
    let why = |lang| texts::say(lang, &why.clone().into());
    Trouble::failed(
        format!("the cluster {name:?} cannot be used now: {}", why(Lang::En)),
        format!("클러스터 {name:?}을(를) 지금 사용할 수 없습니다: {}", why(Lang::Ko)),
    )
}

fn no_such(name: &str) -> Trouble {
    Trouble::NoSuchCluster(name.to_owned())
}
