//! DescribeClientQuotas, key 48, versions 0 to 1 (KIP-546).

use weir_wire::messages::describe_client_quotas_request::DescribeClientQuotasRequest;
use weir_wire::messages::describe_client_quotas_response::{
    DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::security::{Entity, QuotaFilter, Quotas};

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeClientQuotasRequest,
) -> Reply<DescribeClientQuotasResponse> {
    Reply::Done(match filter(request) {
        Ok(filter) => {
            let all = ctx.image().security().quotas();
            let found = all.filter(|(entity, _)| filter.matches(entity));
            let entries = found.map(|(entity, quotas)| described(entity, quotas)).collect();
            DescribeClientQuotasResponse { entries: Some(entries), ..Default::default() }
        }
        Err(refusal) => DescribeClientQuotasResponse {
            error_code: refusal.code.0,
            error_message: refusal.text(),
            entries: None,
            ..Default::default()
        },
    })
}

fn filter(request: DescribeClientQuotasRequest) -> Result<QuotaFilter, Refusal> {
    let mut filter = QuotaFilter::new(request.strict);
    for component in request.components {
        filter.add(&component.entity_type, component.match_type, component.match_)?;
    }
    filter.check()?;
    Ok(filter)
}

fn described(entity: &Entity, quotas: &Quotas) -> EntryData {
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
        ..Default::default()
    });
    let values = quotas.iter().map(|(key, value)| ValueData {
        key: key.clone(),
        value: *value,
        ..Default::default()
    });
    EntryData { entity: entity.collect(), values: values.collect(), ..Default::default() }
}
