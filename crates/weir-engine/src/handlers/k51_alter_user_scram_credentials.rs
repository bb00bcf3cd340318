//! AlterUserScramCredentials, key 51, version 0 (KIP-554): one result a user.

use std::collections::BTreeMap;

use weir_wire::Str;
use weir_wire::messages::alter_user_scram_credentials_request::AlterUserScramCredentialsRequest;
use weir_wire::messages::alter_user_scram_credentials_response::{
    AlterUserScramCredentialsResponse, AlterUserScramCredentialsResult,
};

use crate::controller::{Refusal, SaltedPassword, ScramAlteration};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: AlterUserScramCredentialsRequest,
) -> Reply<AlterUserScramCredentialsResponse> {
    let alterations = asked(request);
    let answers = ctx.engine().controller().alter_scram(&alterations);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        let users = alterations.iter().map(|a| (a.user.clone(), Err(refusal.clone())));
        users.collect::<BTreeMap<Str, Result<(), Refusal>>>()
    });
    let results = answers.into_iter().map(|(user, answer)| {
        let refusal = answer.err();
        AlterUserScramCredentialsResult {
            user,
            error_code: refusal.as_ref().map_or(0, |r| r.code.0),
            error_message: refusal.and_then(|r| r.text()),
            ..Default::default()
        }
    });
    let results = results.collect();
    Reply::Done(AlterUserScramCredentialsResponse { results, ..Default::default() })
}

fn asked(request: AlterUserScramCredentialsRequest) -> Vec<ScramAlteration> {
    let deletions = request.deletions.into_iter().map(|deletion| ScramAlteration {
        user: deletion.name.detached(),
        mechanism: deletion.mechanism,
        put: None,
    });
    let puts = request.upsertions.into_iter().map(|upsertion| ScramAlteration {
        user: upsertion.name.detached(),
        mechanism: upsertion.mechanism,
        put: Some(SaltedPassword {
            salt: upsertion.salt,
            salted: upsertion.salted_password,
            iterations: upsertion.iterations,
        }),
    });
    deletions.chain(puts).collect()
}
