//! Every message in every version: what is decoded is encoded to the same bytes.

use proptest::prelude::*;
use weir_wire::testing::{CODECS, Codec, Random, Schema, sample, schemas};

fn check(schema: &Schema, version: i16, seed: u64) {
    let name = schema.name;
    let codec = Codec::named(name).unwrap();
    let sample = sample(schema, version, &mut Random::new(seed));
    let message = codec
        .decode(sample.bytes.clone().into(), version)
        .unwrap_or_else(|error| panic!("{name} v{version} seed {seed}: {error}"));
    assert_eq!(message.encode(version).unwrap(), sample.bytes, "{name} v{version} seed {seed}");
    assert_eq!(message.encoded_size(version).unwrap(), sample.bytes.len(), "{name} v{version}");
}

#[test]
fn there_are_as_many_messages_as_kafka_has() {
    let of = |kind: &str| schemas().iter().filter(|schema| schema.kind == kind).count();
    assert_eq!(of("request"), 91);
    assert_eq!(of("response"), 91);
    assert_eq!(schemas().len(), CODECS.len());
}

#[test]
fn every_message_in_every_version_survives() {
    for schema in schemas() {
        for version in schema.versions.clone() {
            for seed in 0..20 {
                check(schema, version, seed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_message_in_any_version_survives(
        which in 0..CODECS.len(),
        version in 0..64usize,
        seed: u64,
    ) {
        let schema = &schemas()[which];
        let versions: Vec<i16> = schema.versions.clone().collect();
        check(schema, versions[version % versions.len()], seed);
    }
}
