//! Access control entries, SCRAM credentials and client quotas, as the metadata log keeps them.

mod acl;
mod java_order;
mod quota;
mod scram;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::messages::access_control_entry_record::AccessControlEntryRecord;
use weir_wire::messages::client_quota_record::ClientQuotaRecord;
use weir_wire::messages::user_scram_credential_record::UserScramCredentialRecord;
use weir_wire::{Str, Uuid};

pub(crate) use acl::{Acl, AclFilter};
pub(crate) use java_order::as_kafka_tells;
pub(crate) use quota::{Entity, QuotaFilter, check_entity, check_value};
pub(crate) use scram::{Mechanism, ScramCredential};

/// The values of one quota entity, by quota name.
pub(crate) type Quotas = BTreeMap<Str, f64>;

/// Everything of the image that has to do with who may do what, and how much.
#[derive(Debug, Clone, Default)]
pub(crate) struct Security {
    acls: imbl::OrdMap<[u8; 16], Arc<Acl>>,
    credentials: imbl::OrdMap<(Str, Mechanism), Arc<ScramCredential>>,
    quotas: imbl::OrdMap<Entity, Arc<Quotas>>,
}

impl Security {
    /// Every access control entry with its id.
    pub(crate) fn acls(&self) -> impl Iterator<Item = (Uuid, &Acl)> {
        self.acls.iter().map(|(id, acl)| (Uuid(*id), acl.as_ref()))
    }

    pub(crate) fn put_acl(&mut self, r: &AccessControlEntryRecord) {
        self.acls.insert(r.id.0, Arc::new(Acl::of_record(r)));
    }

    pub(crate) fn remove_acl(&mut self, id: Uuid) {
        self.acls.remove(&id.0);
    }

    /// Every credential, by user and mechanism.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = (&Str, Mechanism, &ScramCredential)> {
        self.credentials.iter().map(|((user, mechanism), c)| (user, *mechanism, c.as_ref()))
    }

    pub(crate) fn credential(&self, user: &Str, mechanism: Mechanism) -> Option<&ScramCredential> {
        self.credentials.get(&(user.clone(), mechanism)).map(Arc::as_ref)
    }

    pub(crate) fn put_credential(&mut self, r: &UserScramCredentialRecord) {
        if let Some(mechanism) = Mechanism::from_code(r.mechanism) {
            let credential = Arc::new(ScramCredential::of_record(r));
            self.credentials.insert((r.name.detached(), mechanism), credential);
        }
    }

    pub(crate) fn remove_credential(&mut self, user: &Str, mechanism: i8) {
        if let Some(mechanism) = Mechanism::from_code(mechanism) {
            self.credentials.remove(&(user.clone(), mechanism));
        }
    }

    /// Every quota entity that has values.
    pub(crate) fn quotas(&self) -> impl Iterator<Item = (&Entity, &Quotas)> {
        self.quotas.iter().map(|(entity, quotas)| (entity, quotas.as_ref()))
    }

    pub(crate) fn quota_count(&self) -> usize {
        self.quotas.len()
    }

    pub(crate) fn quotas_of(&self, entity: &Entity) -> Option<&Quotas> {
        self.quotas.get(entity).map(Arc::as_ref)
    }

    pub(crate) fn set_quota(&mut self, r: &ClientQuotaRecord) {
        let named = |e: &weir_wire::messages::client_quota_record::EntityData| {
            (e.entity_type.detached(), e.entity_name.as_ref().map(Str::detached))
        };
        let entity: Entity = r.entity.iter().map(named).collect();
        let mut values = self.quotas_of(&entity).cloned().unwrap_or_default();
        if r.remove {
            values.remove(&r.key);
        } else {
            values.insert(r.key.detached(), r.value);
        }
        if values.is_empty() {
            self.quotas.remove(&entity);
        } else {
            self.quotas.insert(entity, Arc::new(values));
        }
    }
}
