//! Features: what is supported follows from what is served, levels move by Kafka's rules.

use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::update_features_request::{FeatureUpdateKey, UpdateFeaturesRequest};
use weir_wire::messages::update_features_response::UpdateFeaturesResponse;
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

const UPGRADE: i8 = 1;
const SAFE: i8 = 2;

pub(crate) fn update(
    cluster: &Cluster,
    updates: &[(&str, i16, i8)],
    dry: bool,
) -> UpdateFeaturesResponse {
    let updates = updates.iter().map(|&(name, level, kind)| FeatureUpdateKey {
        feature: Str::from(name),
        max_version_level: level,
        upgrade_type: kind,
        ..Default::default()
    });
    let request = UpdateFeaturesRequest {
        feature_updates: updates.collect(),
        validate_only: dry,
        ..Default::default()
    };
    cluster.connect(1).call(request, 2)
}

fn level(cluster: &Cluster, name: &str) -> Option<i16> {
    let request = ApiVersionsRequest {
        client_software_name: Str::from("t"),
        client_software_version: Str::from("1"),
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 4);
    let found = response.finalized_features.iter().find(|f| f.name == name);
    found.map(|f| f.max_version_level)
}

#[test]
fn refusals_have_kafkas_words() {
    let cluster = Cluster::new(1);
    let cases = [
        (("metadata.version", 32, SAFE), "Refusing to perform the requested downgrade"),
        (("kraft.version", 0, SAFE), "Can't downgrade the version of this feature."),
        (("kraft.version", 7, UPGRADE), "Local controller 3000 only supports versions 0-1"),
        (("nosuch.version", 7, UPGRADE), "does not support this feature."),
        (("metadata.version", -1, UPGRADE), "A feature version cannot be less than 0."),
        (("metadata.version", 33, 9), "does not support the given upgrade type."),
        (("eligible.leader.replicas.version", 0, UPGRADE), "without setting the upgrade type"),
    ];
    for (asked, words) in cases {
        let response = update(&cluster, &[asked], false);
        let message = response.error_message.unwrap_or_default();
        assert_eq!(response.error_code, ErrorCode::INVALID_UPDATE_VERSION.0, "{asked:?}");
        assert!(message.starts_with("The update failed for all features since"), "{message}");
        assert!(message.contains(words), "{asked:?}: {message}");
    }
}

#[test]
fn a_level_moves_survives_a_restart_and_a_dry_run_moves_nothing() {
    const ELR: &str = "eligible.leader.replicas.version";
    let mut cluster = Cluster::new(1);
    assert_eq!(level(&cluster, ELR), Some(1));
    assert_eq!(update(&cluster, &[(ELR, 0, SAFE)], true).error_code, 0);
    assert_eq!(level(&cluster, ELR), Some(1), "a dry run");
    let both = update(&cluster, &[(ELR, 0, SAFE), ("kraft.version", 0, SAFE)], false);
    assert_ne!(both.error_code, 0);
    assert_eq!(level(&cluster, ELR), Some(1), "all or none");
    assert_eq!(update(&cluster, &[(ELR, 0, SAFE)], false).error_code, 0);
    assert_eq!(level(&cluster, ELR), None, "level 0 is not finalized");
    cluster.restart();
    assert_eq!(level(&cluster, ELR), None, "a start leaves what was chosen");
    assert_eq!(update(&cluster, &[(ELR, 1, UPGRADE)], false).error_code, 0);
    assert_eq!(level(&cluster, ELR), Some(1));
}

#[test]
fn up_to_version_1_every_feature_has_its_result() {
    let cluster = Cluster::new(1);
    let asked = FeatureUpdateKey {
        feature: Str::from("metadata.version"),
        max_version_level: 33,
        upgrade_type: UPGRADE,
        ..Default::default()
    };
    let request = UpdateFeaturesRequest { feature_updates: vec![asked], ..Default::default() };
    let response = cluster.connect(1).call(request.clone(), 1);
    assert_eq!(response.results.len(), 1);
    assert!(cluster.connect(1).call(request, 2).results.is_empty());
}
