//! The command line by `--bootstrap`, against the real Apache Kafka and against our broker: the same scenario.

use anyhow::Context as _;
use serde_json::{Value, json};
use std::process::{Command, Output};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;
use weir_tests::programs::{self, RUN_TIMEOUT};

#[test]
fn against_apache_kafka() -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    scenario(&Weir { bootstrap: kafka.bootstrap.clone() })
}

#[test]
fn against_weir_broker() -> anyhow::Result<()> {
    let broker = Broker::start(3, &[])?;
    scenario(&Weir { bootstrap: broker.bootstrap.clone() })
}

/// `weir ... --bootstrap` of one cluster.
struct Weir {
    bootstrap: String,
}

impl Weir {
    fn command(&self, args: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(programs::path("weir")?);
        command.args(args).args(["--bootstrap", &self.bootstrap]).env("LANG", "C.UTF-8");
        Ok(command)
    }

    fn output(&self, args: &[&str], input: &str) -> anyhow::Result<Output> {
        programs::output_within(&mut self.command(args)?, input, RUN_TIMEOUT)
    }

    /// What it printed; fails with its error.
    fn run(&self, args: &[&str], input: &str) -> anyhow::Result<String> {
        let output = self.output(args, input)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        anyhow::ensure!(output.status.success(), "{args:?}: {error}");
        Ok(String::from_utf8(output.stdout)?)
    }

    fn json(&self, args: &[&str]) -> anyhow::Result<Value> {
        let printed = self.run(&[args, &["--output", "json"]].concat(), "")?;
        serde_json::from_str(&printed).with_context(|| printed)
    }

    /// The exit code and the one sentence of a command that must fail.
    fn fail(&self, args: &[&str], input: &str) -> anyhow::Result<(i32, String)> {
        let output = self.output(args, input)?;
        let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((output.status.code().unwrap_or(-1), error))
    }
}

fn scenario(weir: &Weir) -> anyhow::Result<()> {
    topics(weir)?;
    messages(weir)?;
    groups(weir)?;
    ends(weir)?;
    refusals(weir)?;
    too_large(weir)?;
    let deleted = weir.run(&["topic", "delete", "orders", "events", "--yes"], "")?;
    assert_eq!(deleted, "deleted orders\ndeleted events\n");
    Ok(())
}

fn topics(weir: &Weir) -> anyhow::Result<()> {
    weir.run(&["topic", "create", "orders", "--partitions", "3"], "")?;
    let config = ["--config", "retention.ms=60000"];
    weir.run(&[&["topic", "create", "events", "--partitions", "1"][..], &config].concat(), "")?;
    let list = weir.json(&["topic", "list", "--filter", "ORDER"])?;
    assert_eq!(list[0]["name"], "orders");
    assert_eq!((&list[0]["partitions"], &list[0]["replication_factor"]), (&json!(3), &json!(3)));
    weir.run(&["topic", "add-partitions", "orders", "--total", "4"], "")?;
    assert_eq!(
        weir.json(&["topic", "show", "orders"])?["partitions"].as_array().map(Vec::len),
        Some(4)
    );
    let changed = weir.json(&["topic", "config", "events", "--set", "retention.ms=90000"])?;
    assert_eq!(changed[0], json!({ "name": "retention.ms", "before": "60000", "after": "90000" }));
    weir.run(&["topic", "config", "events", "--reset", "retention.ms"], "")?;
    let all = weir.json(&["topic", "config", "events", "--all"])?;
    let all = all.as_array().context("a list")?;
    let retention = all.iter().find(|row| row["name"] == "retention.ms").context("retention.ms")?;
    assert_eq!((&retention["value"], &retention["type"]), (&json!("604800000"), &json!("long")));
    assert!(all.len() >= 30, "every key is listed: {}", all.len());
    let silent = all.iter().find(|row| row["doc"].as_str().is_none_or(str::is_empty));
    assert!(silent.is_none(), "every key says what it does: {silent:?}");
    let described = weir.run(&["topic", "config", "events", "--describe", "retention.ms"], "")?;
    assert!(described.contains("retention.ms = 604800000"), "{described}");
    assert!(described.contains("How long messages are kept"), "{described}");
    assert_eq!(weir.json(&["broker", "list"])?.as_array().map(Vec::len), Some(3));
    Ok(())
}

fn messages(weir: &Weir) -> anyhow::Result<()> {
    let keyed = ["produce", "orders", "--key-separator", ":", "--header", "from=test"];
    weir.run(&keyed, "a:1\nb:2\na:{\"total\":9007199254740993}\n")?;
    let objects = r#"{"key":"gone","value":null,"partition":2}
{"key":"twice","value":"x","headers":[{"name":"h","value":"1"},{"name":"h","value":null}],"partition":2}
"#;
    weir.run(&["produce", "orders", "--input", "json", "--compression", "zstd"], objects)?;
    let mut values = lines(&weir.run(&["consume", "orders", "--max", "5"], "")?);
    values.sort();
    assert_eq!(values, ["(tombstone)", "1", "2", "x", "{\"total\":9007199254740993}"]);
    let all = weir.run(&["consume", "orders", "--max", "5", "--output", "json"], "")?;
    let all: Vec<Value> = all.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let twice = all.iter().find(|m| m["key"] == "twice").context("the message with two headers")?;
    let headers = json!([{ "name": "h", "value": "1" }, { "name": "h", "value": null }]);
    assert_eq!(twice["headers"], headers, "duplicates and nulls survive");
    let a: Vec<_> = all.iter().filter(|m| m["key"] == "a").collect();
    assert_eq!(a[0]["partition"], a[1]["partition"], "one key, one partition");
    assert_eq!(a[0]["headers"], json!([{ "name": "from", "value": "test" }]));
    let offset = twice["offset"].to_string();
    let from = ["consume", "orders", "--partition", "2", "--from", &offset, "--max", "1"];
    assert_eq!(weir.run(&from, "")?, "x\n");
    let aged = ["consume", "orders", "--partition", "2", "--from", "10m", "--max", "1"];
    assert_eq!(weir.run(&aged, "")?, "(tombstone)\n");
    Ok(())
}

fn groups(weir: &Weir) -> anyhow::Result<()> {
    weir.run(&["produce", "events"], "one\ntwo\nthree\nfour\n")?;
    let group = ["consume", "events", "--group", "readers"];
    assert_eq!(weir.run(&[&group[..], &["--max", "1"]].concat(), "")?, "one\n");
    // Only what was printed is committed, however far the consumer had read ahead.
    let shown = weir.json(&["group", "show", "readers"])?;
    assert_eq!((&shown["lag"], &shown["partitions"][0]["committed"]), (&json!(3), &json!(1)));
    assert_eq!(weir.run(&[&group[..], &["--max", "2"]].concat(), "")?, "two\nthree\n");
    let list = weir.json(&["group", "list"])?;
    let readers = list.as_array().and_then(|l| l.iter().find(|g| g["group"] == "readers"));
    let readers = readers.context("the group is listed")?;
    assert_eq!((&readers["state"], &readers["lag"]), (&json!("Empty"), &json!(1)));
    Ok(())
}

/// Where reading begins and ends, for those who do not wait.
fn ends(weir: &Weir) -> anyhow::Result<()> {
    let all = weir.run(&["consume", "orders", "--until-end"], "")?;
    assert_eq!(all.lines().count(), 5, "{all}");
    assert_eq!(weir.run(&["consume", "events", "--from", "latest", "--until-end"], "")?, "");
    let stamped = weir.run(&["consume", "events", "--max", "1", "--output", "json"], "")?;
    let stamped: Value = serde_json::from_str(&stamped)?;
    let at = stamped["timestamp"].to_string();
    let since = weir.run(&["consume", "events", "--from", &at, "--until-end"], "")?;
    assert_eq!(since, "one\ntwo\nthree\nfour\n", "from milliseconds as JSON prints them");
    // A group reads on to the end, commits that, and says when --from counts no more.
    let group = ["consume", "events", "--group", "readers", "--until-end"];
    assert_eq!(weir.run(&group, "")?, "four\n");
    let again = weir.output(&[&group[..], &["--from", "earliest"]].concat(), "")?;
    let said = String::from_utf8(again.stderr)?;
    assert!(again.status.success() && again.stdout.is_empty(), "{said}");
    assert!(said.contains("has committed in 1 partition"), "{said}");
    assert_eq!(weir.json(&["group", "show", "readers"])?["lag"], json!(0));
    let quiet = weir.output(&["consume", "events", "--timeout", "1"], "")?;
    let said = String::from_utf8(quiet.stderr)?;
    assert!(quiet.status.success() && said.contains("after 4 messages"), "{said}");
    Ok(())
}

/// What was written is said, with the line that was not, the limit and where it stands.
fn too_large(weir: &Weir) -> anyhow::Result<()> {
    let input = format!("small\n{}\n", "x".repeat(2_000_000));
    let output = weir.output(&["produce", "events", "--output", "json"], &input)?;
    let (printed, error) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(printed.trim(), r#"{"topic":"events","written":1}"#);
    assert!(error.contains("line 2") && error.contains("max.message.bytes (1048588)"), "{error}");
    // A low limit refuses no batch of many small messages.
    weir.run(&["topic", "config", "events", "--set", "max.message.bytes=2000"], "")?;
    let many: String = (0..2000).map(|number| format!("message {number}\n")).collect();
    weir.run(&["produce", "events"], &many)?;
    Ok(())
}

fn refusals(weir: &Weir) -> anyhow::Result<()> {
    for (args, input, code, words) in [
        (&["topic", "create", "no/good"][..], "", 2, "cannot contain '/'"),
        (&["topic", "create", "orders"], "", 1, "already exists"),
        (
            &["topic", "create", "x", "--replication-factor", "9"],
            "",
            1,
            "INVALID_REPLICATION_FACTOR",
        ),
        (&["topic", "create", "x", "--config", "retention.mss=1"], "", 2, "no configuration"),
        (&["topic", "config", "events", "--set", "retention.ms=soon"], "", 2, "retention.ms"),
        (&["topic", "delete", "orders"], "", 2, "--yes"),
        (&["topic", "show", "nowhere"], "", 1, "there is no topic \"nowhere\""),
        (&["produce", "nowhere"], "x\n", 1, "weir topic create nowhere"),
        (&["produce", "orders", "--partition", "9"], "x\n", 1, "no partition 9"),
        (&["produce", "orders", "--input", "json"], "{\n", 1, "line 1 is not JSON"),
        (&["consume", "orders", "--from", "someday"], "", 2, "earliest"),
        (&["consume", "events", "--from", "99"], "", 1, "the next offset of partition 0 is 4"),
        (&["consume", "orders", "--from", "99"], "", 1, "past the end"),
        (&["consume", "events", "--from", "2126-01-01"], "", 1, "in the future"),
        (&["consume", "events", "--max", "9", "--timeout", "1"], "", 1, "4 of 9 came"),
        (&["topic", "delete", "lost-1", "lost-2", "--yes"], "", 1, "lost-2"),
        (
            &["produce", "events", "--input", "json"],
            "{\"value\":\"v\",\"timestamp\":\"noon\"}\n",
            1,
            "line 1: timestamp should be a whole number",
        ),
        (&["group", "show", "nobody"], "", 1, "no consumer group \"nobody\""),
    ] {
        let (got, error) = weir.fail(args, input)?;
        assert_eq!(got, code, "{args:?}: {error}");
        assert!(error.contains(words), "{args:?} says {error:?}, not {words:?}");
    }
    Ok(())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
