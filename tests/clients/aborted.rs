//! Aborted transactions in the reader's eyes: marked where they are decided, against the real Apache Kafka and our broker.

use anyhow::{Context as _, anyhow, ensure};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use weir_client::{Browse, BrowseFrom, Client, Direction, Options, parse_bootstrap};
use weir_domain::MessageRow;
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;
use weir_tests::page::APPEAR;
use weir_tests::programs::{self, Running};
use weir_tests::wait;

/// Two producers interleaved: what one aborts lies between what the other commits. The last transaction stays open
/// until a line comes.
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
    script.goes_on()?;
    script.says("aborted")?;
    wait::until("the open transaction aborted", APPEAR, async || {
        let rows = rows(&client, Direction::Forward).await?;
        let now = values(&rows, |row| row.aborted);
        Ok((now == ["aborted 1", "aborted 2", "open"]).then_some(()))
    })
    .await
}

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
