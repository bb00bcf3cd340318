//! Transactions by confluent-kafka, in a program of its own that goes on when it is told to.

use crate::programs::{self, Running};
use anyhow::{Context as _, ensure};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// Two producers interleaved: what one aborts lies between what the other commits. The last transaction goes on with
/// one line, and is aborted with the next.
const PRODUCERS: &str = "
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

/// The producers' program, and the pipes that lead it.
#[derive(Debug)]
pub struct Producers {
    _running: Running,
    said: BufReader<ChildStdout>,
    told: ChildStdin,
}

impl Producers {
    /// Makes the topic `orders` of one partition and begins; says `open`, `late` and `aborted` in turn. `None`, and it
    /// is printed, where confluent-kafka is not installed.
    pub fn start(bootstrap: &str) -> anyhow::Result<Option<Self>> {
        let Some(python) = python("transactions")? else { return Ok(None) };
        let mut weir = Command::new(programs::path("weir")?);
        weir.args(["topic", "create", "orders", "--partitions", "1", "--bootstrap", bootstrap]);
        programs::stdout(&mut weir)?;
        let mut command = Command::new(python);
        command.args(["-c", PRODUCERS, bootstrap]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = Running::start(&mut command)?;
        let said = BufReader::new(running.0.stdout.take().context("piped")?);
        let told = running.0.stdin.take().context("piped")?;
        Ok(Some(Self { _running: running, said, told }))
    }

    /// Waits for its next word, which has to be this one.
    pub fn says(&mut self, wanted: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        ensure!(line.trim() == wanted, "{line:?}");
        Ok(())
    }

    /// Has it take its next step.
    pub fn goes_on(&mut self) -> anyhow::Result<()> {
        Ok(self.told.write_all(b"\n")?)
    }
}

/// The interpreter that has confluent-kafka; `None`, and it is printed that `what` was not checked, where there is none.
pub fn python(what: &str) -> anyhow::Result<Option<String>> {
    let python = std::env::var("WEIR_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = programs::output(Command::new(&python).args(["-c", "import confluent_kafka"]));
    if probe.is_ok_and(|output| output.status.success()) {
        return Ok(Some(python));
    }
    programs::not_checked(what, "confluent-kafka is not installed");
    Ok(None)
}
