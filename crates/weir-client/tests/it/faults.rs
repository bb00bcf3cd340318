use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use weir_client::ErrorKind;
use weir_domain::NotKafka;
use weir_wire::ApiKey;

use crate::fake::{Act, broker};

#[tokio::test]
async fn learns_versions_and_metadata() {
    let client = broker(|_, _| Act::Usual).await;
    let metadata = client.metadata().await.unwrap();
    assert_eq!(metadata.cluster.brokers.len(), 1);
    assert_eq!(metadata.topic("orders").unwrap().partitions[0].leader, Some(1));
    assert_eq!(client.api_versions(Some(1)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_older_broker_is_asked_again_in_its_version() {
    // As Kafka 0.10 answers ApiVersions v4: version 0 of the response, error 35, its own range.
    let old = [&[0, 0, 0, 16, 0, 0, 0, 0, 0, 35, 0, 0, 0, 1][..], &[0, 18, 0, 0, 0, 0]].concat();
    let client = broker(move |key, count| match (key, count) {
        (ApiKey::ApiVersions, 0) => Act::Raw(old.clone()),
        _ => Act::Usual,
    })
    .await;
    assert_eq!(client.api_versions(None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_at_its_deadline() {
    let client = broker(|key, _| match key {
        ApiKey::Metadata => Act::Silence,
        _ => Act::Usual,
    })
    .await;
    let begun = Instant::now();
    let error = client.metadata().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut(Duration::from_secs(3)));
    assert_eq!((error.api, error.host.as_str()), ("Metadata", "127.0.0.1"));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(error.to_string().contains("no answer within 3"), "{error}");
}

#[tokio::test]
async fn after_a_timeout_the_next_request_takes_a_new_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&connections);
    let client = broker(move |key, _| match key {
        ApiKey::ApiVersions => {
            seen.fetch_add(1, Ordering::SeqCst);
            Act::Usual
        }
        _ if seen.load(Ordering::SeqCst) == 1 => Act::Silence,
        _ => Act::Usual,
    })
    .await;
    client.metadata().await.unwrap_err();
    client.metadata().await.unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_opened_again_for_a_read() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let client = broker(move |key, _| match key {
        ApiKey::Metadata if count.fetch_add(1, Ordering::SeqCst) == 1 => Act::Close,
        _ => Act::Usual,
    })
    .await;
    client.metadata().await.unwrap();
    client.metadata().await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3, "the second was asked twice");
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_disturb_the_others() {
    let client = broker(|_, _| Act::Usual).await;
    client.metadata().await.unwrap();
    for _ in 0..200 {
        // Dropped after the request was written, before its answer was taken.
        let gone = tokio::time::timeout(Duration::ZERO, client.metadata()).await;
        drop(gone);
        assert_eq!(client.metadata().await.unwrap().topics.len(), 1);
    }
}

#[tokio::test]
async fn many_callers_share_one_connection() {
    let client = broker(|_, _| Act::Usual).await;
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let client = client.clone();
        callers.spawn(async move { client.metadata().await.map(|metadata| metadata.topics.len()) });
    }
    while let Some(answer) = callers.join_next().await {
        assert_eq!(answer.unwrap(), Ok(1));
    }
}

#[tokio::test]
async fn callers_of_a_dead_address_share_one_attempt() {
    let client = broker(|_, _| Act::Silence).await;
    let begun = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        callers.spawn(async move { client.metadata().await.map(|_| ()) });
    }
    while let Some(answer) = callers.join_next().await {
        assert_eq!(answer.unwrap().unwrap_err().step, weir_client::ErrorStep::ApiVersions);
    }
    // One connection's patience is 5 s, twenty in turn would take 100.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn unreadable_answers_are_errors_with_their_place() {
    for (bytes, expected) in [
        // No such correlation id.
        (vec![0, 0, 0, 8, 0, 0, 0, 99, 0, 0, 0, 0], ErrorKind::NotKafka(NotKafka::Unknown)),
        // Longer than any answer.
        (vec![0x7f, 0xff, 0xff, 0xff], ErrorKind::NotKafka(NotKafka::Unknown)),
        (vec![0xff, 0xff, 0xff, 0xff], ErrorKind::NotKafka(NotKafka::Unknown)),
    ] {
        let client = broker(move |key, _| match key {
            ApiKey::Metadata => Act::Raw(bytes.clone()),
            _ => Act::Usual,
        })
        .await;
        assert_eq!(client.metadata().await.unwrap_err().kind, expected);
    }
    // The right correlation id, and then nothing that Metadata could be.
    let short = vec![0, 0, 0, 6, 0, 0, 0, 1, 0xff, 0xff];
    let client = broker(move |key, _| match key {
        ApiKey::Metadata => Act::Raw(short.clone()),
        _ => Act::Usual,
    })
    .await;
    let error = client.metadata().await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Decode(_)), "{error}");
    assert!(!error.is_connection() && error.may_have_happened());
}

#[tokio::test]
async fn an_api_that_is_not_served_is_said_so() {
    let client = broker(|_, _| Act::Usual).await;
    let error = client.quorum().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported { ours: (0, 2), theirs: None });
    assert_eq!(error.api, "DescribeQuorum");
}
