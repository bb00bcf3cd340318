//! A connection edited: its name, its address, how it is protected. What is kept under its id stays.

use weir_client::parse_bootstrap;
use weir_store::ProfileRow;

use super::connect::{not_saved, taken};
use super::{not_found, tags};
use crate::core::Core;
use crate::errors::bad_address;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::permits::Action;
use crate::session::Session;
use crate::text::{Text, TextId};

/// What to change of a profile; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    pub name: Option<String>,
    /// `host:port,host:port`
    pub bootstrap: Option<String>,
    pub read_only: Option<bool>,
    pub production: Option<bool>,
    /// Another cluster may answer at the new address than at the one before.
    pub other_cluster: bool,
}

impl Core {
    /// Changes a remote cluster's profile. A new address need not answer; if another cluster answers there, that is a
    /// [`Kind::Conflict`] about the field `other_cluster` unless it is meant.
    pub async fn edit_cluster(&self, id: &str, edit: &ProfileEdit) -> Result<()> {
        self.permit(Action::EditConnection, id)?;
        let before = self.store().profile(id).map_err(Failure::internal)?;
        let before = before.ok_or_else(|| not_found(id))?;
        let after = edited(&before, edit);
        parse_bootstrap(&after.bootstrap).map_err(|error| bad_address(&error))?;
        if after.name != before.name {
            self.check_profile_name(&after.name, Some(id))?;
        }
        let has_moved = after.bootstrap != before.bootstrap;
        let found =
            if has_moved { self.answering(&after, edit.other_cluster).await? } else { None };
        let name = after.name.clone();
        if !self.store().update_profile(before, after).map_err(|e| not_saved(&e))? {
            return Err(taken(&name));
        }
        if let Some(found) = found {
            self.store().put_reached(id, &found).map_err(|e| not_saved(&e))?;
        }
        if has_moved {
            self.close_session(id);
        }
        let of_cluster = [tags::cluster, tags::topics, tags::groups, tags::brokers];
        let tags = of_cluster.iter().map(|tag| tag(id));
        self.events().all_changed(tags.chain([tags::CLUSTERS.to_owned()]));
        Ok(())
    }

    /// The id of the cluster at the new address, if one answers.
    async fn answering(&self, after: &ProfileRow, may_differ: bool) -> Result<Option<String>> {
        let test = self.test_cluster(&after.bootstrap, Some(&after.id)).await?;
        match test.other.filter(|_| !may_differ) {
            Some(other) => Err(Failure::new(other)
                .hint(TextId::HintOtherCluster)
                .kind(Kind::Conflict)
                .field("other_cluster")
                .outcome(Outcome::NotDone)),
            None => Ok(test.found),
        }
    }

    /// That `found`, which answers at `bootstrap`, is not the cluster to which the profile led before.
    pub(super) fn other_cluster(
        &self,
        id: &str,
        bootstrap: &str,
        found: &str,
    ) -> Result<Option<Text>> {
        let kept = self.store().reached(id).map_err(Failure::internal)?;
        let open = self.open_session(id).and_then(|session| session.newest());
        let known = open.and_then(|now| now.metadata.cluster.cluster_id.clone()).or(kept);
        Ok(known.filter(|known| known != found).map(|known| {
            let text = TextId::ErrorOtherCluster.with("address", bootstrap.trim());
            text.with("found", found).with("known", known)
        }))
    }

    /// Remembers which cluster answers at a profile's address, once a session.
    pub(super) fn note_reached(&self, id: &str, session: &Session) {
        let Some(snapshot) = session.newest() else { return };
        let Some(cluster) = snapshot.metadata.cluster.cluster_id.as_ref() else { return };
        if !session.first_reached() {
            return;
        }
        // Only what an edit compares with: not worth an error to who looks.
        if let Err(error) = self.store().put_reached(id, cluster) {
            tracing::debug!(%error, "the cluster's id is not remembered");
        }
    }
}

fn edited(before: &ProfileRow, edit: &ProfileEdit) -> ProfileRow {
    let text =
        |new: &Option<String>, old: &str| new.as_deref().map(str::trim).unwrap_or(old).to_owned();
    ProfileRow {
        name: text(&edit.name, &before.name),
        bootstrap: text(&edit.bootstrap, &before.bootstrap),
        read_only: edit.read_only.unwrap_or(before.read_only),
        production: edit.production.unwrap_or(before.production),
        ..before.clone()
    }
}
