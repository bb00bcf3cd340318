//! CreateAcls, key 30, versions 1 to 3 (KIP-140, KIP-290): one result a creation, always. One that is
//! rather a filter (ANY, MATCH) fails them all: UNKNOWN_SERVER_ERROR, as in Kafka, whose handler fails.

use weir_wire::ErrorCode;
use weir_wire::messages::create_acls_request::{AclCreation, CreateAclsRequest};
use weir_wire::messages::create_acls_response::{AclCreationResult, CreateAclsResponse};

use super::acls::{authorizer_configured, security_disabled};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::security::Acl;

pub(crate) fn handle(ctx: &Ctx, request: CreateAclsRequest) -> Reply<CreateAclsResponse> {
    let acls: Vec<Acl> = request.creations.iter().map(asked).collect();
    let malformed = |acl: &Acl| {
        [acl.resource_type, acl.pattern_type, acl.operation, acl.permission].contains(&0)
    };
    if acls.iter().any(malformed) {
        return Reply::Close("CreateAcls with UNKNOWN elements");
    }
    let all = |refusal: Refusal| acls.iter().map(|_| Err(refusal.clone())).collect();
    let answers = if !authorizer_configured(ctx) {
        all(security_disabled())
    } else if acls.iter().any(Acl::is_filter) {
        all(Refusal::from(ErrorCode::UNKNOWN_SERVER_ERROR))
    } else {
        let engine = ctx.engine();
        let made = engine.controller().create_acls(&acls, engine.rng().as_ref());
        made.unwrap_or_else(|error| all(Refusal::from(error)))
    };
    let results = answers.into_iter().map(|answer| match answer {
        Ok(()) => AclCreationResult::default(),
        Err(refusal) => AclCreationResult {
            error_code: refusal.code.0,
            error_message: refusal.text(),
            ..Default::default()
        },
    });
    Reply::Done(CreateAclsResponse { results: results.collect(), ..Default::default() })
}

fn asked(creation: &AclCreation) -> Acl {
    Acl {
        resource_type: creation.resource_type,
        name: creation.resource_name.detached(),
        pattern_type: creation.resource_pattern_type,
        principal: creation.principal.detached(),
        host: creation.host.detached(),
        operation: creation.operation,
        permission: creation.permission_type,
    }
}
