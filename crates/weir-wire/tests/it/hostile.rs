//! Bytes that mean harm: an error, never a panic. What they may cost is tested in `memory.rs`.

use weir_wire::messages::metadata_request::MetadataRequest;
use weir_wire::messages::produce_request::ProduceRequest;
use weir_wire::testing::{Codec, Random, sample, schemas};
use weir_wire::{Bytes, DecodeError, Message, Reader};

/// Replaces the length at a place by a huge one of the same form.
fn with_length(bytes: &[u8], place: usize, compact: bool, huge: u32) -> Vec<u8> {
    let mut changed = bytes[..place].to_vec();
    if compact {
        let [a, b, c, d] = huge.to_be_bytes();
        changed.extend([d | 0x80, c | 0x80, b | 0x80, a | 0x80, 0x07]);
        changed.extend(&bytes[place + 1..]);
    } else {
        changed.extend(huge.to_be_bytes());
        changed.extend(bytes.get(place + 4..).unwrap_or_default());
    }
    changed
}

#[test]
fn every_length_made_huge_is_refused_or_harmless() {
    for schema in schemas() {
        let codec = Codec::named(schema.name).unwrap();
        for version in schema.versions.clone() {
            let sample = sample(schema, version, &mut Random::new(11));
            for &(place, compact) in &sample.lengths {
                for huge in [0x7fff_ffff, 0xffff_fffe, 1_000_001] {
                    let bytes = with_length(&sample.bytes, place, compact, huge);
                    drop(codec.decode(bytes.into(), version));
                }
            }
        }
    }
}

#[test]
fn every_shorter_message_is_refused() {
    for schema in schemas() {
        let codec = Codec::named(schema.name).unwrap();
        for version in schema.versions.clone() {
            let bytes = Bytes::from(sample(schema, version, &mut Random::new(3)).bytes);
            for end in 0..bytes.len() {
                let error = codec.decode(bytes.slice(..end), version);
                assert!(error.is_err(), "{} v{version} cut at {end}", schema.name);
            }
        }
    }
}

#[test]
fn changed_bytes_never_panic_and_what_is_accepted_is_stable() {
    let mut random = Random::new(1);
    for schema in schemas() {
        let codec = Codec::named(schema.name).unwrap();
        for version in schema.versions.clone() {
            for _ in 0..20 {
                let mut bytes = sample(schema, version, &mut random).bytes;
                for _ in 0..=random.below(3) {
                    let place = random.below(bytes.len().max(1));
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte = random.draw() as u8;
                    }
                }
                let Ok(message) = codec.decode(bytes.into(), version) else { continue };
                let again = message.encode(version).unwrap();
                let message = codec.decode(again.clone(), version).unwrap();
                assert_eq!(message.encode(version).unwrap(), again);
            }
        }
    }
}

fn metadata(version: i16, bytes: &'static [u8]) -> Result<MetadataRequest, DecodeError> {
    MetadataRequest::decode(&mut Reader::new(Bytes::from_static(bytes)), version)
}

#[test]
fn frames_that_stopped_other_codecs_are_refused() {
    let error = metadata(1, &[0x7f, 0xff, 0xff, 0xff]).unwrap_err();
    assert!(matches!(error, DecodeError::ArrayTooLong { count: 0x7fff_ffff, .. }), "{error}");
    let produce = Bytes::from_static(&[0, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    let error = ProduceRequest::decode(&mut Reader::new(produce), 9).unwrap_err();
    assert!(matches!(error, DecodeError::ArrayTooLong { .. }), "{error}");
}

#[test]
fn lengths_have_bounds() {
    // One million and one elements, all of them there.
    let mut many = vec![0, 0x0f, 0x42, 0x41];
    many.resize(4 + 2 * 1_000_001, 0);
    let error = MetadataRequest::from_bytes(many.into(), 0).unwrap_err();
    assert_eq!(error, DecodeError::TooManyElements(1_000_001));
    // Ten thousand and one tagged fields.
    let error = metadata(9, &[0, 0, 0, 0, 0x91, 0x4e]).unwrap_err();
    assert_eq!(error, DecodeError::TooManyTags(10_001));
    assert_eq!(metadata(9, &[0xff; 9]).unwrap_err(), DecodeError::VarintTooLong);
    // A tagged field longer than the frame; the same tag twice.
    assert_eq!(metadata(9, &[0, 0, 0, 0, 1, 5, 9]).unwrap_err(), DecodeError::TagLength(5));
    let twice = metadata(9, &[0, 0, 0, 0, 2, 5, 0, 5, 0]).unwrap_err();
    assert_eq!(twice, DecodeError::DuplicateTag(5));
}

#[test]
fn text_is_checked() {
    let error = metadata(0, &[0, 0, 0, 1, 0, 1, 0xff]).unwrap_err();
    assert_eq!(error, DecodeError::NotUtf8);
    let error = metadata(9, &[2, 0x81, 0x80, 0x02, 0, 0]).unwrap_err();
    assert_eq!(error, DecodeError::StringTooLong(32_768));
}

#[test]
fn an_array_of_empty_names_is_over_the_budget() {
    // A byte each on the wire, a string and more in memory.
    let mut names = vec![0x80 | 0x21, 0x80 | 0x0d, 0x06];
    names.resize(3 + 2 * 100_000, 1);
    let error = MetadataRequest::from_bytes(names.into(), 9).unwrap_err();
    assert_eq!(error, DecodeError::OverBudget);
}
