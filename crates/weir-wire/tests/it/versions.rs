//! What a version cannot carry.

use weir_wire::messages::create_topics_request::CreateTopicsRequest;
use weir_wire::messages::fetch_request::{
    FetchPartition, FetchRequest, FetchTopic, ForgottenTopic,
};
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use weir_wire::messages::produce_request::{ProduceRequest, TopicProduceData};
use weir_wire::messages::transaction_log_value::TransactionLogValue;
use weir_wire::{Bytes, DecodeError, EncodeError, Message, Str, UnknownTags, Uuid};

#[test]
fn an_absent_field_has_its_default() {
    let request = FetchRequest::default().to_bytes(4).unwrap();
    let request = FetchRequest::from_bytes(request, 4).unwrap();
    assert_eq!(request.session_epoch, -1);
    assert_eq!(request.max_bytes, i32::MAX);
}

#[test]
fn a_value_that_the_version_cannot_carry_is_refused() {
    let forgotten = ForgottenTopic { topic: "a".into(), ..ForgottenTopic::default() };
    let request =
        FetchRequest { forgotten_topics_data: vec![forgotten], ..FetchRequest::default() };
    let error = EncodeError::FieldNotInVersion {
        message: "FetchRequest",
        field: "forgottenTopicsData",
        version: 6,
    };
    assert_eq!(request.to_bytes(6), Err(error));
    assert!(request.to_bytes(7).is_ok());
}

#[test]
fn an_ignorable_value_is_dropped() {
    let partition = FetchPartition { log_start_offset: 7, ..FetchPartition::default() };
    let topic = FetchTopic {
        topic: Str::from_static("a"),
        partitions: vec![partition],
        ..FetchTopic::default()
    };
    let request = FetchRequest { topics: vec![topic], ..FetchRequest::default() };
    let old = FetchRequest::from_bytes(request.to_bytes(4).unwrap(), 4).unwrap();
    assert_eq!(old.topics[0].partitions[0].log_start_offset, -1);
    let new = FetchRequest::from_bytes(request.to_bytes(5).unwrap(), 5).unwrap();
    assert_eq!(new.topics[0].partitions[0].log_start_offset, 7);
}

#[test]
fn null_is_refused_where_a_version_does_not_allow_it() {
    let request = MetadataRequest { topics: None, ..MetadataRequest::default() };
    let error =
        EncodeError::NullNotInVersion { message: "MetadataRequest", field: "topics", version: 0 };
    assert_eq!(request.to_bytes(0), Err(error));
    assert!(request.to_bytes(1).is_ok());
    let null_topics = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(MetadataRequest::from_bytes(null_topics, 0), Err(DecodeError::UnexpectedNull));
}

#[test]
fn unknown_tags_are_written_back_in_order() {
    let mut tags = UnknownTags::default();
    tags.insert(500, Bytes::from_static(b"second"));
    tags.insert(7, Bytes::from_static(b"first"));
    let topic = MetadataRequestTopic {
        topic_id: Uuid::ZERO,
        name: Some("t".into()),
        unknown_tagged_fields: Some(Box::new(tags)),
    };
    let request = MetadataRequest { topics: Some(vec![topic]), ..MetadataRequest::default() };
    let bytes = request.to_bytes(9).unwrap();
    assert_eq!(MetadataRequest::from_bytes(bytes, 9).unwrap(), request);
    let error = request.to_bytes(8).unwrap_err();
    assert_eq!(
        error,
        EncodeError::TagsNotInVersion { message: "MetadataRequestTopic", version: 8 }
    );
}

#[test]
fn a_known_tag_among_the_unknown_is_refused() {
    let mut tags = UnknownTags::default();
    tags.insert(2, Bytes::from_static(b"x"));
    let value = TransactionLogValue {
        unknown_tagged_fields: Some(Box::new(tags)),
        ..TransactionLogValue::default()
    };
    let error = EncodeError::TagIsKnown { message: "TransactionLogValue", tag: 2 };
    assert_eq!(value.to_bytes(1), Err(error));
}

#[test]
fn unknown_versions_are_refused() {
    let error = EncodeError::UnknownVersion { message: "CreateTopicsRequest", version: 1 };
    assert_eq!(CreateTopicsRequest::default().to_bytes(1), Err(error));
    let error = DecodeError::UnknownVersion { message: "CreateTopicsRequest", version: 8 };
    assert_eq!(CreateTopicsRequest::from_bytes(Bytes::new(), 8), Err(error));
}

#[test]
fn a_long_string_is_refused() {
    let topic = TopicProduceData { name: "x".repeat(32_768).into(), ..TopicProduceData::default() };
    let request = ProduceRequest { topic_data: vec![topic], ..ProduceRequest::default() };
    assert_eq!(request.to_bytes(9), Err(EncodeError::StringTooLong(32_768)));
}
