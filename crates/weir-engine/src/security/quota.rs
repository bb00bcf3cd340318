//! Client quotas (KIP-546, KIP-612): whom they are for, which there are, and filters of them.

use std::collections::BTreeMap;

use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;

/// Whom a quota is for: entity types with names, `None` for the default of the type.
pub(crate) type Entity = BTreeMap<Str, Option<Str>>;

const USER: &str = "user";
const CLIENT_ID: &str = "client-id";
const IP: &str = "ip";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Long,
    Double,
}

const USER_QUOTAS: [(&str, Kind); 4] = [
    ("producer_byte_rate", Kind::Long),
    ("consumer_byte_rate", Kind::Long),
    ("request_percentage", Kind::Double),
    ("controller_mutation_rate", Kind::Double),
];
const IP_QUOTAS: [(&str, Kind); 1] = [("connection_creation_rate", Kind::Int)];

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::INVALID_REQUEST, message)
}

/// Whether there may be quotas for `entity`.
pub(crate) fn check_entity(entity: &Entity) -> Result<(), Refusal> {
    if entity.is_empty() {
        return Err(refused("Invalid empty client quota entity"));
    }
    for (kind, name) in entity {
        if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
            return Err(refused(format!("Unhandled client quota entity type: {kind}")));
        }
        if name.as_ref().is_some_and(|name| name.is_empty()) {
            return Err(refused(format!("Empty {kind} not supported")));
        }
    }
    let Some(ip) = entity.get(IP) else { return Ok(()) };
    if entity.len() > 1 {
        // The missing space is Kafka's.
        return Err(refused(
            "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId",
        ));
    }
    match ip {
        Some(ip) if !is_address(ip) => {
            Err(refused(format!("{ip} is not a valid IP or resolvable host.")))
        }
        _ => Ok(()),
    }
}

/// Names are not looked up here: an address, or this machine.
fn is_address(ip: &str) -> bool {
    ip == "localhost" || ip.parse::<std::net::IpAddr>().is_ok()
}

/// Whether `entity` may have `key` with this value.
pub(crate) fn check_value(entity: &Entity, key: &str, value: f64) -> Result<(), Refusal> {
    let quotas: &[(&str, Kind)] = if entity.contains_key(IP) { &IP_QUOTAS } else { &USER_QUOTAS };
    let Some((_, kind)) = quotas.iter().find(|(name, _)| *name == key) else {
        return Err(refused(format!("Invalid configuration key {key}")));
    };
    if !value.is_finite() {
        return Err(refused(format!("Quota {key} must be a finite number")));
    }
    if value <= 0.0 {
        return Err(refused(format!("Quota {key} must be greater than 0")));
    }
    let (most, name) = match kind {
        Kind::Double => return Ok(()),
        Kind::Int => (f64::from(i32::MAX), "an INT"),
        Kind::Long => (i64::MAX as f64, "a LONG"),
    };
    if value > most {
        return Err(refused(format!("Proposed value for {key} is too large for {name}.")));
    }
    if value % 1.0 > 1e-6 {
        return Err(refused(format!("{key} cannot be a fractional value.")));
    }
    Ok(())
}

/// Which entities are meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuotaFilter {
    exact: Entity,
    any: Vec<Str>,
    /// Entities with further types are left out.
    strict: bool,
}

impl QuotaFilter {
    pub(crate) fn new(strict: bool) -> Self {
        Self { strict, ..Self::default() }
    }

    /// Adds a component: an entity type, `DescribeClientQuotas`' match type, a name for an exact match.
    pub(crate) fn add(&mut self, kind: &Str, how: i8, name: Option<Str>) -> Result<(), Refusal> {
        if kind.is_empty() {
            return Err(refused("Invalid empty entity type."));
        }
        if self.exact.contains_key(kind) || self.any.contains(kind) {
            return Err(refused(format!(
                "Entity type {kind} cannot appear more than once in the filter."
            )));
        }
        if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
            let message = format!("Unsupported entity type {kind}");
            return Err(Refusal::new(ErrorCode::UNSUPPORTED_VERSION, message));
        }
        let needless =
            |what| refused(format!("Request specified {what}, but also specified a match string."));
        match (how, name) {
            (0, None) => {
                return Err(refused(
                    "Request specified MATCH_TYPE_EXACT, but set match string to null.",
                ));
            }
            (0, name) | (1, name @ None) => drop(self.exact.insert(kind.clone(), name)),
            (1, Some(_)) => return Err(needless("MATCH_TYPE_DEFAULT")),
            (2, None) => self.any.push(kind.clone()),
            (2, Some(_)) => return Err(needless("MATCH_TYPE_SPECIFIED")),
            (how, _) => return Err(refused(format!("Unknown match type {how}"))),
        }
        Ok(())
    }

    /// Addresses do not go together with users and client ids.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let has = |kind| self.exact.contains_key(kind) || self.any.iter().any(|k| k == kind);
        if has(IP) && (has(USER) || has(CLIENT_ID)) {
            return Err(refused(
                "Invalid entity filter component combination. IP filter component should not be used \
                 with user or clientId filter component.",
            ));
        }
        Ok(())
    }

    pub(crate) fn matches(&self, entity: &Entity) -> bool {
        (!self.strict || entity.len() == self.exact.len() + self.any.len())
            && self.exact.iter().all(|(kind, name)| entity.get(kind) == Some(name))
            && self.any.iter().all(|kind| entity.contains_key(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(parts: &[(&str, Option<&str>)]) -> Entity {
        parts.iter().map(|(kind, name)| (Str::from(*kind), name.map(Str::from))).collect()
    }

    #[test]
    fn entities_are_checked() {
        assert_eq!(check_entity(&entity(&[("user", None), ("client-id", Some("c"))])), Ok(()));
        assert_eq!(check_entity(&entity(&[("ip", Some("10.0.0.1"))])), Ok(()));
        for (bad, words) in [
            (entity(&[]), "Invalid empty"),
            (entity(&[("group", Some("g"))]), "Unhandled client quota entity type: group"),
            (entity(&[("ip", None), ("user", None)]), "Invalid quota entity combination"),
            (entity(&[("ip", Some("no where"))]), "is not a valid IP"),
        ] {
            let refusal = check_entity(&bad).unwrap_err();
            assert!(refusal.message.contains(words), "{}", refusal.message);
        }
    }

    #[test]
    fn values_are_checked() {
        let user = entity(&[("user", Some("u"))]);
        assert_eq!(check_value(&user, "request_percentage", 0.5), Ok(()));
        let ip = entity(&[("ip", None)]);
        for (of, key, value, words) in [
            (&user, "nosuch", 1.0, "Invalid configuration key nosuch"),
            (&user, "connection_creation_rate", 1.0, "Invalid configuration key"),
            (&user, "producer_byte_rate", 0.0, "must be greater than 0"),
            (&user, "producer_byte_rate", 1.5, "cannot be a fractional value."),
            (&user, "producer_byte_rate", f64::NAN, "must be a finite number"),
            (&ip, "connection_creation_rate", 3e9, "too large for an INT."),
        ] {
            let refusal = check_value(of, key, value).unwrap_err();
            assert!(refusal.message.contains(words), "{}", refusal.message);
        }
    }
}
