//! SCRAM users (KIP-554): credentials are put and removed, each user once a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use weir_wire::messages::remove_user_scram_credential_record::RemoveUserScramCredentialRecord;
use weir_wire::{ErrorCode, Str};

use super::Controller;
use super::refusal::Refusal;
use crate::image::Image;
use crate::metadata::MetadataError;
use crate::security::{Mechanism, ScramCredential};

/// What is to become of one user's credential.
#[derive(Debug, Clone)]
pub(crate) struct ScramAlteration {
    pub(crate) user: Str,
    /// Kafka's code of a mechanism.
    pub(crate) mechanism: i8,
    /// `None` removes the credential.
    pub(crate) put: Option<SaltedPassword>,
}

/// What a client sends of a password.
#[derive(Clone)]
pub(crate) struct SaltedPassword {
    pub(crate) salt: Bytes,
    pub(crate) salted: Bytes,
    pub(crate) iterations: i32,
}

impl std::fmt::Debug for SaltedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SaltedPassword([hidden])")
    }
}

impl Controller {
    /// Carries out what can be; answers by user.
    pub(crate) fn alter_scram(
        &self,
        alterations: &[ScramAlteration],
    ) -> Result<BTreeMap<Str, Result<(), Refusal>>, MetadataError> {
        self.change(|draft| {
            let mut planned: BTreeMap<Str, Result<&ScramAlteration, Refusal>> = BTreeMap::new();
            for alteration in alterations {
                let plan = match planned.get(&alteration.user) {
                    Some(Err(_)) => continue,
                    Some(Ok(_)) => Err(twice()),
                    None => check(draft.image, alteration).map(|()| alteration),
                };
                planned.insert(alteration.user.clone(), plan);
            }
            for alteration in planned.values().flatten() {
                let user = alteration.user.clone();
                match (&alteration.put, Mechanism::from_code(alteration.mechanism)) {
                    (Some(put), Some(mechanism)) => {
                        let SaltedPassword { salt, salted, iterations } = put;
                        let credential = ScramCredential::new(mechanism, salt, salted, *iterations);
                        draft.push(credential.record(user, mechanism))?;
                    }
                    _ => draft.push(RemoveUserScramCredentialRecord {
                        name: user,
                        mechanism: alteration.mechanism,
                        ..Default::default()
                    })?,
                }
            }
            Ok(planned.into_iter().map(|(user, plan)| (user, plan.map(drop))).collect())
        })
    }
}

fn twice() -> Refusal {
    let message = "A user credential cannot be altered twice in the same request";
    Refusal::new(ErrorCode::DUPLICATE_RESOURCE, message)
}

fn check(image: &Image, alteration: &ScramAlteration) -> Result<(), Refusal> {
    let unacceptable = |message| Refusal::new(ErrorCode::UNACCEPTABLE_CREDENTIAL, message);
    if alteration.user.is_empty() {
        return Err(unacceptable("Username must not be empty"));
    }
    let mechanism = Mechanism::from_code(alteration.mechanism).ok_or_else(|| {
        Refusal::new(ErrorCode::UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism")
    })?;
    match &alteration.put {
        Some(put) => mechanism.check_iterations(put.iterations).map_err(unacceptable),
        None if image.security().credential(&alteration.user, mechanism).is_none() => {
            let message = "Attempt to delete a user credential that does not exist";
            Err(Refusal::new(ErrorCode::RESOURCE_NOT_FOUND, message))
        }
        None => Ok(()),
    }
}
