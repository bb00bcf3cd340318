//! Remote clusters: tried step by step, kept as profiles.

use weir_client::{Options, parse_bootstrap, test_connection};
use weir_domain::connection::{FailureReason, Step, StepReport, StepStatus};
use weir_store::{ProfileRow, StoreError};

use super::{not_found, tags};
use crate::core::Core;
use crate::errors::{bad_address, not_kafka};
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::text::{Text, TextId};
use crate::time::{now_ms, random_hex};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    pub name: String,
    /// `host:port,host:port`
    pub bootstrap: String,
    pub read_only: bool,
    pub production: bool,
}

/// An address that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    pub steps: Vec<TestStep>,
    /// The id of the cluster that answers there.
    pub(super) found: Option<String>,
    /// That it is another cluster than the one the profile led to before.
    pub other: Option<Text>,
}

/// One step of a connection that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestStep {
    pub step: Step,
    pub passed: Option<bool>,
    pub took_ms: u64,
    pub text: Text,
    pub hint: Option<Text>,
    pub detail: Option<String>,
}

impl Core {
    /// Keeps a remote cluster; its id.
    pub fn connect_cluster(&self, new: &NewProfile) -> Result<String> {
        parse_bootstrap(&new.bootstrap).map_err(|error| bad_address(&error))?;
        let name = new.name.trim();
        self.check_profile_name(name, None)?;
        let id = format!("r-{}", random_hex::<6>()?);
        let row = ProfileRow {
            id: id.clone(),
            name: name.to_owned(),
            bootstrap: new.bootstrap.trim().to_owned(),
            read_only: new.read_only,
            production: new.production,
            created_at: now_ms(),
        };
        if !self.store().add_profile(row).map_err(|e| not_saved(&e))? {
            return Err(taken(name));
        }
        self.events().changed(tags::CLUSTERS);
        Ok(id)
    }

    /// Forgets a remote cluster; nothing happens to the cluster itself.
    pub fn disconnect_cluster(&self, id: &str) -> Result<()> {
        if self.registry().local(id).is_some() {
            return Err(Failure::denied(TextId::PermitLocal));
        }
        if !self.store().remove_profile(id).map_err(|e| not_saved(&e))? {
            return Err(not_found(id));
        }
        self.close_session(id);
        self.events().all_changed([tags::CLUSTERS.to_owned(), tags::cluster(id)]);
        Ok(())
    }

    /// Tries an address: DNS, TCP, API versions, metadata, advertised addresses. Of the new address of a profile it is
    /// told if another cluster answers there than before.
    pub async fn test_cluster(&self, bootstrap: &str, profile: Option<&str>) -> Result<Test> {
        let addresses = parse_bootstrap(bootstrap).map_err(|error| bad_address(&error))?;
        let test = test_connection(&Options::new(addresses)).await;
        let found = test.cluster.and_then(|cluster| cluster.cluster_id);
        let other = match (profile, &found) {
            (Some(id), Some(found)) => self.other_cluster(id, bootstrap, found)?,
            _ => None,
        };
        Ok(Test { steps: test.steps.iter().map(step).collect(), found, other })
    }

    /// `id`: of the profile that is to have the name, if it is there already.
    pub(super) fn check_profile_name(&self, name: &str, id: Option<&str>) -> Result<()> {
        let refuse = |text: Text| Err(Failure::invalid("name", text).outcome(Outcome::NotDone));
        if name.is_empty() {
            return refuse(TextId::ClusterNameEmpty.into());
        }
        if name.chars().count() > super::names::NAME_MAX {
            return refuse(TextId::ClusterNameLong.with("max", super::names::NAME_MAX));
        }
        if name.chars().any(char::is_control) {
            return refuse(TextId::ClusterNameControl.into());
        }
        self.name_taken(name, id)?.map_or(Ok(()), |by| Err(taken(&by)))
    }
}

pub(super) fn not_saved(error: &StoreError) -> Failure {
    let failure = Failure::new(TextId::ErrorProfileNotSaved).hint(TextId::HintDiskFull);
    failure.outcome(Outcome::NotDone).detail(error)
}

pub(super) fn taken(name: &str) -> Failure {
    Failure {
        kind: Some(Kind::Conflict),
        ..Failure::invalid("name", TextId::ClusterNameTaken.with("name", name))
    }
    .outcome(Outcome::NotDone)
}

fn step(report: &StepReport) -> TestStep {
    let of = |passed, text: Text, hint: Option<TextId>, detail: Option<&String>| TestStep {
        step: report.step,
        passed,
        took_ms: report.took_ms,
        text: text.with("address", &report.address),
        hint: hint.map(Text::from),
        detail: detail.filter(|detail| !detail.is_empty()).cloned(),
    };
    match &report.status {
        StepStatus::Passed { detail } => {
            of(Some(true), passed(report.step).into(), None, Some(detail))
        }
        StepStatus::Skipped => of(None, TextId::TestSkipped.into(), None, None),
        StepStatus::Failed { reason, detail } => {
            let (text, hint) = failed(*reason);
            // The arguments that the text of a bad address wants; others have none of these.
            let text = Text::from(text).with("what", "other").with("given", "");
            of(Some(false), text, hint, Some(detail))
        }
    }
}

fn passed(step: Step) -> TextId {
    match step {
        Step::Dns => TextId::TestDnsOk,
        Step::Tcp => TextId::TestTcpOk,
        Step::ApiVersions => TextId::TestApiOk,
        Step::Metadata => TextId::TestMetadataOk,
        Step::Advertised => TextId::TestAdvertisedOk,
    }
}

fn failed(reason: FailureReason) -> (TextId, Option<TextId>) {
    match reason {
        FailureReason::BadAddress => (TextId::NetBadAddress, Some(TextId::HintAddressForm)),
        FailureReason::NameNotFound => (TextId::TestNameNotFound, Some(TextId::HintCheckName)),
        FailureReason::Refused => (TextId::TestRefused, Some(TextId::HintCheckRunning)),
        FailureReason::Unreachable => (TextId::TestUnreachable, Some(TextId::HintCheckNetwork)),
        FailureReason::TimedOut => (TextId::TestTimedOut, Some(TextId::HintCheckNetwork)),
        FailureReason::NotKafka(what) => (not_kafka(what), Some(TextId::HintKafkaPort)),
        FailureReason::ClosedEarly => (TextId::TestClosed, Some(TextId::HintPlaintextOnly)),
        FailureReason::Protocol => (TextId::TestProtocol, None),
        FailureReason::AdvertisedUnreachable => {
            (TextId::TestAdvertised, Some(TextId::HintAdvertised))
        }
    }
}
