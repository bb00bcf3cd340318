//! What else lives in a cluster: groups of every type, transactions that are open, the controllers' quorum. Against the
//! real Apache Kafka; members are heartbeats at the wire, for no client here speaks all the protocols.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;
use weir_tests::members::{beat, consumer, share, streams};
use weir_tests::programs::{self, Running};
use weir_tests::transactions::python;
use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;

#[test]
fn groups_of_every_type_show_their_members() -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    let weir = |args: &[&str]| weir(&kafka.bootstrap, args);
    weir(&["topic", "create", "orders", "--partitions", "2"])?;
    // Asking for a coordinator makes Kafka create the topic that coordinators keep their groups in.
    let nobody = weir(&["group", "show", "readers"]);
    ensure!(nobody.is_err_and(|error| error.to_string().contains("no consumer group")));
    beat(&kafka.bootstrap, &consumer("readers"), 1, |r| r.error_code)?;
    beat(&kafka.bootstrap, &share("sharers"), 1, |r| r.error_code)?;
    beat(&kafka.bootstrap, &streams("movers"), 0, |r| r.error_code)?;
    let list = weir(&["group", "list", "--output", "json"])?;
    let list: Value = serde_json::from_str(&list)?;
    for (group, kind) in [("readers", "consumer"), ("sharers", "share"), ("movers", "streams")] {
        let listed = list.as_array().and_then(|all| all.iter().find(|row| row["group"] == group));
        ensure!(listed.context(group)?["type"] == kind, "{list}");
        let shown = weir(&["group", "show", group, "--output", "json"])?;
        let shown: Value = serde_json::from_str(&shown)?;
        ensure!(shown["type"] == kind && shown["members"][0]["client"] == "weir-test", "{shown}");
    }
    assigned(&weir, "readers", || Ok(()))?;
    // A share group gives out partitions once their state is made; its member hears of them when it asks again.
    assigned(&weir, "sharers", || beat(&kafka.bootstrap, &share("sharers"), 1, |r| r.error_code))?;
    let table = weir(&["group", "show", "sharers"])?;
    ensure!(table.contains("share") && table.contains("weir-test"), "{table}");
    a_share_group_is_reset(&kafka.bootstrap, &weir)
}

/// Only once its member has left.
fn a_share_group_is_reset(
    bootstrap: &str,
    weir: &impl Fn(&[&str]) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let mut produce = Command::new(programs::path("weir")?);
    produce.args(["produce", "orders", "--partition", "0", "--bootstrap", bootstrap]);
    programs::stdout_within(&mut produce, "one\ntwo\nthree\n", programs::RUN_TIMEOUT)?;
    let reset = ["group", "reset", "sharers", "--topic", "orders", "--to"];
    let to = |place: &str| weir(&[&reset[..], &[place, "--output", "json"]].concat());
    let refused = to("latest");
    ensure!(refused.is_err_and(|error| error.to_string().contains("has 1 member")));
    let leave = ShareGroupHeartbeatRequest { member_epoch: -1, ..share("sharers") };
    beat(bootstrap, &leave, 1, |r| r.error_code)?;
    for (place, offset) in [("latest", 3), ("earliest", 0), ("latest", 3)] {
        let changes: Value = serde_json::from_str(&to(place)?)?;
        ensure!(changes[0]["after"] == offset && changes[0]["error"].is_null(), "{changes}");
    }
    let shown: Value =
        serde_json::from_str(&weir(&["group", "show", "sharers", "--output", "json"])?)?;
    ensure!(shown["partitions"][0]["committed"] == 3 && shown["lag"] == 0, "{shown}");
    Ok(())
}

/// Coordinators assign a moment after the member joined.
fn assigned(
    weir: &impl Fn(&[&str]) -> anyhow::Result<String>,
    group: &str,
    again: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let shown: Value =
            serde_json::from_str(&weir(&["group", "show", group, "--output", "json"])?)?;
        if shown["members"][0]["assignment"] == json!(["orders-0", "orders-1"]) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{shown}");
        std::thread::sleep(Duration::from_millis(200));
        again()?;
    }
}

#[test]
fn an_open_transaction_and_the_quorum_show_on_apache_kafka() -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    let quorum: Value =
        serde_json::from_str(&weir(&kafka.bootstrap, &["quorum", "show", "--output", "json"])?)?;
    ensure!(quorum["voters"].as_array().map(Vec::len) == Some(3), "{quorum}");
    open_transaction(&kafka.bootstrap)
}

#[test]
fn an_open_transaction_and_the_quorum_show_on_weir_broker() -> anyhow::Result<()> {
    let broker = Broker::start(3, &[])?;
    let table = weir(&broker.bootstrap, &["quorum", "show"])?;
    ensure!(table.contains("leader") && table.contains("High watermark"), "{table}");
    open_transaction(&broker.bootstrap)
}

const PRODUCER: &str = "
import sys, confluent_kafka
p = confluent_kafka.Producer({'bootstrap.servers': sys.argv[1], 'transactional.id': 'payments'})
p.init_transactions(60); p.begin_transaction()
for n in range(3): p.produce('orders', b'open', partition=0)
p.flush(60); print('open', flush=True); sys.stdin.readline()
p.abort_transaction(60); print('aborted', flush=True)
";

fn open_transaction(bootstrap: &str) -> anyhow::Result<()> {
    let Some(python) = python("open transactions")? else { return Ok(()) };
    weir(bootstrap, &["topic", "create", "orders", "--partitions", "1"])?;
    let mut command = Command::new(python);
    command.args(["-c", PRODUCER, bootstrap]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut producer = Running::start(&mut command)?;
    let mut said = BufReader::new(producer.0.stdout.take().context("piped")?);
    let mut line = String::new();
    said.read_line(&mut line)?;
    ensure!(line == "open\n", "{line:?}");
    let show = ["topic", "show", "orders", "--output", "json"];
    let shown: Value = serde_json::from_str(&weir(bootstrap, &show)?)?;
    let (partition, open) = (&shown["partitions"][0], &shown["transactions"][0]);
    ensure!(partition["stable"] == 0 && partition["end"] == 3, "{shown}");
    ensure!(open["transactional_id"] == "payments" && open["state"] == "Ongoing", "{shown}");
    ensure!(weir(bootstrap, &["topic", "show", "orders"])?.contains("payments"));
    producer.0.stdin.take().context("piped")?.write_all(b"\n")?;
    line.clear();
    said.read_line(&mut line)?;
    ensure!(line == "aborted\n", "{line:?}");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let shown: Value = serde_json::from_str(&weir(bootstrap, &show)?)?;
        if shown["partitions"][0]["stable"] == 4 && shown["transactions"] == json!([]) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{shown}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn weir(bootstrap: &str, args: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(programs::path("weir")?);
    programs::stdout(command.args(args).args(["--bootstrap", bootstrap]).env("LANG", "C.UTF-8"))
}
