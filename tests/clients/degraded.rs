//! `weir` beside a cluster of which a part is down: it tells what Weir knows, at once, as the window does.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::time::{Duration, Instant};
use weir_tests::home::Home;
use weir_tests::programs;

/// The cluster itself notices only once the broker's session has ended, some seconds later.
#[test]
fn a_killed_brokers_partitions_are_offline_at_once() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "2"])?;
    let single = ["topic", "create", "single", "--partitions", "4", "--replication-factor", "1"];
    home.run(&single)?;
    home.run(&["topic", "create", "double", "--partitions", "1", "--replication-factor", "2"])?;
    until(&home, &["cluster", "list"], |table| table.contains("  ok  "))?;
    home.run(&["broker", "kill", "2"])?;
    let partitions = json(&home, &["topic", "show", "single"])?["partitions"].take();
    let partitions = partitions.as_array().context("partitions")?;
    let of_2 = |p: &&Value| p["replicas"] == Value::from(vec![2]);
    ensure!(partitions.iter().filter(of_2).count() == 2, "{partitions:?}");
    for partition in partitions {
        let health = if of_2(&partition) { "offline" } else { "ok" };
        ensure!(partition["health"] == health, "{partition}");
    }
    let read = programs::output(&mut home.weir(&["consume", "single", "--until-end"])?)?;
    let error = String::from_utf8_lossy(&read.stderr).into_owned();
    ensure!(read.status.code() == Some(1) && !error.contains("refused: LEADER"), "{error}");
    let topics = json(&home, &["topic", "list"])?;
    ensure!(topics[1]["name"] == "single" && topics[1]["offline"] == 2, "{topics}");
    // The cluster leads on with one replica, or has not noticed yet that the leader is gone.
    ensure!(topics[0]["offline"] == 1 || topics[0]["under_replicated"] == 1, "{topics}");
    // Where the cluster takes its time to answer, its health is not known yet.
    let show = ["cluster", "show", "local", "--output", "json"];
    let row = until(&home, &show, |row| !row.contains("\"partitions_offline\": null"))?;
    let row: Value = serde_json::from_str(&row)?;
    ensure!(row["state"] == "ACTIVE" && row["brokers_online"] == 1, "{row}");
    let offline = row["partitions_offline"].as_i64().context("offline")?;
    ensure!(offline >= 2 && row["partitions_under_replicated"].is_i64(), "{row}");
    until(&home, &["cluster", "list"], |table| table.contains(" offline  1/2"))?;
    until(&home, &["cluster", "show", "local"], |lines| lines.contains(" offline\n"))?;
    Ok(())
}

/// With one replica of each, nobody takes a group over from a broker that is gone.
#[test]
fn groups_without_a_coordinator_are_said_to_be_missing() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "orders:1"])?;
    home.run(&["consume", "orders", "--until-end", "--group", "readers"])?;
    home.run(&["group", "list"])?;
    home.run(&["broker", "add"])?;
    home.run(&["broker", "kill", "1"])?;
    for (lang, words) in [("en", "does not answer"), ("ko", "코디네이터가 응답하지 않")]
    {
        let output = programs::output(&mut home.weir(&["group", "list", "--lang", lang])?)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(1) && error.contains(words), "{error}");
        ensure!(output.stdout.starts_with(if lang == "en" {
            b"GROUP"
        } else {
            "그룹".as_bytes()
        }));
    }
    home.run(&["broker", "start", "1"])?;
    until(&home, &["group", "list"], |table| table.contains("readers"))?;
    Ok(())
}

/// What a command prints, once it is as wanted.
fn until(home: &Home, args: &[&str], wanted: fn(&str) -> bool) -> anyhow::Result<String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let text = home.run(args)?;
        if wanted(&text) {
            return Ok(text);
        }
        ensure!(Instant::now() < deadline, "{args:?}: {text}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn json(home: &Home, args: &[&str]) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&home.run(&[args, &["--output", "json"]].concat())?)?)
}
