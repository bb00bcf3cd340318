//! ListGroups of every broker.

use std::collections::{BTreeMap, BTreeSet};

use weir_domain::{GroupState, GroupSummary, GroupType, Partial};
use weir_wire::ErrorCode;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::list_groups_response::{ListGroupsResponse, ListedGroup};

use crate::client::{Build, Client, failure};
use crate::code;
use crate::error::ClientError;

impl Client {
    /// All groups of all brokers, in order of name. Brokers that did not answer are named beside them.
    pub async fn list_groups(&self) -> Result<Partial<Vec<GroupSummary>>, ClientError> {
        Ok(self.list_groups_of_brokers().await?.0)
    }

    /// As [`Client::list_groups`], with the brokers that have told all groups that they coordinate: a group whose
    /// coordinator is not among them is not gone.
    pub async fn list_groups_of_brokers(
        &self,
    ) -> Result<(Partial<Vec<GroupSummary>>, BTreeSet<i32>), ClientError> {
        let brokers = self.brokers().await?;
        let request: fn(i16) -> _ = |_| Ok(ListGroupsRequest::default());
        let requests =
            brokers.iter().map(|b| (b.id, Box::new(request) as Build<ListGroupsRequest>)).collect();
        let mut groups = BTreeMap::new();
        let (mut failures, mut told) = (Vec::new(), BTreeSet::new());
        for answer in self.scatter(requests).await {
            match answer.result {
                Ok(response) if is_served(&response) => {
                    if response.error_code == ErrorCode::NONE.0 {
                        told.insert(answer.broker_id);
                    }
                    for group in &response.groups {
                        let group = summary(answer.broker_id, group);
                        self.inner.coordinators.remember(&group.group_id, answer.broker_id);
                        groups.insert(group.group_id.clone(), group);
                    }
                }
                Ok(response) => {
                    let broker = brokers.iter().find(|b| b.id == answer.broker_id);
                    failures.push(weir_domain::BrokerFailure {
                        broker_id: Some(answer.broker_id),
                        host: broker.map(|b| b.host.clone()).unwrap_or_default(),
                        port: broker.map_or(0, |b| b.port),
                        api: "ListGroups",
                        detail: code::error(response.error_code, None).to_string(),
                    });
                }
                Err(e) => failures.push(failure(answer.broker_id, &e)),
            }
        }
        Ok((Partial { value: groups.into_values().collect(), failures }, told))
    }
}

/// A broker that coordinates nothing yet says that its coordinator is not available: no groups, not a failure.
fn is_served(response: &ListGroupsResponse) -> bool {
    [ErrorCode::NONE.0, ErrorCode::COORDINATOR_NOT_AVAILABLE.0].contains(&response.error_code)
}

fn summary(coordinator_id: i32, group: &ListedGroup) -> GroupSummary {
    GroupSummary {
        group_id: group.group_id.to_string(),
        protocol_type: group.protocol_type.to_string(),
        state: GroupState::parse(&group.group_state),
        kind: GroupType::parse(&group.group_type),
        coordinator_id,
    }
}
