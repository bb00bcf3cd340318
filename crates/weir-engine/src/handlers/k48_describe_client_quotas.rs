//! DescribeClientQuotas, key 48, versions 0 to 1 (KIP-546).

use weir_wire::Str;
use weir_wire::messages::describe_client_quotas_request::DescribeClientQuotasRequest;
use weir_wire::messages::describe_client_quotas_response::{
    DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;
use crate::security::{Entity, QuotaFilter, as_kafka_tells};

pub(crate) fn handle(
    ctx: &Ctx,
    request: DescribeClientQuotasRequest,
) -> Reply<DescribeClientQuotasResponse> {
    Reply::Done(match filter(request) {
        Ok(filter) => {
            let image = ctx.image();
            let security = image.security();
            let found = security.quotas().filter(|(entity, _)| filter.matches(entity));
            let found = as_kafka_tells(found, security.quota_count());
            let entries = found.into_iter().map(described).collect();
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

fn described((entity, quotas): (&Entity, Vec<(&Str, f64)>)) -> EntryData {
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
        ..Default::default()
    });
    let values = quotas.into_iter().map(|(key, value)| ValueData {
        key: key.clone(),
        value,
        ..Default::default()
    });
    EntryData { entity: entity.collect(), values: values.collect(), ..Default::default() }
}
