//! What the three ACL APIs share.

use std::collections::BTreeMap;

use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::security::Acl;

/// Without an authorizer there are no ACLs.
pub(super) fn authorizer_configured(ctx: &Ctx) -> bool {
    let configs = ctx.image().configs();
    configs.broker_value(None, "authorizer.class.name").is_some_and(|class| !class.is_empty())
}

pub(super) fn security_disabled() -> Refusal {
    Refusal::new(ErrorCode::SECURITY_DISABLED, "No Authorizer is configured.")
}

/// Entries by what they are about: resource type, name, pattern type.
pub(super) fn by_resource<'a>(
    acls: impl Iterator<Item = &'a Acl>,
) -> BTreeMap<(i8, Str, i8), Vec<&'a Acl>> {
    let mut grouped: BTreeMap<_, Vec<&Acl>> = BTreeMap::new();
    for acl in acls {
        let resource = (acl.resource_type, acl.name.clone(), acl.pattern_type);
        grouped.entry(resource).or_default().push(acl);
    }
    grouped
}
