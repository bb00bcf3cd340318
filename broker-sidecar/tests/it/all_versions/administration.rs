//! The administrators' APIs: features, access control, users, quotas, configurations.
use weir_wire::messages::{
    add_raft_voter_request::AddRaftVoterRequest,
    alter_client_quotas_request::AlterClientQuotasRequest,
    alter_configs_request::{AlterConfigsRequest, AlterConfigsResource, AlterableConfig},
    alter_partition_reassignments_request::{
        AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
    },
    alter_replica_log_dirs_request::{
        AlterReplicaLogDir, AlterReplicaLogDirTopic, AlterReplicaLogDirsRequest,
    },
    alter_user_scram_credentials_request::AlterUserScramCredentialsRequest,
    create_acls_request::{AclCreation, CreateAclsRequest},
    create_delegation_token_request::CreateDelegationTokenRequest,
    delete_acls_request::{DeleteAclsFilter, DeleteAclsRequest},
    describe_acls_request::DescribeAclsRequest,
    describe_client_quotas_request::DescribeClientQuotasRequest,
    describe_delegation_token_request::DescribeDelegationTokenRequest,
    describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest,
    expire_delegation_token_request::ExpireDelegationTokenRequest,
    list_config_resources_request::ListConfigResourcesRequest,
    list_partition_reassignments_request::ListPartitionReassignmentsRequest,
    remove_raft_voter_request::RemoveRaftVoterRequest,
    renew_delegation_token_request::RenewDelegationTokenRequest,
    sasl_authenticate_request::SaslAuthenticateRequest,
    sasl_handshake_request::SaslHandshakeRequest,
    unregister_broker_request::UnregisterBrokerRequest,
    unregister_controller_request::UnregisterControllerRequest,
    update_features_request::UpdateFeaturesRequest,
};
use weir_wire::{ErrorCode, Str};

use super::Round;

pub(super) fn ask(round: &mut Round) {
    round.api(|_| UpdateFeaturesRequest::default(), |a, _| a.error_code == 0);
    acls(round);
    signing_in(round);
    replicas(round);
    places(round);
    let users = |_| DescribeUserScramCredentialsRequest::default();
    round.api(users, |a, _| a.error_code == 0);
    let alter = |_| AlterUserScramCredentialsRequest::default();
    round.api(alter, |a, _| a.results.is_empty());
    let quotas = |_| DescribeClientQuotasRequest::default();
    round.api(quotas, |a, _| a.entries.as_ref().is_some_and(Vec::is_empty));
    round.api(|_| AlterClientQuotasRequest::default(), |a, _| a.entries.is_empty());
    let configs = |_| AlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: super::name(),
            configs: vec![AlterableConfig {
                name: Str::from("retention.ms"),
                value: Some(Str::from("6000")),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    round.api(configs, |a, _| a.responses[0].error_code == 0);
    let list = |_| ListConfigResourcesRequest::default();
    round.api(list, |a, v| a.error_code == 0 && (v == 0) == a.config_resources.is_empty());
}

/// On a listener where nobody signs in.
fn signing_in(round: &mut Round) {
    let state = ErrorCode::ILLEGAL_SASL_STATE.0;
    round.api(|_| SaslHandshakeRequest::default(), |a, _| a.error_code == state);
    round.api(|_| SaslAuthenticateRequest::default(), |a, _| a.error_code == state);
    let not_allowed = ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.0;
    let create = |_| CreateDelegationTokenRequest::default();
    round.api(create, |a, _| a.error_code == not_allowed && &*a.principal_name == "ANONYMOUS");
    let owner = |v| match v {
        3.. => CreateDelegationTokenRequest {
            owner_principal_type: Some(Str::from("User")),
            owner_principal_name: Some(Str::from("ada")),
            ..Default::default()
        },
        _ => CreateDelegationTokenRequest::default(),
    };
    let name = |v| if v >= 3 { "ada" } else { "ANONYMOUS" };
    round.api(owner, |a, v| &*a.principal_name == name(v) && a.expiry_timestamp_ms == -1);
    let renew = |_| RenewDelegationTokenRequest::default();
    round.api(renew, |a, _| (a.error_code, a.expiry_timestamp_ms) == (not_allowed, -1));
    let expire = |_| ExpireDelegationTokenRequest::default();
    round.api(expire, |a, _| (a.error_code, a.expiry_timestamp_ms) == (not_allowed, -1));
    let describe = |_| DescribeDelegationTokenRequest::default();
    round.api(describe, |a, _| a.error_code == not_allowed && a.tokens.is_empty());
}

/// Replicas and brokers.
fn replicas(round: &mut Round) {
    let partition = ReassignablePartition { replicas: None, ..Default::default() };
    let topic = ReassignableTopic {
        name: super::name(),
        partitions: vec![partition],
        ..Default::default()
    };
    let cancel = |_| AlterPartitionReassignmentsRequest {
        topics: vec![topic.clone()],
        ..Default::default()
    };
    let none = ErrorCode::NO_REASSIGNMENT_IN_PROGRESS.0;
    round.api(cancel, |a, _| a.responses[0].partitions[0].error_code == none);
    let list = |_| ListPartitionReassignmentsRequest::default();
    round.api(list, |a, _| a.error_code == 0 && a.topics.is_empty());
    let unregister = |_| UnregisterBrokerRequest { broker_id: 99, ..Default::default() };
    let unknown = ErrorCode::BROKER_ID_NOT_REGISTERED.0;
    round.api(unregister, |a, _| a.error_code == unknown);
}

/// Log dirs and controllers.
fn places(round: &mut Round) {
    let topic =
        AlterReplicaLogDirTopic { name: super::name(), partitions: vec![0], ..Default::default() };
    let nowhere = AlterReplicaLogDir {
        path: Str::from("/nowhere"),
        topics: vec![topic],
        ..Default::default()
    };
    let move_there =
        |_| AlterReplicaLogDirsRequest { dirs: vec![nowhere.clone()], ..Default::default() };
    let missing = ErrorCode::LOG_DIR_NOT_FOUND.0;
    round.api(move_there, |a, _| a.results[0].partitions[0].error_code == missing);
    let invalid = ErrorCode::INVALID_REQUEST.0;
    let add = |_| AddRaftVoterRequest { cluster_id: None, ..Default::default() };
    round.api(add, |a, _| a.error_code == invalid);
    let remove = |_| RemoveRaftVoterRequest { cluster_id: None, ..Default::default() };
    round.api(remove, |a, _| a.error_code == invalid);
    let forget = |_| UnregisterControllerRequest { controller_id: 99, ..Default::default() };
    let unknown = ErrorCode::CONTROLLER_ID_NOT_REGISTERED.0;
    round.api(forget, |a, _| a.error_code == unknown);
}

/// Without an authorizer.
fn acls(round: &mut Round) {
    const ANY: i8 = 1;
    const LITERAL: i8 = 3;
    let disabled = ErrorCode::SECURITY_DISABLED.0;
    let creation = AclCreation {
        resource_type: 2,
        resource_name: Str::from("t"),
        resource_pattern_type: LITERAL,
        operation: 3,
        permission_type: 3,
        ..Default::default()
    };
    let create = |_| CreateAclsRequest { creations: vec![creation.clone()], ..Default::default() };
    round.api(create, |a, _| a.results[0].error_code == disabled);
    let describe = |_| DescribeAclsRequest {
        resource_type_filter: ANY,
        pattern_type_filter: LITERAL,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    round.api(describe, |a, _| a.error_code == disabled);
    let filter = DeleteAclsFilter {
        resource_type_filter: ANY,
        pattern_type_filter: LITERAL,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    let delete = |_| DeleteAclsRequest { filters: vec![filter.clone()], ..Default::default() };
    round.api(delete, |a, _| a.filter_results[0].error_code == disabled);
}
