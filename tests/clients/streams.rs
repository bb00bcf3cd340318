//! Kafka Streams: a word count with exactly-once under both group protocols.

use weir_tests::broker::Broker;
use weir_tests::java::{Jars, WordCount};

#[test]
fn kafka_streams_counts_words_under_the_classic_and_the_streams_protocol() -> anyhow::Result<()> {
    let jars = Jars::fetch("Kafka Streams", "kafka-streams-4.3.1", &["kafka-streams"])?;
    let Some(jars) = jars else { return Ok(()) };
    let broker = Broker::start(3, &[])?;
    let count = |protocol| {
        WordCount { jars: &jars, bootstrap: &broker.bootstrap, protocol, keeps_group: false }.run()
    };
    std::thread::scope(|scope| {
        let classic = scope.spawn(|| count("classic"));
        count("streams")?;
        classic.join().map_err(|_| anyhow::anyhow!("the thread of the classic one ended"))?
    })
}
