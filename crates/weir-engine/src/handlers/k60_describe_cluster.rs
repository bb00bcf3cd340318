//! DescribeCluster, key 60, versions 0 to 2.
//!
//! v1 names the kind of endpoint (KIP-919): a broker's listener answers for brokers only. v2 shows
//! fenced brokers too, when asked (KIP-1073).

use weir_wire::messages::describe_cluster_request::DescribeClusterRequest;
use weir_wire::messages::describe_cluster_response::{
    DescribeClusterBroker, DescribeClusterResponse,
};
use weir_wire::{ErrorCode, Str};

use super::k03_metadata::{CLUSTER_OPERATIONS, controller_id};
use crate::ctx::Ctx;
use crate::reply::Reply;

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

pub(crate) fn handle(ctx: &Ctx, request: DescribeClusterRequest) -> Reply<DescribeClusterResponse> {
    let image = ctx.image();
    if request.endpoint_type != BROKERS {
        return Reply::Done(refused(request.endpoint_type));
    }
    let mut response = DescribeClusterResponse {
        cluster_id: image.cluster_id().clone(),
        controller_id: controller_id(image),
        ..Default::default()
    };
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

fn refused(endpoint_type: i8) -> DescribeClusterResponse {
    let (code, message) = match endpoint_type {
        CONTROLLERS => (
            ErrorCode::MISMATCHED_ENDPOINT_TYPE,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                .to_owned(),
        ),
        other => (
            ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
            format!("Unsupported endpoint type {other}"),
        ),
    };
    DescribeClusterResponse {
        error_code: code.0,
        error_message: Some(Str::from(message)),
        ..Default::default()
    }
}
