//! States that a stranger gets into, and the way out that Weir names and that works.

use crate::command_line::{fail, json};
use anyhow::{Context as _, ensure};
use std::process::Stdio;
use std::time::{Duration, Instant};
use weir_tests::home::Home;
use weir_tests::programs::{self, RUN_TIMEOUT, Running};

#[test]
fn a_sample_that_was_run_by_hand_is_removed() -> anyhow::Result<()> {
    let home = Home::new()?;
    let at = home.run(&["cluster", "create", "local", "--brokers", "1"])?.trim().to_owned();
    let (code, error) = fail(&home, &["sample", "remove", "--cluster", "local"])?;
    ensure!(code == 1 && error.contains("no sample workload"), "{code}: {error}");
    let mut run = home.weir(&["sample", "run", "--cluster", "local"])?;
    let mut running = Running::start(run.stdout(Stdio::null()))?;
    let topics = || anyhow::Ok(json(&home, &["topic", "list"])?.as_array().map_or(0, Vec::len));
    until("the sample's topics are there", || Ok(topics()? == 4))?;
    let (code, error) = fail(&home, &["sample", "run", "--cluster", "local"])?;
    let way_out = "weir sample remove --cluster local";
    ensure!(code == 1 && error.contains("already") && error.contains(way_out), "{code}: {error}");
    home.run(&["sample", "remove", "--cluster", "local"])?;
    let status = programs::ends_within(&mut running, RUN_TIMEOUT)?;
    ensure!(status.is_some_and(|status| status.success()), "it has ended: {status:?}");
    ensure!(topics()? == 0, "its topics are gone");
    // What is left of one that was killed is removed as well.
    let mut run = home.weir(&["sample", "run"])?;
    let mut running = Running::start(run.stdout(Stdio::null()))?;
    until("the sample's topics are there", || Ok(topics()? == 4))?;
    running.0.kill()?;
    running.0.wait()?;
    home.run(&["sample", "remove"])?;
    ensure!(topics()? == 0, "its topics are gone");

    home.run(&["cluster", "connect", "far", &at])?;
    let (code, error) = fail(&home, &["sample", "run", "--cluster", "far"])?;
    ensure!(code == 1 && error.contains("far is a connection"), "{code}: {error}");
    let (code, error) = fail(&home, &["sample", "remove", "--cluster", "far"])?;
    ensure!(code == 1 && error.contains("on this machine can do this"), "{code}: {error}");
    home.run(&["cluster", "stop", "local"])?;
    let (code, error) = fail(&home, &["sample", "run", "--cluster", "local"])?;
    ensure!(code == 1 && error.contains("weir cluster start local"), "{code}: {error}");
    Ok(())
}

/// Each says what to do, and what is right leads on.
#[test]
fn refusals_name_what_is_wrong_and_the_way_on() -> anyhow::Result<()> {
    let home = Home::new()?;
    let create = ["cluster", "create", "local", "--brokers", "1", "--host", "0.0.0.0"];
    let output = programs::output(&mut home.weir(&create)?)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success() && said.contains("anybody on the network"), "{said}");
    home.run(&["topic", "create", "orders", "--partitions", "2"])?;
    let at = home.run(&["cluster", "show", "local", "--output", "json"])?;
    let at: serde_json::Value = serde_json::from_str(&at)?;
    let at = at["bootstrap"].as_str().context("an address")?.to_owned();
    let tls = format!("SSL://{at}");
    for (args, code, words) in [
        (&["topic", "create", "many", "--partitions", "20000"][..], 1, "10,000"),
        (&["topic", "create", "many", "--partitions", "20000"], 1, "in steps"),
        (&["topic", "create", "x", "--config", "nonsense=1"], 2, "weir topic config"),
        (&["broker", "kill", "9"], 1, "weir broker list"),
        (&["cluster", "create", "local"], 1, "Choose another name"),
        (&["topic", "list", "--bootstrap", &tls], 2, "PLAINTEXT listener"),
        (&["cluster", "connect", "far", &tls], 2, "SSL"),
        (&["group", "reset", "g", "--to", "earliest", "--topic", "nosuch"], 1, "nosuch"),
        (&["group", "reset", "g", "--to", "earliest", "--topic", "orders:7"], 1, "orders-7"),
    ] {
        let (got, error) = fail(&home, args)?;
        ensure!(got == code && error.contains(words), "{args:?}: {got}, {error}");
        ensure!(!error.to_lowercase().contains("policy"), "{args:?}: {error}");
    }
    Ok(())
}

/// A start would not help: what does is said instead.
#[test]
fn a_damaged_cluster_is_not_told_to_be_started() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "one", "--brokers", "1"])?;
    home.run(&["cluster", "stop", "one"])?;
    std::fs::write(home.path().join("clusters/one/cluster.json"), "{")?;
    for args in [&["topic", "list", "--cluster", "one"][..], &["cluster", "client-info", "one"]] {
        let (code, error) = fail(&home, args)?;
        ensure!(code == 1 && error.contains("Restore it from a copy"), "{args:?}: {error}");
        ensure!(!error.contains("weir cluster start"), "{args:?}: {error}");
    }
    let korean = programs::output(&mut home.weir(&["topic", "list", "--lang", "ko"])?)?;
    let korean = String::from_utf8(korean.stderr)?;
    ensure!(korean.contains("지금 사용할 수 없습니다"), "{korean}");
    home.run(&["cluster", "delete", "one", "--yes"])?;
    Ok(())
}

fn until(what: &str, test: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let deadline = Instant::now() + RUN_TIMEOUT;
    while !test()? {
        ensure!(Instant::now() < deadline, "not within {RUN_TIMEOUT:?}: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
