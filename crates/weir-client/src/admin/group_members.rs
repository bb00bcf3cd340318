//! Members that are gone and that their coordinator still counts, until their session ends.

use weir_domain::{Group, ItemResult};
use weir_wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};

use super::groups::in_order;
use crate::client::{Answer, Client};
use crate::code;
use crate::error::ClientError;

impl Client {
    /// Takes every member out of a classic group, as Kafka's `removeMembersFromConsumerGroup` does (KIP-345).
    pub async fn remove_members(&self, group: &Group) -> Result<Vec<ItemResult>, ClientError> {
        let name = group.group_id.clone();
        let members = group.members.iter().map(|member| MemberIdentity {
            member_id: member.member_id.as_str().into(),
            group_instance_id: member.instance_id.as_deref().map(Into::into),
            ..Default::default()
        });
        let request = LeaveGroupRequest {
            group_id: name.as_str().into(),
            members: members.collect(),
            ..Default::default()
        };
        let read = |answer: Answer<LeaveGroupRequest>| {
            let left = |error_code| vec![(name.clone(), code::item(error_code, None))];
            answer.result.map(|response| left(response.error_code))
        };
        let groups = [name.clone()];
        let found = self.per_coordinator(&groups, |_| request.clone(), read).await?;
        Ok(in_order(&groups, found))
    }
}
