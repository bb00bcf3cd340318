//! DeleteAcls, key 31, versions 1 to 3 (KIP-140, KIP-290): for each filter what it deleted.

use weir_wire::messages::delete_acls_request::{DeleteAclsFilter, DeleteAclsRequest};
use weir_wire::messages::delete_acls_response::{
    DeleteAclsFilterResult, DeleteAclsMatchingAcl, DeleteAclsResponse,
};

use super::acls::{authorizer_configured, security_disabled};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::security::{Acl, AclFilter};

pub(crate) fn handle(ctx: &Ctx, request: DeleteAclsRequest) -> Reply<DeleteAclsResponse> {
    let filters: Vec<AclFilter> = request.filters.into_iter().map(asked).collect();
    if filters.iter().any(AclFilter::is_malformed) {
        return Reply::Close("DeleteAcls with UNKNOWN elements");
    }
    let all = |refusal: Refusal| filters.iter().map(|_| Err(refusal.clone())).collect();
    let answers = if authorizer_configured(ctx) {
        let deleted = ctx.engine().controller().delete_acls(&filters);
        deleted.unwrap_or_else(|error| all(Refusal::from(error)))
    } else {
        all(security_disabled())
    };
    let filter_results = answers.into_iter().map(|answer| match answer {
        Ok(deleted) => DeleteAclsFilterResult {
            error_message: None,
            matching_acls: deleted.into_iter().map(gone).collect(),
            ..Default::default()
        },
        Err(refusal) => DeleteAclsFilterResult {
            error_code: refusal.code.0,
            error_message: refusal.text(),
            ..Default::default()
        },
    });
    let filter_results = filter_results.collect();
    Reply::Done(DeleteAclsResponse { filter_results, ..Default::default() })
}

fn asked(filter: DeleteAclsFilter) -> AclFilter {
    AclFilter {
        resource_type: filter.resource_type_filter,
        name: filter.resource_name_filter,
        pattern_type: filter.pattern_type_filter,
        principal: filter.principal_filter,
        host: filter.host_filter,
        operation: filter.operation,
        permission: filter.permission_type,
    }
}

fn gone(acl: Acl) -> DeleteAclsMatchingAcl {
    DeleteAclsMatchingAcl {
        error_message: None,
        resource_type: acl.resource_type,
        resource_name: acl.name,
        pattern_type: acl.pattern_type,
        principal: acl.principal,
        host: acl.host,
        operation: acl.operation,
        permission_type: acl.permission,
        ..Default::default()
    }
}
