//! AlterClientQuotas, key 49, versions 0 to 1 (KIP-546): one result an entity.

use weir_wire::messages::alter_client_quotas_request::{AlterClientQuotasRequest, EntryData};
use weir_wire::messages::alter_client_quotas_response::{
    AlterClientQuotasResponse, EntityData, EntryData as Answered,
};

use crate::controller::{QuotaAlteration, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: AlterClientQuotasRequest,
) -> Reply<AlterClientQuotasResponse> {
    let alterations: Vec<QuotaAlteration> = request.entries.into_iter().map(asked).collect();
    let answers = ctx.engine().controller().alter_quotas(&alterations, request.validate_only);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        alterations.into_iter().map(|a| (a.entity, Err(refusal.clone()))).collect()
    });
    let entries = answers.into_iter().map(|(entity, answer)| {
        let refusal = answer.err();
        let entity = entity.into_iter().map(|(entity_type, entity_name)| EntityData {
            entity_type,
            entity_name,
            ..Default::default()
        });
        Answered {
            error_code: refusal.as_ref().map_or(0, |r| r.code.0),
            error_message: refusal.and_then(|r| r.text()),
            entity: entity.collect(),
            ..Default::default()
        }
    });
    Reply::Done(AlterClientQuotasResponse { entries: entries.collect(), ..Default::default() })
}

fn asked(entry: EntryData) -> QuotaAlteration {
    let entity = entry.entity.into_iter().map(|e| (e.entity_type, e.entity_name)).collect();
    let changes = entry.ops.into_iter().map(|op| (op.key, (!op.remove).then_some(op.value)));
    QuotaAlteration { entity, changes: changes.collect() }
}
