//! One access control entry, the rules for a new one, and filters of them (KIP-11, KIP-290).

use weir_wire::messages::access_control_entry_record::AccessControlEntryRecord;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::controller::Refusal;

/// Any value of a filter's field.
const ANY: i8 = 1;
/// `PatternType.MATCH`: whatever applies to the name.
const MATCH: i8 = 2;
/// `PatternType.LITERAL`.
const LITERAL: i8 = 3;
/// `PatternType.PREFIXED`.
const PREFIXED: i8 = 4;
/// `ResourceType.CLUSTER`.
const CLUSTER: i8 = 4;
/// The only name of the CLUSTER resource.
const CLUSTER_NAME: &str = "kafka-cluster";

const RESOURCE_TYPES: [&str; 8] =
    ["UNKNOWN", "ANY", "TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN", "USER"];
const PATTERN_TYPES: [&str; 5] = ["UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"];
const PERMISSIONS: [&str; 4] = ["UNKNOWN", "ANY", "DENY", "ALLOW"];
/// How many operations there are, UNKNOWN and ANY included.
const OPERATIONS: i8 = 16;
const WILDCARD: &str = "*";

/// One entry: who may, or may not, do what to which resources, from where. Codes are Kafka's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Acl {
    pub(crate) resource_type: i8,
    pub(crate) name: Str,
    pub(crate) pattern_type: i8,
    pub(crate) principal: Str,
    pub(crate) host: Str,
    pub(crate) operation: i8,
    pub(crate) permission: i8,
}

/// A name of a code, UNKNOWN where there is none.
fn named(names: &'static [&'static str], code: i8) -> &'static str {
    usize::try_from(code).ok().and_then(|i| names.get(i)).unwrap_or(&"UNKNOWN")
}

impl Acl {
    pub(crate) fn of_record(r: &AccessControlEntryRecord) -> Self {
        Self {
            resource_type: r.resource_type,
            name: r.resource_name.detached(),
            pattern_type: r.pattern_type,
            principal: r.principal.detached(),
            host: r.host.detached(),
            operation: r.operation,
            permission: r.permission_type,
        }
    }

    pub(crate) fn record(&self, id: Uuid) -> AccessControlEntryRecord {
        AccessControlEntryRecord {
            id,
            resource_type: self.resource_type,
            resource_name: self.name.clone(),
            pattern_type: self.pattern_type,
            principal: self.principal.clone(),
            host: self.host.clone(),
            operation: self.operation,
            permission_type: self.permission,
            ..Default::default()
        }
    }

    /// Whether it stands for more than one entry: Kafka cannot even read such.
    pub(crate) fn is_filter(&self) -> bool {
        [self.resource_type, self.pattern_type, self.operation, self.permission].contains(&ANY)
            || self.pattern_type == MATCH
    }

    /// Whether it may be made, with Kafka's words: the broker's checks, then the controller's.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let refused = |message: String| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        if self.resource_type == CLUSTER && self.name != CLUSTER_NAME {
            return refused(format!(
                "The only valid name for the CLUSTER resource is {CLUSTER_NAME}"
            ));
        }
        if self.name.is_empty() {
            return refused("Invalid empty resource name".to_owned());
        }
        let resource_type = named(&RESOURCE_TYPES, self.resource_type);
        if matches!(resource_type, "UNKNOWN" | "ANY") {
            return refused(format!("Invalid resourceType {resource_type}"));
        }
        if !matches!(self.pattern_type, LITERAL | PREFIXED) {
            let pattern_type = named(&PATTERN_TYPES, self.pattern_type);
            return refused(format!("Invalid patternType {pattern_type}"));
        }
        if !(ANY + 1..OPERATIONS).contains(&self.operation) {
            let operation = if self.operation == ANY { "ANY" } else { "UNKNOWN" };
            return refused(format!("Invalid operation {operation}"));
        }
        let permission = named(&PERMISSIONS, self.permission);
        if matches!(permission, "UNKNOWN" | "ANY") {
            return refused(format!("Invalid permissionType {permission}"));
        }
        if self.host.is_empty() {
            return refused("Host pattern cannot be null or empty".to_owned());
        }
        if self.host.contains('/') && !is_cidr(&self.host) {
            return refused(format!("Invalid CIDR notation '{}'", self.host));
        }
        if !self.principal.contains(':') {
            return refused(format!(
                "Could not parse principal from `{}` (no colon is present separating the principal \
                 type from the principal name)",
                self.principal
            ));
        }
        Ok(())
    }
}

/// An address, a slash, and how many of its bits count.
fn is_cidr(host: &str) -> bool {
    let Some((address, bits)) = host.split_once('/') else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// Which entries are meant: `None` and [`ANY`] stand for all.
#[derive(Debug, Clone)]
pub(crate) struct AclFilter {
    pub(crate) resource_type: i8,
    pub(crate) name: Option<Str>,
    pub(crate) pattern_type: i8,
    pub(crate) principal: Option<Str>,
    pub(crate) host: Option<Str>,
    pub(crate) operation: i8,
    pub(crate) permission: i8,
}

impl AclFilter {
    /// Whether a field holds 0, which no version of the protocol means: the request is malformed.
    pub(crate) fn is_malformed(&self) -> bool {
        [self.resource_type, self.pattern_type, self.operation, self.permission].contains(&0)
    }

    /// A code that Kafka does not know deletes nothing.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let refused = |message| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        let known = |names: &'static [&'static str], code| named(names, code) != "UNKNOWN";
        if !known(&RESOURCE_TYPES, self.resource_type) || !known(&PATTERN_TYPES, self.pattern_type)
        {
            return refused("Unknown patternFilter.");
        }
        if !(ANY..OPERATIONS).contains(&self.operation) || !known(&PERMISSIONS, self.permission) {
            return refused("Unknown entryFilter.");
        }
        Ok(())
    }

    pub(crate) fn matches(&self, acl: &Acl) -> bool {
        let code = |wanted: i8, has: i8| wanted == ANY || wanted == has;
        let text = |wanted: &Option<Str>, has: &Str| wanted.as_ref().is_none_or(|w| w == has);
        code(self.resource_type, acl.resource_type)
            && self.matches_pattern(acl)
            && text(&self.principal, &acl.principal)
            && text(&self.host, &acl.host)
            && code(self.operation, acl.operation)
            && code(self.permission, acl.permission)
    }

    fn matches_pattern(&self, acl: &Acl) -> bool {
        if !matches!(self.pattern_type, ANY | MATCH) && self.pattern_type != acl.pattern_type {
            return false;
        }
        let Some(name) = &self.name else { return true };
        if self.pattern_type != MATCH {
            return *name == acl.name;
        }
        match acl.pattern_type {
            PREFIXED => name.starts_with(acl.name.as_str()),
            _ => *name == acl.name || acl.name == WILDCARD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acl() -> Acl {
        Acl {
            resource_type: 2,
            name: Str::from("orders"),
            pattern_type: LITERAL,
            principal: Str::from("User:a"),
            host: Str::from("*"),
            operation: 3,
            permission: 3,
        }
    }

    fn filter(name: &str, pattern_type: i8) -> AclFilter {
        AclFilter {
            resource_type: 2,
            name: Some(Str::from(name)),
            pattern_type,
            principal: None,
            host: None,
            operation: ANY,
            permission: ANY,
        }
    }

    #[test]
    fn a_new_entry_has_to_be_definite() {
        assert_eq!(acl().check(), Ok(()));
        let cases = [
            (Acl { resource_type: 1, ..acl() }, "Invalid resourceType ANY"),
            (Acl { resource_type: 99, ..acl() }, "Invalid resourceType UNKNOWN"),
            (Acl { pattern_type: MATCH, ..acl() }, "Invalid patternType MATCH"),
            (Acl { operation: 1, ..acl() }, "Invalid operation ANY"),
            (Acl { permission: 1, ..acl() }, "Invalid permissionType ANY"),
            (Acl { name: Str::default(), ..acl() }, "Invalid empty resource name"),
            (Acl { resource_type: CLUSTER, ..acl() }, "CLUSTER resource is kafka-cluster"),
            (Acl { principal: Str::from("a"), ..acl() }, "no colon is present"),
            (Acl { host: Str::default(), ..acl() }, "Host pattern cannot be null or empty"),
            (Acl { host: Str::from("10.0.0.0/33"), ..acl() }, "Invalid CIDR notation"),
        ];
        for (acl, words) in cases {
            let refusal = acl.check().unwrap_err();
            assert_eq!(refusal.code, ErrorCode::INVALID_REQUEST);
            assert!(refusal.message.contains(words), "{}", refusal.message);
        }
        assert_eq!(Acl { host: Str::from("10.0.0.0/8"), ..acl() }.check(), Ok(()));
    }

    #[test]
    fn match_finds_what_applies_to_the_name() {
        let prefixed = Acl { name: Str::from("ord"), pattern_type: PREFIXED, ..acl() };
        let wildcard = Acl { name: Str::from("*"), ..acl() };
        for found in [&acl(), &prefixed, &wildcard] {
            assert!(filter("orders", MATCH).matches(found), "{found:?}");
        }
        assert!(!filter("or", MATCH).matches(&prefixed));
        assert!(filter("orders", ANY).matches(&acl()));
        assert!(!filter("orders", ANY).matches(&prefixed), "ANY wants the same name");
        assert!(filter("ord", PREFIXED).matches(&prefixed));
        assert!(!filter("ord", LITERAL).matches(&prefixed));
    }
}
