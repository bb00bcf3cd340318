//! ListGroups, key 16, versions 0 to 5.
//!
//! The groups that this broker coordinates. v4 filters by state and tells it (KIP-518), v5 the type
//! too (KIP-848); filters ignore case. While one of them loads, COORDINATOR_LOAD_IN_PROGRESS with
//! those that are known.

use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::list_groups_response::{ListGroupsResponse, ListedGroup};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::groups::Group;
use crate::reply::Reply;

/// The type of share groups.
const SHARE: &str = "share";

pub(crate) fn handle(ctx: &Ctx, request: ListGroupsRequest) -> Reply<ListGroupsResponse> {
    let mut response = ListGroupsResponse::default();
    for shard in ctx.engine().groups().shards_of(ctx.image(), ctx.broker_id()) {
        match shard {
            Err(error) => response.error_code = error.0,
            Ok(shard) => {
                let listed = shard.groups_now().into_iter().map(|group| listed(&group));
                let wanted = listed.filter(|group| {
                    passes(&request.states_filter, &group.group_state)
                        && passes(&request.types_filter, &group.group_type)
                });
                response.groups.extend(wanted);
            }
        }
    }
    list_share_groups(ctx, &request, &mut response);
    if response.error_code != ErrorCode::NONE.0 {
        tracing::debug!(error = ErrorCode(response.error_code).name(), "not every group is listed");
    }
    Reply::Done(response)
}

fn list_share_groups(ctx: &Ctx, request: &ListGroupsRequest, response: &mut ListGroupsResponse) {
    if !passes(&request.types_filter, SHARE) {
        return;
    }
    let share = ctx.engine().share();
    share.saw(ctx.image());
    for shard in share.group_shards(ctx.broker_id()) {
        let Ok(shard) = shard.map_err(|error| response.error_code = error.0) else { continue };
        shard.each(|group| {
            if passes(&request.states_filter, group.state()) {
                response.groups.push(ListedGroup {
                    group_id: group.id.clone(),
                    protocol_type: Str::from_static("share"),
                    group_state: Str::from_static(group.state()),
                    group_type: Str::from_static(SHARE),
                    ..ListedGroup::default()
                });
            }
        });
    }
}

fn passes(filter: &[Str], value: &str) -> bool {
    filter.is_empty() || filter.iter().any(|wanted| wanted.eq_ignore_ascii_case(value))
}

fn listed(group: &Group) -> ListedGroup {
    let state = group.lock();
    ListedGroup {
        group_id: group.id().clone(),
        protocol_type: state.protocol_type(),
        group_state: Str::from_static(state.state_name()),
        group_type: Str::from_static(state.type_name()),
        ..ListedGroup::default()
    }
}
