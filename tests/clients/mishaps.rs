//! What a stranger runs into: a cluster without brokers, processes that were killed, a server that is no Kafka, help.

use crate::command_line::{fail, json};
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};
use weir_tests::home::Home;

#[test]
fn a_cluster_without_a_running_broker_says_so() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "2", "--topic", "orders:1"])?;
    home.run(&["broker", "kill", "1"])?;
    home.run(&["broker", "stop", "2"])?;
    let row = json(&home, &["cluster", "list"])?[0].take();
    ensure!((&row["brokers_online"], &row["brokers_total"]) == (&0.into(), &2.into()), "{row}");
    let reason = row["state_reason"].as_str().context("a reason")?;
    ensure!(reason.contains("None of its brokers"), "{reason}");
    let table = home.run(&["cluster", "list"])?;
    ensure!(table.contains("0/2") && table.contains(reason), "{table}");
    for args in [
        &["up", "--detach"][..],
        &["topic", "list"],
        &["consume", "orders", "--until-end"],
        &["group", "list"],
    ] {
        let (code, error) = fail(&home, args)?;
        ensure!(
            code == 1 && error.contains("weir broker start 1 --cluster local"),
            "{args:?}: {error}"
        );
    }
    let brokers = json(&home, &["broker", "list"])?;
    ensure!(brokers[0]["state"] == "killed" && brokers[1]["state"] == "stopped", "{brokers}");
    ensure!(brokers[0]["leaders"].is_null() && brokers[0]["replicas"].is_null(), "{brokers}");
    home.run(&["broker", "start", "1"])?;
    home.run(&["broker", "start", "2"])?;
    let brokers = json(&home, &["broker", "list"])?;
    ensure!(brokers[0]["leaders"].is_i64() && brokers[1]["replicas"].is_i64(), "{brokers}");
    ensure!(home.run(&["up", "--detach"])?.contains("localhost:"));
    Ok(())
}

/// Killed is not "the machine was shut down".
#[test]
fn processes_that_were_killed_are_not_a_reboot() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "one", "--brokers", "1"])?;
    let folder = home.path().join("clusters/one");
    let keeper: Value = serde_json::from_slice(&std::fs::read(folder.join("keeper.json"))?)?;
    let engine: Value = serde_json::from_slice(&std::fs::read(folder.join("control.json"))?)?;
    kill(keeper["pid"].as_u64().context("the keeper's pid")?)?;
    // The engine ends with its keeper, or is ended here.
    let _ = engine["pid"].as_u64().map(kill);
    let deadline = Instant::now() + Duration::from_secs(20);
    let reason = loop {
        let row = json(&home, &["cluster", "list"])?[0].take();
        if row["state"] == "STOPPED" || Instant::now() > deadline {
            break row["state_reason"].as_str().unwrap_or_default().to_owned();
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    ensure!(reason.contains("ended without being asked"), "{reason}");
    home.run(&["cluster", "start", "one"])?;
    Ok(())
}

#[test]
fn a_web_server_is_no_matter_of_firewalls() -> anyhow::Result<()> {
    let home = Home::new()?;
    // Waits for the end of a line, as web servers do; ends when its client goes.
    let address = serve(|stream| {
        let mut byte = [0];
        while stream.read(&mut byte).is_ok_and(|read| read == 1 && byte[0] != b'\n') {}
        let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
    })?;
    let (code, error) = fail(&home, &["topic", "list", "--bootstrap", &address])?;
    ensure!(code == 1 && !error.to_lowercase().contains("firewall"), "{code}: {error}");
    ensure!(error.contains("the port speaks HTTP"), "{error}");
    Ok(())
}

#[test]
fn a_port_that_wants_tls_is_called_so() -> anyhow::Result<()> {
    let home = Home::new()?;
    // An alert for who begins with a handshake; anybody else is hung up on, as servers do.
    let address = serve(|stream| {
        let mut byte = [0];
        if stream.read(&mut byte).is_ok_and(|read| read == 1 && byte[0] == 0x16) {
            let _ = stream.write_all(&[0x15, 3, 1, 0, 2, 2, 40]);
        }
    })?;
    let (code, error) = fail(&home, &["topic", "list", "--bootstrap", &address])?;
    ensure!(code == 1 && error.contains("the port speaks TLS"), "{code}: {error}");
    Ok(())
}

#[test]
fn names_ports_and_languages_are_refused_clearly() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "local", "--brokers", "1"])?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    for (args, code, words) in [
        (&["cluster", "create", "LOCAL"][..], 1, "named \"local\""),
        (&["cluster", "create", "other", "--brokers", "1", "--port", &port], 1, "name none"),
        (&["up", "--lang", "fr", "--detach"], 2, "which takes en or ko"),
        (&["consume", "x", "--group", ""], 2, "a group needs a name"),
        (&["consume", "x", "--group", "g", "--from", "5"], 2, "where it left off"),
        (&["produce", "x", "--key-separator", ""], 2, "at least one character"),
    ] {
        let (got, error) = fail(&home, args)?;
        ensure!(got == code && error.contains(words), "{args:?}: {got}, {error}");
    }
    let help = home.run(&["help", "--lang", "ko", "topic"])?;
    ensure!(help.contains("토픽을 생성, 조회"), "{help}");
    let help = home.run(&["help"])?;
    ensure!(help.contains("weir produce orders") && help.contains("Exit codes: 0"), "{help}");
    let help = home.run(&["group", "reset", "--help"])?;
    let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap_or_default();
    ensure!(usage.contains("group reset") && !usage.contains("--home"), "{usage}");
    let help = home.run(&["--lang", "ko", "topic", "--help"])?;
    ensure!(help.contains("토픽을 생성, 조회") && help.contains("영어"), "{help}");
    let created = json(&home, &["topic", "create", "orders", "--partitions", "1"])?;
    ensure!(created[0]["id"].as_str().is_some_and(|id| id.len() == 22), "{created}");
    Ok(())
}

/// A port whose clients are answered so, one after the other. Answers its address.
fn serve(answer: fn(&mut TcpStream)) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|mut stream| answer(&mut stream));
    });
    Ok(address)
}

fn kill(pid: u64) -> anyhow::Result<()> {
    Command::new("kill").args(["-KILL", &pid.to_string()]).status()?;
    Ok(())
}

/// Whoever asked a cluster to stop died before its engine heard of it, or `control.json`, by which it hears, is gone.
#[test]
fn a_stop_that_nobody_heard_can_be_asked_for_again() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "one", "--brokers", "1"])?;
    let folder = home.path().join("clusters/one");
    let file = folder.join("cluster.json");
    let mut cluster: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    cluster["desired"] = "stopped".into();
    std::fs::write(&file, serde_json::to_vec_pretty(&cluster)?)?;
    ensure!(json(&home, &["cluster", "list"])?[0]["state"] == "STOPPING");
    home.run(&["cluster", "stop", "one"])?;
    ensure!(json(&home, &["cluster", "list"])?[0]["state"] == "STOPPED");
    home.run(&["cluster", "start", "one"])?;
    std::fs::remove_file(folder.join("control.json"))?;
    home.run(&["cluster", "stop", "one"])?;
    ensure!(json(&home, &["cluster", "list"])?[0]["state"] == "STOPPED");
    home.run(&["cluster", "start", "one"])?;
    std::fs::write(folder.join("control.json"), "{")?;
    home.run(&["cluster", "delete", "one", "--yes"])?;
    ensure!(!folder.exists());
    Ok(())
}

/// A workload that was killed left its members behind: they are no reason to keep its groups.
#[test]
fn the_groups_of_a_killed_sample_go_with_it() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--sample"])?;
    until(|| Ok(sample_groups(&home)?.iter().filter(|group| group.0 == "Stable").count() == 2))?;
    let sample = workload_of(&home)?.context("no workload runs")?;
    kill(sample)?;
    until(|| Ok(workload_of(&home)?.is_none()))?;
    let groups = sample_groups(&home)?;
    ensure!(
        groups.iter().all(|group| group.0 == "Stable"),
        "its members are still counted: {groups:?}"
    );
    home.run(&["sample", "remove"])?;
    let left = json(&home, &["group", "list"])?;
    ensure!(left.as_array().is_some_and(Vec::is_empty), "{left}");
    Ok(())
}

/// The workload's members come back as the ones they were (KIP-345): nobody waits for those that are gone.
#[test]
fn the_groups_of_a_sample_outlive_a_stop_and_a_start() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--sample"])?;
    until(|| {
        let groups = sample_groups(&home)?;
        Ok(groups.len() == 2 && groups.iter().all(|group| group.0 == "Stable" && group.1 > 0))
    })?;
    home.run(&["cluster", "stop", "local"])?;
    until(|| Ok(workload_of(&home)?.is_none()))?;
    home.run(&["up", "--detach"])?;
    let before = sample_groups(&home)?;
    ensure!(before.iter().all(|group| group.0 == "Stable"), "{before:?}");
    until(|| {
        let groups = sample_groups(&home)?;
        ensure!(groups.iter().all(|group| group.0 == "Stable"), "{groups:?}");
        Ok(groups.iter().zip(&before).all(|(now, before)| now.1 > before.1))
    })
}

/// State and committed offsets, added up, of each of the workload's groups.
fn sample_groups(home: &Home) -> anyhow::Result<Vec<(String, i64)>> {
    let groups = json(home, &["group", "list"])?;
    let mut found = Vec::new();
    for group in groups.as_array().context("groups")? {
        let name = group["group"].as_str().context("a name")?;
        let shown = json(home, &["group", "show", name])?;
        let partitions = shown["partitions"].as_array().context("partitions")?;
        let committed = partitions.iter().filter_map(|partition| partition["committed"].as_i64());
        let state = group["state"].as_str().context("a state")?.to_owned();
        found.push((state, committed.sum()));
    }
    Ok(found)
}

/// The process that is the workload of this home.
fn workload_of(home: &Home) -> anyhow::Result<Option<u64>> {
    let path = home.path().display().to_string();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u64>() else { continue };
        // A process that ended meanwhile has none.
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words: Vec<_> = command.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
        if words.iter().any(|word| word == "sample") && words.iter().any(|word| *word == path) {
            return Ok(Some(pid));
        }
    }
    Ok(None)
}

fn until(holds: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds()? {
        ensure!(Instant::now() < deadline, "not within 120 s");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
