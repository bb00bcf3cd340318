//! Access control entries come and go; each creation and each filter has its own answer.

use std::collections::{BTreeSet, HashSet};

use weir_wire::messages::remove_access_control_entry_record::RemoveAccessControlEntryRecord;
use weir_wire::{ErrorCode, Uuid};

use super::Controller;
use super::refusal::Refusal;
use super::topics::Answers;
use crate::metadata::MetadataError;
use crate::rng::Rng;
use crate::security::{Acl, AclFilter};

/// Kafka's bound on the records of one operation.
const RECORDS_MAX: usize = 10_000;

impl Controller {
    /// Makes entries; one that is there already is not made twice.
    pub(crate) fn create_acls(
        &self,
        acls: &[Acl],
        rng: &dyn Rng,
    ) -> Result<Answers<()>, MetadataError> {
        self.change(|draft| {
            let known: HashSet<Acl> =
                draft.image.security().acls().map(|(_, acl)| acl.clone()).collect();
            let mut seen = known;
            let mut answers = Vec::with_capacity(acls.len());
            for acl in acls {
                let answer = acl.check();
                if answer.is_ok() && seen.insert(acl.clone()) {
                    draft.push(acl.record(rng.uuid()))?;
                }
                answers.push(answer);
            }
            Ok(answers)
        })
    }

    /// Removes what each filter finds, and says what that was.
    pub(crate) fn delete_acls(
        &self,
        filters: &[AclFilter],
    ) -> Result<Answers<Vec<Acl>>, MetadataError> {
        self.change(|draft| {
            let all: Vec<(Uuid, Acl)> =
                draft.image.security().acls().map(|(id, acl)| (id, acl.clone())).collect();
            let mut gone = BTreeSet::new();
            let answers = filters.iter().map(|filter| {
                filter.check()?;
                let found = all.iter().filter(|(_, acl)| filter.matches(acl));
                let mut deleted = Vec::new();
                for (id, acl) in found {
                    gone.insert(id.0);
                    deleted.push(acl.clone());
                }
                if gone.len() > RECORDS_MAX {
                    let message = format!(
                        "Cannot remove more than {RECORDS_MAX} acls in a single delete operation."
                    );
                    return Err(Refusal::new(ErrorCode::UNKNOWN_SERVER_ERROR, message));
                }
                Ok(deleted)
            });
            let answers: Answers<Vec<Acl>> = answers.collect();
            for id in gone.into_iter().take(RECORDS_MAX) {
                let id = Uuid(id);
                draft.push(RemoveAccessControlEntryRecord { id, ..Default::default() })?;
            }
            Ok(answers)
        })
    }
}
