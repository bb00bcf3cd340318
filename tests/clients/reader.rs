//! The reader that browses and tails, and the typed admin operations: the same scenario against the real Apache Kafka
//! and against our broker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use weir_client::data::{NewMessage, Producer, ProducerOptions};
use weir_client::{Browse, BrowseEnd, BrowseFrom, Client, Options, parse_bootstrap};
use weir_domain::{
    Compression, GroupState, GroupSummary, GroupType, MessageFilter, MessageRow, NewTopic,
    OffsetSpec, TopicPartition,
};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;

const PARTITIONS: i32 = 3;
const MESSAGES: usize = 250;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn against_apache_kafka() -> anyhow::Result<()> {
    let Some(mut kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    let options = Options::new(parse_bootstrap(&kafka.bootstrap)?);
    scenario(&options).await?;
    tail_survives_a_moved_leader(&options, || kafka.stop_node(2)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn against_weir_broker() -> anyhow::Result<()> {
    let broker = Broker::start(3, &[])?;
    scenario(&Options::new(parse_bootstrap(&broker.bootstrap)?)).await
}

async fn scenario(options: &Options) -> anyhow::Result<()> {
    let client = Client::new(options.clone());
    describes(&client).await?;
    create(&client, "log", PARTITIONS).await?;
    let producer = Producer::new(options, &ProducerOptions::default())?;
    for number in 0..MESSAGES {
        producer.send(&message(number)).await?;
    }
    newest_first(&client).await?;
    pages_cover_everything_once(&client).await?;
    points(&client).await?;
    filters(&client).await?;
    large_and_compressed(&client, options).await?;
    tails(&client, &producer).await?;
    missing_things_are_named(&client).await
}

fn message(number: usize) -> NewMessage {
    NewMessage {
        topic: "log".to_owned(),
        partition: Some(number as i32 % PARTITIONS),
        key: Some(format!("key-{}", number % 10).into_bytes()),
        value: Some(format!("{{\"n\":{number}}}").into_bytes()),
        headers: vec![("h".to_owned(), Some(b"1".to_vec())), ("h".to_owned(), None)],
        timestamp_ms: Some(1_700_000_000_000 + number as i64 * 1000),
    }
}

async fn create(client: &Client, name: &str, partitions: i32) -> anyhow::Result<()> {
    let topic = NewTopic { name: name.into(), partitions: Some(partitions), ..Default::default() };
    let result = client.create_topics(&[topic], false).await?.remove(0).result;
    result.map_err(|error| anyhow!("{error}"))?;
    // Brokers learn of a topic one after the other.
    weir_tests::wait::until("leaders", Duration::from_secs(60), async || {
        let metadata = client.topics(&[name.to_owned()]).await?;
        let topic = metadata.topic(name).context("the topic")?;
        let all = topic.partitions.iter().map(|p| TopicPartition::new(name, p.partition));
        let offsets = client.list_offsets(&all.collect::<Vec<_>>(), OffsetSpec::Latest).await?;
        let led = offsets.value.values().filter(|offset| offset.is_ok()).count();
        Ok((led == partitions as usize).then_some(()))
    })
    .await
}

async fn describes(client: &Client) -> anyhow::Result<()> {
    let cluster = client.describe_cluster().await?;
    ensure!(cluster.brokers.len() == 3 && cluster.cluster_id.is_some(), "{cluster:?}");
    let quorum = client.quorum().await?;
    ensure!(!quorum.voters.is_empty() && quorum.high_watermark > 0, "{quorum:?}");
    let dirs = client.log_dirs().await?;
    ensure!(dirs.is_whole() && dirs.value.len() == 3, "{dirs:?}");
    ensure!(dirs.value.iter().all(|dir| dir.total_bytes.is_some_and(|bytes| bytes > 0)));
    let test = client.test().await;
    ensure!(test.passed() && test.failed().is_none(), "{test:?}");
    Ok(())
}

async fn newest_first(client: &Client) -> anyhow::Result<()> {
    let page = client.browse(&Browse { limit: 20, ..Browse::newest("log") }).await?;
    let expected: Vec<_> = (0..20).map(|back| MESSAGES - 1 - back).collect();
    ensure!(numbers(&page.rows) == expected, "{:?}", numbers(&page.rows));
    ensure!(page.end == BrowseEnd::Limit && page.next.is_some() && page.problems.is_empty());
    let first = &page.rows[0];
    ensure!(first.headers.len() == 2 && first.headers[1].value.is_none(), "{first:?}");
    ensure!(first.compression == Compression::None && !first.is_tombstone());
    Ok(())
}

/// In both directions, with pages of an odd size.
async fn pages_cover_everything_once(client: &Client) -> anyhow::Result<()> {
    for from in [BrowseFrom::Newest, BrowseFrom::Earliest] {
        let backward = from == BrowseFrom::Newest;
        let mut browse = Browse { limit: 37, from, ..Browse::newest("log") };
        let mut all = Vec::new();
        loop {
            let page = client.browse(&browse).await?;
            all.extend(numbers(&page.rows));
            let Some(next) = page.next else { break };
            browse.from = BrowseFrom::Cursor(next);
        }
        let mut expected: Vec<_> = (0..MESSAGES).collect();
        if backward {
            expected.reverse();
        }
        ensure!(all == expected, "{all:?}");
    }
    Ok(())
}

async fn points(client: &Client) -> anyhow::Result<()> {
    let from = BrowseFrom::Offset(80);
    let one = Browse { from, partitions: Some(vec![1]), limit: 1, ..Browse::newest("log") };
    ensure!(numbers(&client.browse(&one).await?.rows) == [241]);
    let at = BrowseFrom::Time(1_700_000_000_000 + 200_500);
    let page = client.browse(&Browse { from: at, limit: 3, ..Browse::newest("log") }).await?;
    ensure!(numbers(&page.rows) == [201, 202, 203], "{:?}", numbers(&page.rows));
    let late = Browse { from: BrowseFrom::Time(i64::MAX / 2), ..Browse::newest("log") };
    let page = client.browse(&late).await?;
    ensure!(page.rows.is_empty() && page.end == BrowseEnd::EndOfRange && page.next.is_none());
    Ok(())
}

async fn filters(client: &Client) -> anyhow::Result<()> {
    let filter = MessageFilter { key_equals: Some(b"key-7".to_vec()), ..Default::default() };
    let page = client.browse(&Browse { filter, limit: 500, ..Browse::newest("log") }).await?;
    let expected: Vec<_> = (0..MESSAGES).rev().filter(|n| n % 10 == 7).collect();
    ensure!(numbers(&page.rows) == expected && page.end == BrowseEnd::StartOfRange);
    ensure!(page.scanned == MESSAGES as u64, "{}", page.scanned);
    let filter = MessageFilter { value_contains: Some(b"\"n\":1}".to_vec()), ..Default::default() };
    let page = client.browse(&Browse { filter, ..Browse::newest("log") }).await?;
    ensure!(numbers(&page.rows) == [1]);
    Ok(())
}

async fn large_and_compressed(client: &Client, options: &Options) -> anyhow::Result<()> {
    create(client, "large", 1).await?;
    let value: Vec<u8> = (0..900_000u32).map(|i| b'a' + (i / 7 % 26) as u8).collect();
    for compression in Compression::ALL {
        let producer =
            Producer::new(options, &ProducerOptions { compression, ..Default::default() })?;
        let new = NewMessage {
            topic: "large".into(),
            key: Some(vec![0xff; 3000]),
            value: Some(value.clone()),
            ..Default::default()
        };
        producer.send(&new).await?;
    }
    let page = client.browse(&Browse::newest("large")).await?;
    let seen: BTreeMap<_, _> = page.rows.iter().map(|r| (r.compression.name(), r.offset)).collect();
    ensure!(seen.len() == Compression::ALL.len(), "each codec is stored as sent: {seen:?}");
    for row in &page.rows {
        let shown =
            [&row.key, &row.value].into_iter().flatten().map(|p| p.bytes.len()).sum::<usize>();
        ensure!(shown <= 4096 && row.size_bytes == 903_000, "{shown} bytes of a preview");
        let whole = client.message("large", 0, row.offset).await?.map_err(|e| anyhow!("{e}"))?;
        ensure!(whole.row.value.is_some_and(|v| v.bytes == value), "whole at {}", row.offset);
    }
    Ok(())
}

async fn tails(client: &Client, producer: &Producer) -> anyhow::Result<()> {
    let mut tail = client.tail("log", None, MessageFilter::default()).await?;
    for number in 1000..1020 {
        producer.send(&message(number)).await?;
    }
    let mut seen = BTreeSet::new();
    weir_tests::wait::until("the tail's rows", Duration::from_secs(60), async || {
        let batch = tail.next(7, Duration::from_millis(200)).await;
        ensure!(batch.rows.len() <= 7, "no more than asked for");
        seen.extend(numbers(&batch.rows));
        Ok((seen.len() == 20).then_some(()))
    })
    .await?;
    ensure!(seen == (1000..1020).collect());
    Ok(())
}

async fn missing_things_are_named(client: &Client) -> anyhow::Result<()> {
    let gone = client.message("log", 0, 1_000_000).await?;
    ensure!(gone.is_err(), "{gone:?}");
    let error = client.browse(&Browse::newest("nowhere")).await.err().context("no such topic")?;
    ensure!(error.to_string().contains("nowhere"), "{error}");
    let described = client.describe_groups(&["nobody".to_owned()]).await?.remove(0).result;
    ensure!(described.as_ref().is_err() || described.is_ok_and(|g| g.state == GroupState::Dead));
    let nobody = GroupSummary {
        group_id: "nobody".into(),
        protocol_type: String::new(),
        state: GroupState::Empty,
        kind: GroupType::Classic,
        coordinator_id: -1,
    };
    let lag = client.group_lags(&[nobody]).await?.value.remove("nobody");
    let lag = lag.context("an answer")?.lag.map_err(|e| anyhow!("{e}"))?;
    ensure!(lag.total().is_none(), "no commit is no lag");
    Ok(())
}

async fn tail_survives_a_moved_leader(
    options: &Options,
    stop: impl FnOnce(),
) -> anyhow::Result<()> {
    let client = Client::new(options.clone());
    // Leaders move within a second; a busy machine may take its time.
    let patient = ProducerOptions { timeout: Duration::from_secs(90), ..Default::default() };
    let producer = Producer::new(options, &patient)?;
    let mut tail = client.tail("log", None, MessageFilter::default()).await?;
    stop();
    for number in 2000..2006 {
        producer.send(&message(number)).await?;
    }
    let mut seen = BTreeSet::new();
    weir_tests::wait::until("rows after the leader moved", Duration::from_secs(120), async || {
        seen.extend(numbers(&tail.next(100, Duration::from_millis(200)).await.rows));
        Ok((seen.len() == 6).then_some(()))
    })
    .await
}

fn numbers(rows: &[MessageRow]) -> Vec<usize> {
    let number = |row: &MessageRow| {
        let text = row.value.as_ref()?.text()?;
        text.strip_prefix("{\"n\":")?.strip_suffix('}')?.parse().ok()
    };
    rows.iter().filter_map(number).collect()
}
