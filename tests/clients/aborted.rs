//! Aborted transactions in the reader's eyes: marked where they are decided, against the real Apache Kafka and our broker.

use anyhow::{Context as _, anyhow, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use weir_client::{Browse, BrowseFrom, Client, Direction, Options, parse_bootstrap};
use weir_domain::{MessageFilter, MessageRow};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;
use weir_tests::page::APPEAR;
use weir_tests::programs::{self, Running};
use weir_tests::wait;

/// Two producers interleaved: what one aborts lies between what the other commits. The last transaction goes on with
/// one line, and is aborted with the next.
const PRODUCER: &str = "
import sys, confluent_kafka
def producer(name):
    p = confluent_kafka.Producer({'bootstrap.servers': sys.argv[1], 'transactional.id': name})
    p.init_transactions(60)
    return p
def write(p, *values):
    for value in values: p.produce('orders', value.encode(), partition=0); p.flush(60)
a, b = producer('a'), producer('b')
a.begin_transaction(); b.begin_transaction()
write(a, 'kept 1'); write(b, 'aborted 1', 'aborted 2'); write(a, 'kept 2')
b.abort_transaction(60); a.commit_transaction(60)
b.begin_transaction(); write(b, 'kept 3'); b.commit_transaction(60)
a.begin_transaction(); write(a, 'open')
print('open', flush=True); sys.stdin.readline()
write(a, 'late'); print('late', flush=True); sys.stdin.readline()
a.abort_transaction(60); print('aborted', flush=True); sys.stdin.readline()
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_marked_on_apache_kafka() -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    scenario(&kafka.bootstrap).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_marked_on_weir_broker() -> anyhow::Result<()> {
    let broker = Broker::start(3, &[])?;
    scenario(&broker.bootstrap).await
}

async fn scenario(bootstrap: &str) -> anyhow::Result<()> {
    let Some(mut script) = Script::start(bootstrap)? else { return Ok(()) };
    script.says("open")?;
    let client = Client::new(Options::new(parse_bootstrap(bootstrap)?));
    let expected = ["aborted 1", "aborted 2"];
    for direction in [Direction::Forward, Direction::Backward] {
        let rows = rows(&client, direction).await?;
        ensure!(values(&rows, |_| true).len() == 6, "{rows:?}");
        ensure!(values(&rows, |row| row.aborted) == expected, "{rows:?}");
        let markers = rows.iter().filter(|row| row.control && !row.aborted).count();
        ensure!(markers == 3, "an abort and two commits: {rows:?}");
    }
    let first = rows(&client, Direction::Forward).await?;
    for row in &first {
        let whole = client.message("orders", 0, row.offset).await?;
        let whole = whole.map_err(|error| anyhow!("offset {}: {error:?}", row.offset))?;
        ensure!(whole.row.aborted == row.aborted, "{whole:?}");
    }
    let told = consumed(bootstrap)?;
    for (value, aborted) in [("kept 1", Some(false)), ("aborted 1", Some(true)), ("open", None)] {
        ensure!(told.contains(&(value.to_owned(), aborted)), "{value}: {told:?}");
    }
    let mut tail = client.tail("orders", None, MessageFilter::default()).await?;
    script.goes_on()?;
    script.says("late")?;
    let late = wait::until("the message in the tail", APPEAR, async || {
        let batch = tail.next(100, POLL).await;
        let late = batch.rows.into_iter().find(|row| !row.control);
        Ok(late.map(|row| (row.partition, row.offset, row.aborted)))
    });
    let (partition, offset, aborted) = late.await?;
    ensure!(!aborted, "it is open");
    script.goes_on()?;
    script.says("aborted")?;
    wait::until("the tail to tell that it was aborted", APPEAR, async || {
        let batch = tail.next(100, POLL).await;
        let told = batch.aborted.contains(&(partition, offset));
        let marker = batch.rows.iter().any(|row| row.control);
        ensure!(told == marker, "with its marker: {batch:?}");
        Ok(told.then_some(()))
    })
    .await?;
    wait::until("the open transaction aborted", APPEAR, async || {
        let rows = rows(&client, Direction::Forward).await?;
        let now = values(&rows, |row| row.aborted);
        Ok((now == ["aborted 1", "aborted 2", "open", "late"]).then_some(()))
    })
    .await?;
    let told = consumed(bootstrap)?;
    ensure!(told.contains(&("open".to_owned(), Some(true))) && told.len() == 7, "{told:?}");
    Ok(())
}

/// What `weir consume` tells of every message: whether it was aborted, and nothing while that is open.
fn consumed(bootstrap: &str) -> anyhow::Result<Vec<(String, Option<bool>)>> {
    let mut weir = Command::new(programs::path("weir")?);
    weir.args(["consume", "orders", "--isolation-level", "read_uncommitted", "--until-end"]);
    let lines = programs::stdout(weir.args(["--output", "json", "--bootstrap", bootstrap]))?;
    let mut told = Vec::new();
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line)?;
        if message["control"] != true {
            let value = message["value"].as_str().context("a value")?.to_owned();
            told.push((value, message["aborted"].as_bool()));
        }
    }
    Ok(told)
}

/// How long a tail is asked at a time.
const POLL: Duration = Duration::from_millis(500);

async fn rows(client: &Client, direction: Direction) -> anyhow::Result<Vec<MessageRow>> {
    let from = match direction {
        Direction::Forward => BrowseFrom::Earliest,
        Direction::Backward => BrowseFrom::Newest,
    };
    let browse = Browse { from, ..Browse::newest("orders") };
    let mut rows = client.browse(&browse).await?.rows;
    rows.sort_by_key(|row| row.offset);
    Ok(rows)
}

fn values(rows: &[MessageRow], wanted: impl Fn(&MessageRow) -> bool) -> Vec<&str> {
    let of = |row: &&MessageRow| !row.control && wanted(row);
    rows.iter().filter(of).filter_map(|row| row.value.as_ref()?.text()).collect()
}

/// The producers' program, and the pipes that lead it.
struct Script {
    _running: Running,
    said: BufReader<ChildStdout>,
    told: ChildStdin,
}

impl Script {
    fn start(bootstrap: &str) -> anyhow::Result<Option<Self>> {
        let python = std::env::var("WEIR_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let probe = programs::output(Command::new(&python).args(["-c", "import confluent_kafka"]));
        if !probe.is_ok_and(|output| output.status.success()) {
            programs::not_checked("aborted records", "confluent-kafka is not installed");
            return Ok(None);
        }
        let mut weir = Command::new(programs::path("weir")?);
        weir.args(["topic", "create", "orders", "--partitions", "1", "--bootstrap", bootstrap]);
        programs::stdout(&mut weir)?;
        let mut command = Command::new(python);
        command.args(["-c", PRODUCER, bootstrap]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = Running::start(&mut command)?;
        let said = BufReader::new(running.0.stdout.take().context("piped")?);
        let told = running.0.stdin.take().context("piped")?;
        Ok(Some(Self { _running: running, said, told }))
    }

    fn says(&mut self, wanted: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        ensure!(line.trim() == wanted, "{line:?}");
        Ok(())
    }

    fn goes_on(&mut self) -> anyhow::Result<()> {
        Ok(self.told.write_all(b"\n")?)
    }
}
