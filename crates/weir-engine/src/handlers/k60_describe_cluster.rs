//! DescribeCluster, key 60, versions 0 to 2.
//!
//! v1 names the kind of endpoint (KIP-919): a broker's listener answers for brokers only. v2 shows
//! fenced brokers too, when asked (KIP-1073).

use weir_wire::ErrorCode;
use weir_wire::messages::describe_cluster_request::DescribeClusterRequest;
use weir_wire::messages::describe_cluster_response::{
    DescribeClusterBroker, DescribeClusterResponse,
};

use super::k03_metadata::{CLUSTER_OPERATIONS, controller_id};
use crate::ctx::Ctx;
use crate::reply::Reply;

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

pub(crate) fn handle(ctx: &Ctx, request: DescribeClusterRequest) -> Reply<DescribeClusterResponse> {
    let image = ctx.image();
    let mut response = DescribeClusterResponse {
        endpoint_type: request.endpoint_type,
        cluster_id: image.cluster_id().clone(),
        controller_id: controller_id(image),
        ..Default::default()
    };
    match request.endpoint_type {
        BROKERS => {}
        CONTROLLERS => response.error_code = ErrorCode::MISMATCHED_ENDPOINT_TYPE.0,
        _ => response.error_code = ErrorCode::UNSUPPORTED_ENDPOINT_TYPE.0,
    }
    if response.error_code != ErrorCode::NONE.0 {
        return Reply::Done(response);
    }
    let shown = image.brokers().filter(|b| b.is_alive() || request.include_fenced_brokers);
    response.brokers = shown
        .map(|broker| DescribeClusterBroker {
            broker_id: broker.id,
            host: broker.host.clone(),
            port: i32::from(broker.port),
            rack: broker.rack.clone(),
            is_fenced: broker.fenced,
            ..Default::default()
        })
        .collect();
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = CLUSTER_OPERATIONS;
    }
    Reply::Done(response)
}
