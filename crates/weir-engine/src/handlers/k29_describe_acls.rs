//! DescribeAcls, key 29, versions 1 to 3 (KIP-140, KIP-290).

use weir_wire::messages::describe_acls_request::DescribeAclsRequest;
use weir_wire::messages::describe_acls_response::{
    AclDescription, DescribeAclsResource, DescribeAclsResponse,
};

use super::acls::{authorizer_configured, by_resource, security_disabled};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::security::{Acl, AclFilter};

pub(crate) fn handle(ctx: &Ctx, request: DescribeAclsRequest) -> Reply<DescribeAclsResponse> {
    let filter = AclFilter {
        resource_type: request.resource_type_filter,
        name: request.resource_name_filter,
        pattern_type: request.pattern_type_filter,
        principal: request.principal_filter,
        host: request.host_filter,
        operation: request.operation,
        permission: request.permission_type,
    };
    if filter.is_malformed() {
        return Reply::Close("DescribeAcls with UNKNOWN elements");
    }
    if !authorizer_configured(ctx) {
        let code = security_disabled().code;
        let refusal = Refusal::new(code, "No Authorizer is configured on the broker");
        return Reply::Done(DescribeAclsResponse {
            error_code: refusal.code.0,
            error_message: refusal.text(),
            ..Default::default()
        });
    }
    let all = ctx.image().security().acls().map(|(_, acl)| acl);
    let found = by_resource(all.filter(|acl| filter.matches(acl)));
    let resources =
        found.into_iter().map(|((resource_type, resource_name, pattern_type), acls)| {
            DescribeAclsResource {
                resource_type,
                resource_name,
                pattern_type,
                acls: acls.into_iter().map(described).collect(),
                ..Default::default()
            }
        });
    Reply::Done(DescribeAclsResponse { resources: resources.collect(), ..Default::default() })
}

fn described(acl: &Acl) -> AclDescription {
    AclDescription {
        principal: acl.principal.clone(),
        host: acl.host.clone(),
        operation: acl.operation,
        permission_type: acl.permission,
        ..Default::default()
    }
}
