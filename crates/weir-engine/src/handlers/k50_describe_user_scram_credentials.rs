//! DescribeUserScramCredentials, key 50, version 0 (KIP-554): mechanisms and iterations, never keys.

use std::collections::BTreeMap;

use weir_wire::messages::describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest;
use weir_wire::messages::describe_user_scram_credentials_response::{
    CredentialInfo, DescribeUserScramCredentialsResponse, DescribeUserScramCredentialsResult,
};
use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeUserScramCredentialsRequest,
) -> Reply<DescribeUserScramCredentialsResponse> {
    let mut known: BTreeMap<Str, Vec<CredentialInfo>> = BTreeMap::new();
    for (user, mechanism, credential) in ctx.image().security().credentials() {
        known.entry(user.clone()).or_default().push(CredentialInfo {
            mechanism: mechanism as i8,
            iterations: credential.iterations,
            ..Default::default()
        });
    }
    // By user: how often it was asked for.
    let mut asked: BTreeMap<Str, usize> = BTreeMap::new();
    match request.users.filter(|users| !users.is_empty()) {
        Some(users) => users.into_iter().for_each(|u| *asked.entry(u.name).or_default() += 1),
        None => asked.extend(known.keys().map(|user| (user.clone(), 1))),
    }
    let results = asked.into_iter().map(|(user, times)| match known.remove(&user) {
        Some(infos) if times == 1 => DescribeUserScramCredentialsResult {
            user,
            credential_infos: infos,
            ..Default::default()
        },
        _ => failed(user, times),
    });
    let results = results.collect();
    Reply::Done(DescribeUserScramCredentialsResponse { results, ..Default::default() })
}

fn failed(user: Str, times: usize) -> DescribeUserScramCredentialsResult {
    let (code, text) = if times > 1 {
        (
            ErrorCode::DUPLICATE_RESOURCE,
            "Cannot describe SCRAM credentials for the same user twice in a single request: ",
        )
    } else {
        (
            ErrorCode::RESOURCE_NOT_FOUND,
            "Attempt to describe a user credential that does not exist: ",
        )
    };
    DescribeUserScramCredentialsResult {
        error_code: code.0,
        error_message: Refusal::new(code, format!("{text}{user}")).text(),
        user,
        ..Default::default()
    }
}
