//! ACLs, SCRAM users and client quotas over the wire: stored, described, altered, kept.

use weir_engine::EngineConfig;
use weir_wire::config_defs::STANDARD_AUTHORIZER;
use weir_wire::messages::alter_client_quotas_request::{
    AlterClientQuotasRequest, EntityData, EntryData, OpData,
};
use weir_wire::messages::alter_user_scram_credentials_request::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use weir_wire::messages::create_acls_request::{AclCreation, CreateAclsRequest};
use weir_wire::messages::delete_acls_request::{DeleteAclsFilter, DeleteAclsRequest};
use weir_wire::messages::describe_acls_request::DescribeAclsRequest;
use weir_wire::messages::describe_client_quotas_request::{
    ComponentData, DescribeClientQuotasRequest,
};
use weir_wire::messages::describe_user_scram_credentials_request::{
    DescribeUserScramCredentialsRequest, UserName,
};
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

const ANY: i8 = 1;
const MATCH: i8 = 2;
const LITERAL: i8 = 3;
const PREFIXED: i8 = 4;

fn secured() -> Cluster {
    let config = EngineConfig::local("/cluster", 1, "localhost", 9092);
    Cluster::with(config.set("authorizer.class.name", STANDARD_AUTHORIZER))
}

fn acl(name: &str, pattern: i8) -> AclCreation {
    AclCreation {
        resource_type: 2,
        resource_name: Str::from(name),
        resource_pattern_type: pattern,
        principal: Str::from("User:a"),
        host: Str::from("*"),
        operation: 3,
        permission_type: 3,
        ..Default::default()
    }
}

fn create(cluster: &Cluster, creations: Vec<AclCreation>) -> Vec<(i16, Str)> {
    let request = CreateAclsRequest { creations, ..Default::default() };
    let results = cluster.connect(1).call(request, 3).results;
    results.into_iter().map(|r| (r.error_code, r.error_message.unwrap_or_default())).collect()
}

fn describe(cluster: &Cluster, name: Option<&str>, pattern: i8) -> Vec<(String, i8)> {
    let request = DescribeAclsRequest {
        resource_type_filter: ANY,
        resource_name_filter: name.map(Str::from),
        pattern_type_filter: pattern,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 3);
    assert_eq!(response.error_code, 0);
    response.resources.iter().map(|r| (r.resource_name.to_string(), r.pattern_type)).collect()
}

#[test]
fn without_an_authorizer_acls_are_disabled() {
    let cluster = Cluster::new(1);
    let disabled = ErrorCode::SECURITY_DISABLED.0;
    let two = create(&cluster, vec![acl("a", LITERAL), acl("b", LITERAL)]);
    assert_eq!(two.iter().map(|r| r.0).collect::<Vec<_>>(), [disabled, disabled]);
    let request = DescribeAclsRequest {
        resource_type_filter: ANY,
        resource_name_filter: None,
        pattern_type_filter: ANY,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    assert_eq!(cluster.connect(1).call(request, 1).error_code, disabled);
    let filter = DeleteAclsFilter {
        resource_type_filter: ANY,
        resource_name_filter: None,
        pattern_type_filter: ANY,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    let request = DeleteAclsRequest { filters: vec![filter], ..Default::default() };
    assert_eq!(cluster.connect(1).call(request, 3).filter_results[0].error_code, disabled);
}

#[test]
fn every_creation_has_its_result_and_entries_survive() {
    let mut cluster = secured();
    let made = create(
        &cluster,
        vec![
            acl("orders", LITERAL),
            acl("ord", PREFIXED),
            acl("orders", LITERAL),
            AclCreation { resource_type: 4, ..acl("x", LITERAL) },
        ],
    );
    let codes: Vec<i16> = made.iter().map(|r| r.0).collect();
    assert_eq!(codes, [0, 0, 0, ErrorCode::INVALID_REQUEST.0]);
    let both = vec![("ord".to_owned(), PREFIXED), ("orders".to_owned(), LITERAL)];
    assert_eq!(describe(&cluster, Some("orders"), MATCH), both);
    assert_eq!(describe(&cluster, Some("orders"), ANY), both[1..]);
    assert_eq!(describe(&cluster, None, PREFIXED), both[..1]);
    cluster.restart();
    assert_eq!(describe(&cluster, None, ANY), both, "kept over a restart");
    cluster.engine.close(&|| false).unwrap();
    cluster.restart();
    assert_eq!(describe(&cluster, None, ANY), both, "kept in a snapshot");
}

/// Kafka's handler fails over it.
#[test]
fn what_is_rather_a_filter_fails_every_creation() {
    let cluster = secured();
    for filter in [
        acl("orders", MATCH),
        acl("orders", ANY),
        AclCreation { resource_type: ANY, ..acl("orders", LITERAL) },
        AclCreation { operation: ANY, ..acl("orders", LITERAL) },
        AclCreation { permission_type: ANY, ..acl("orders", LITERAL) },
    ] {
        let request = CreateAclsRequest {
            creations: vec![acl("orders", LITERAL), filter],
            ..Default::default()
        };
        let results = cluster.connect(1).call(request, 3).results;
        let failed = (ErrorCode::UNKNOWN_SERVER_ERROR.0, None);
        let told: Vec<_> = results.into_iter().map(|r| (r.error_code, r.error_message)).collect();
        assert_eq!(told, [failed.clone(), failed]);
    }
    assert!(describe(&cluster, None, ANY).is_empty(), "nothing was made");
}

#[test]
fn each_filter_says_what_it_deleted() {
    let cluster = secured();
    create(&cluster, vec![acl("a", LITERAL), acl("b", LITERAL), acl("c", LITERAL)]);
    let filter = |name: Option<&str>, resource_type| DeleteAclsFilter {
        resource_type_filter: resource_type,
        resource_name_filter: name.map(Str::from),
        pattern_type_filter: LITERAL,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
        ..Default::default()
    };
    let filters = vec![filter(Some("a"), 2), filter(Some("none"), 2), filter(None, 99)];
    let request = DeleteAclsRequest { filters, ..Default::default() };
    let results = cluster.connect(1).call(request, 3).filter_results;
    let counts: Vec<usize> = results.iter().map(|r| r.matching_acls.len()).collect();
    assert_eq!(counts, [1, 0, 0]);
    assert_eq!((&results[0].error_message, &results[1].error_message), (&None, &None));
    assert_eq!(results[2].error_code, ErrorCode::INVALID_REQUEST.0);
    assert_eq!(describe(&cluster, None, ANY).len(), 2);
    let malformed = DeleteAclsRequest { filters: vec![filter(None, 0)], ..Default::default() };
    assert!(cluster.connect(1).is_closed_by(malformed, 3), "Kafka closes the connection, too");
}

fn upsert(user: &str, iterations: i32) -> ScramCredentialUpsertion {
    ScramCredentialUpsertion {
        name: Str::from(user),
        mechanism: 1,
        iterations,
        salt: bytes::Bytes::from_static(b"salt"),
        salted_password: bytes::Bytes::from_static(&[7; 32]),
        ..Default::default()
    }
}

fn delete(user: &str, mechanism: i8) -> ScramCredentialDeletion {
    ScramCredentialDeletion { name: Str::from(user), mechanism, ..Default::default() }
}

fn alter(
    cluster: &Cluster,
    deletions: Vec<ScramCredentialDeletion>,
    upsertions: Vec<ScramCredentialUpsertion>,
) -> Vec<(String, ErrorCode)> {
    let request = AlterUserScramCredentialsRequest { deletions, upsertions, ..Default::default() };
    let results = cluster.connect(1).call(request, 0).results;
    results.into_iter().map(|r| (r.user.to_string(), ErrorCode(r.error_code))).collect()
}

fn users(cluster: &Cluster, names: &[&str]) -> Vec<(String, ErrorCode, Vec<i32>)> {
    let names = names.iter().map(|n| UserName { name: Str::from(*n), ..Default::default() });
    let request =
        DescribeUserScramCredentialsRequest { users: Some(names.collect()), ..Default::default() };
    let results = cluster.connect(1).call(request, 0).results;
    let of = |r: &weir_wire::messages::describe_user_scram_credentials_response::DescribeUserScramCredentialsResult| {
        r.credential_infos.iter().map(|i| i.iterations).collect()
    };
    results.iter().map(|r| (r.user.to_string(), ErrorCode(r.error_code), of(r))).collect()
}

#[test]
fn scram_users_come_go_and_survive() {
    let mut cluster = Cluster::new(1);
    let answers = alter(
        &cluster,
        vec![delete("nobody", 1), delete("twice", 9)],
        vec![upsert("ann", 8_192), upsert("few", 1), upsert("many", 20_000), upsert("", 4_096)],
    );
    let code = |name: &str| answers.iter().find(|(user, _)| user == name).unwrap().1;
    assert_eq!(code("ann"), ErrorCode::NONE);
    assert_eq!(code("few"), ErrorCode::UNACCEPTABLE_CREDENTIAL);
    assert_eq!(code("many"), ErrorCode::UNACCEPTABLE_CREDENTIAL);
    assert_eq!(code(""), ErrorCode::UNACCEPTABLE_CREDENTIAL);
    assert_eq!(code("nobody"), ErrorCode::RESOURCE_NOT_FOUND);
    assert_eq!(code("twice"), ErrorCode::UNSUPPORTED_SASL_MECHANISM);
    let both = alter(&cluster, vec![delete("ann", 1)], vec![upsert("ann", 4_096)]);
    assert_eq!(both, [("ann".to_owned(), ErrorCode::DUPLICATE_RESOURCE)]);
    let ann = ("ann".to_owned(), ErrorCode::NONE, vec![8_192]);
    cluster.restart();
    assert_eq!(users(&cluster, &[]), [ann]);
    let asked = users(&cluster, &["ann", "ann", "bob"]);
    assert_eq!(asked[0].1, ErrorCode::DUPLICATE_RESOURCE);
    assert_eq!(asked[1].1, ErrorCode::RESOURCE_NOT_FOUND);
    assert_eq!(alter(&cluster, vec![delete("ann", 1)], vec![])[0].1, ErrorCode::NONE);
    assert_eq!(users(&cluster, &[]), []);
}

fn quota(entity: &[(&str, Option<&str>)], ops: &[(&str, Option<f64>)]) -> EntryData {
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: Str::from(*kind),
        entity_name: name.map(Str::from),
        ..Default::default()
    });
    let ops = ops.iter().map(|(key, value)| OpData {
        key: Str::from(*key),
        value: value.unwrap_or_default(),
        remove: value.is_none(),
        ..Default::default()
    });
    EntryData { entity: entity.collect(), ops: ops.collect(), ..Default::default() }
}

fn set(cluster: &Cluster, entries: Vec<EntryData>, dry: bool) -> Vec<i16> {
    let request = AlterClientQuotasRequest { entries, validate_only: dry, ..Default::default() };
    let entries = cluster.connect(1).call(request, 1).entries;
    entries.iter().map(|e| e.error_code).collect()
}

/// Components: type, how to match, name.
fn found(cluster: &Cluster, components: &[(&str, i8, Option<&str>)], strict: bool) -> Vec<usize> {
    let components = components.iter().map(|(kind, how, name)| ComponentData {
        entity_type: Str::from(*kind),
        match_type: *how,
        match_: name.map(Str::from),
        ..Default::default()
    });
    let request = DescribeClientQuotasRequest {
        components: components.collect(),
        strict,
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 1);
    assert_eq!(response.error_code, 0, "{:?}", response.error_message);
    response.entries.unwrap().iter().map(|e| e.values.len()).collect()
}

#[test]
fn quotas_are_set_filtered_removed_and_survive() {
    let mut cluster = Cluster::new(1);
    let rate = ("producer_byte_rate", Some(1_000.0));
    let user = quota(&[("user", Some("u"))], &[rate, ("request_percentage", Some(50.5))]);
    let default = quota(&[("user", None)], &[rate]);
    let pair = quota(&[("user", Some("u")), ("client-id", Some("c"))], &[rate]);
    let ip = quota(&[("ip", Some("10.0.0.1"))], &[("connection_creation_rate", Some(5.0))]);
    assert_eq!(set(&cluster, vec![user.clone()], true), [0]);
    assert_eq!(found(&cluster, &[], false), [0; 0], "a dry run sets nothing");
    let invalid = ErrorCode::INVALID_REQUEST.0;
    let bad = quota(&[("user", Some("v"))], &[("nosuch", Some(1.0))]);
    let all = vec![user.clone(), default, pair, ip, bad];
    assert_eq!(set(&cluster, all, false), [0, 0, 0, 0, invalid]);
    cluster.restart();
    assert_eq!(found(&cluster, &[], false).len(), 4);
    assert_eq!(found(&cluster, &[("user", 0, Some("u"))], false).len(), 2);
    assert_eq!(found(&cluster, &[("user", 0, Some("u"))], true), [2]);
    assert_eq!(found(&cluster, &[("user", 1, None)], false), [1], "the default user");
    assert_eq!(found(&cluster, &[("user", 2, None)], true).len(), 2, "any user, nothing else");
    assert_eq!(found(&cluster, &[("ip", 2, None)], false), [1]);
    assert_eq!(set(&cluster, vec![user.clone(), user], false), [invalid], "twice");
    let none = quota(
        &[("user", Some("u"))],
        &[("producer_byte_rate", None), ("request_percentage", None)],
    );
    assert_eq!(set(&cluster, vec![none], false), [0]);
    assert_eq!(found(&cluster, &[("user", 0, Some("u"))], true), [0; 0]);
}

#[test]
fn a_filter_that_makes_no_sense_is_refused() {
    let cluster = Cluster::new(1);
    let component = |kind: &str, how: i8, name: Option<&str>| ComponentData {
        entity_type: Str::from(kind),
        match_type: how,
        match_: name.map(Str::from),
        ..Default::default()
    };
    let invalid = ErrorCode::INVALID_REQUEST;
    for (components, code) in [
        (vec![component("", 2, None)], invalid),
        (vec![component("group", 2, None)], ErrorCode::UNSUPPORTED_VERSION),
        (vec![component("user", 0, None)], invalid),
        (vec![component("user", 1, Some("u"))], invalid),
        (vec![component("user", 7, None)], invalid),
        (vec![component("user", 2, None), component("user", 2, None)], invalid),
        (vec![component("ip", 2, None), component("user", 2, None)], invalid),
    ] {
        let request = DescribeClientQuotasRequest { components, ..Default::default() };
        let response = cluster.connect(1).call(request, 1);
        assert_eq!(ErrorCode(response.error_code), code, "{:?}", response.error_message);
        assert!(response.entries.is_none());
    }
}
