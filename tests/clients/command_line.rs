//! `weir` with clusters of its own: what a person and a CI job do from a terminal.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_tests::home::Home;
use weir_tests::programs::{self, RUN_TIMEOUT, Running};
use weir_tests::{throttle, wait};

#[test]
fn up_makes_takes_up_and_refuses_other_flags() -> anyhow::Result<()> {
    let home = Home::new()?;
    let up = ["up", "--detach", "--brokers", "2", "--topic", "orders:3", "--topic", "events:1"];
    let bootstrap = home.run(&up)?;
    ensure!(bootstrap.lines().count() == 1 && bootstrap.matches("localhost:").count() == 2);
    ensure!(home.run(&up)? == bootstrap, "a second up takes up the cluster that is there");
    let topics = json(&home, &["topic", "list"])?;
    ensure!(topics[0]["name"] == "events" && topics[1]["partitions"] == 3, "{topics}");
    let (code, error) = fail(&home, &["up", "--detach", "--brokers", "5"])?;
    ensure!(code == 1 && error.contains("has 2 brokers, not 5"), "{code}: {error}");
    let (code, error) = fail(&home, &["up", "--detach", "--topic", "orders:9"])?;
    ensure!(code == 1 && error.contains("with 3 partitions"), "{code}: {error}");
    Ok(())
}

#[test]
fn a_cluster_is_created_stopped_started_and_deleted() -> anyhow::Result<()> {
    let home = Home::new()?;
    let address = home.run(&["cluster", "create", "one", "--brokers", "1"])?;
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[0]["name"] == "one" && rows[0]["state"] == "ACTIVE", "{rows}");
    home.run(&["topic", "create", "orders"])?;
    programs::stdout_within(&mut home.weir(&["produce", "orders"])?, "kept\n", RUN_TIMEOUT)?;
    home.run(&["cluster", "stop", "one"])?;
    let (code, error) = fail(&home, &["topic", "list"])?;
    ensure!(code == 1 && error.contains("weir cluster start one"), "{code}: {error}");
    ensure!(home.run(&["cluster", "start", "one"])? == address, "on the same ports");
    ensure!(home.run(&["consume", "orders", "--max", "1"])? == "kept\n", "with its data");
    let (code, error) = fail(&home, &["cluster", "delete", "one"])?;
    ensure!(code == 2 && error.contains("--yes"), "{code}: {error}");
    home.run(&["cluster", "delete", "one", "--yes"])?;
    ensure!(json(&home, &["cluster", "list"])? == Value::Array(Vec::new()));
    Ok(())
}

#[test]
fn up_in_the_foreground_ends_with_ctrl_c_and_stops_its_cluster() -> anyhow::Result<()> {
    let home = Home::new()?;
    let mut up = home.weir(&["up", "--brokers", "1"])?;
    let mut running = Running::start(up.stdout(Stdio::piped()))?;
    let address = programs::first_line(&mut running)?;
    ensure!(address.starts_with("localhost:"), "{address:?}");
    signal(&running, "-INT")?;
    ends_well(&mut running)?;
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[0]["state"] == "STOPPED", "{rows}");
    Ok(())
}

#[test]
fn up_in_the_foreground_stops_its_cluster_when_its_terminal_is_closed() -> anyhow::Result<()> {
    let home = Home::new()?;
    let mut up = home.weir(&["up", "--brokers", "1"])?;
    let mut running = Running::start(up.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let address = programs::first_line(&mut running)?;
    ensure!(address.starts_with("localhost:"), "{address:?}");
    // What it says now reaches nobody.
    drop((running.0.stdout.take(), running.0.stderr.take()));
    signal(&running, "-HUP")?;
    ends_well(&mut running)?;
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[0]["state"] == "STOPPED", "{rows}");
    Ok(())
}

#[test]
fn what_nobody_can_read_is_no_panic() -> anyhow::Result<()> {
    let home = Home::new()?;
    for (args, code) in [
        (&["topic", "list", "--cluster", "none"][..], 1),
        (&["topic", "list", "--nonsense"], 2),
        (&["up", "--detach", "--brokers", "1", "--topic", "numbers:1"], 0),
        (&["produce", "numbers"], 0),
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full")?;
        let mut weir = home.weir(args)?;
        let status = weir.stdin(Stdio::null()).stdout(Stdio::null()).stderr(full).status()?;
        ensure!(status.code() == Some(code), "{args:?}: {status}");
    }
    Ok(())
}

#[test]
fn up_under_nohup_outlives_its_terminal() -> anyhow::Result<()> {
    let home = Home::new()?;
    let up = home.weir(&["up", "--brokers", "1"])?;
    let mut nohup = Command::new("nohup");
    nohup.arg(up.get_program()).args(up.get_args());
    nohup.envs(up.get_envs().filter_map(|(name, value)| value.map(|value| (name, value))));
    let mut running = Running::start(nohup.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let address = programs::first_line(&mut running)?;
    ensure!(address.starts_with("localhost:"), "{address:?}");
    signal(&running, "-HUP")?;
    ensure!(programs::ends_within(&mut running, Duration::from_secs(2))?.is_none(), "it ended");
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[0]["state"] == "ACTIVE", "{rows}");
    signal(&running, "-INT")?;
    ends_well(&mut running)
}

#[test]
fn up_in_the_foreground_leaves_a_cluster_that_was_running() -> anyhow::Result<()> {
    let home = Home::new()?;
    let address = home.run(&["up", "--detach", "--brokers", "1"])?;
    let mut up = home.weir(&["up"])?;
    let mut running = Running::start(up.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    ensure!(programs::first_line(&mut running)? == address);
    let mut said = BufReader::new(running.0.stderr.take().context("piped")?);
    let mut line = String::new();
    said.read_line(&mut line)?;
    ensure!(line.contains("leaves the cluster running"), "{line:?}");
    signal(&running, "-INT")?;
    ends_well(&mut running)?;
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[0]["state"] == "ACTIVE", "{rows}");
    Ok(())
}

#[test]
fn a_connection_is_made_protected_and_lifted() -> anyhow::Result<()> {
    let home = Home::new()?;
    let at = home.run(&["cluster", "create", "near", "--brokers", "1"])?.trim().to_owned();
    let made = json(&home, &["cluster", "connect", "far", &at, "--read-only", "--production"])?;
    ensure!(made["reached"] == true && made["steps"][0]["step"] == "dns", "{made}");
    let (code, error) = fail(&home, &["topic", "create", "orders", "--cluster", "far"])?;
    let lift = "weir cluster edit NAME --no-read-only";
    ensure!(code == 1 && error.contains(lift), "{code}: {error}");
    let edited = json(&home, &["cluster", "edit", "far", "--no-read-only"])?;
    ensure!(edited["read_only"] == false && edited["production"] == true, "{edited}");
    home.run(&["topic", "create", "orders", "--cluster", "far"])?;
    let (code, error) = fail(&home, &["cluster", "connect", "far", &at])?;
    ensure!(code == 1 && error.contains("\"far\""), "{code}: {error}");
    // Nobody is there: kept all the same, and said so.
    let (code, error) = fail(&home, &["cluster", "connect", "nobody", "localhost:1"])?;
    ensure!(code == 0 && error.contains("Nothing listens on localhost:1"), "{code}: {error}");
    let rows = json(&home, &["cluster", "list"])?;
    ensure!(rows[2]["name"] == "nobody" && rows[2]["state"] == "UNREACHABLE", "{rows}");
    Ok(())
}

#[test]
fn groups_are_reset_and_deleted() -> anyhow::Result<()> {
    let home = Home::new()?;
    let address = home.run(&["up", "--detach", "--brokers", "1", "--topic", "orders:1"])?;
    let produce = &mut home.weir(&["produce", "orders", "--key-separator", ":"])?;
    programs::stdout_within(produce, "k:one\nk:two\n", RUN_TIMEOUT)?;
    let keys = ["consume", "orders", "--max", "2", "--group", "readers", "--print", "key,value"];
    ensure!(home.run(&keys)? == "k\tone\nk\ttwo\n");
    all_left(&home, "readers")?;
    let preview = home.run(&["group", "reset", "readers", "--shift-by", "-1", "--dry-run"])?;
    ensure!(preview.contains("orders  0          2       1      0           1"), "{preview}");
    let (code, said) = fail(&home, &["group", "reset", "readers", "--to", "latest", "--dry-run"])?;
    ensure!(code == 0 && said.contains("nothing was changed"), "{code}: {said}");
    let reset = json(&home, &["group", "reset", "readers", "--to", "earliest"])?;
    ensure!(reset[0]["before"] == 2 && reset[0]["after"] == 0, "{reset}");
    // By the address alone, as for any Kafka.
    let far = ["--bootstrap", address.trim()];
    let reset = json(&home, &[&["group", "reset", "readers", "--to", "99"][..], &far].concat())?;
    ensure!(reset[0]["before"] == 0 && reset[0]["after"] == 2, "{reset}");
    let (code, error) = fail(&home, &["group", "reset", "readers"])?;
    ensure!(code == 2 && error.contains("--shift-by"), "{code}: {error}");
    let (code, error) = fail(&home, &["group", "delete", "readers"])?;
    ensure!(code == 2 && error.contains("--yes"), "{code}: {error}");
    let forgotten = home.run(&["group", "delete-offsets", "readers", "--topic", "orders"])?;
    ensure!(forgotten.contains("orders  0          2       -"), "{forgotten}");
    let (code, error) = fail(&home, &["group", "delete", "readers", "nobody", "--yes"])?;
    ensure!(code == 1 && error.contains("nobody") && !error.contains("readers"), "{error}");
    ensure!(json(&home, &["group", "list"])? == Value::Array(Vec::new()));
    Ok(())
}

#[test]
fn a_configuration_is_refused_or_warned_of_in_words() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "orders:1"])?;
    let set = |pair: &str| {
        let output =
            programs::output(&mut home.weir(&["topic", "config", "orders", "--set", pair])?)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        anyhow::Ok((output.status.code().unwrap_or(-1), error))
    };
    let (code, error) = set("min.insync.replicas=5")?;
    ensure!(code == 0 && error.contains("More than the replication factor"), "{code}: {error}");
    let (code, error) = set("retention.ms=abc")?;
    ensure!(code == 2 && error.matches("retention.ms").count() == 1, "{code}: {error}");
    ensure!(home.run(&["quorum"])?.contains("High watermark"), "as `quorum show`");
    let (code, error) = fail(&home, &["sample", "run", "--cluster", "none"])?;
    ensure!(code == 1 && error.contains("there is no cluster \"none\""), "{code}: {error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_brokers_removal_is_called_off() -> anyhow::Result<()> {
    let home = Home::new()?;
    let bootstrap = home.run(&["up", "--detach", "--brokers", "3"])?;
    let id = throttle::slow_topic(&home, bootstrap.trim(), "orders").await?.to_string();
    let cancel = ["broker", "cancel-remove", &id];
    let (code, error) = fail(&home, &cancel)?;
    ensure!(code == 1 && error.contains("is not being removed"), "{code}: {error}");
    let mut remove = home.weir(&["broker", "remove", &id, "--lang", "ko"])?;
    let mut removing = Running::start(remove.stderr(Stdio::piped()).stdout(Stdio::null()))?;
    // It is refused until the removal has begun.
    let kept = wait::until("the removal to be called off", RUN_TIMEOUT, async || {
        Ok(home.run(&[&cancel[..], &["--output", "json"]].concat()).ok())
    });
    let kept: Value = serde_json::from_str(&kept.await?)?;
    ensure!(kept["done"] == "kept", "{kept}");
    let status = programs::ends_within(&mut removing, RUN_TIMEOUT)?;
    ensure!(status.and_then(|status| status.code()) == Some(1), "the removal failed: {status:?}");
    let mut said = String::new();
    removing.0.stderr.take().context("piped")?.read_to_string(&mut said)?;
    ensure!(said.contains("취소되었습니다"), "{said}");
    let brokers = json(&home, &["broker", "list"])?;
    ensure!(brokers.as_array().is_some_and(|rows| rows.len() == 3), "{brokers}");
    Ok(())
}

#[test]
fn log_dirs_are_shown_with_what_they_hold() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "2", "--topic", "orders:4"])?;
    let all = json(&home, &["broker", "log-dirs"])?;
    let all = all.as_array().context("a list")?;
    ensure!(all.len() == 2 && all.iter().all(|dir| dir["online"] == true), "{all:?}");
    ensure!(all.iter().all(|dir| dir["replicas"] == 4 && dir["error"].is_null()), "{all:?}");
    let one = home.run(&["broker", "log-dirs", "2", "--lang", "ko"])?;
    ensure!(one.contains("로그 디렉터리") && one.lines().count() == 2, "{one}");
    let (code, error) = fail(&home, &["broker", "log-dirs", "9"])?;
    ensure!(code == 1 && error.contains("no broker 9"), "{code}: {error}");
    let (code, error) = fail(&home, &["broker", "log-dir-offline", "2", "log-0"])?;
    ensure!(code == 1 && error.contains("no other log dir that is online"), "{code}: {error}");
    let (code, error) = fail(&home, &["broker", "log-dir-offline", "2", "other"])?;
    ensure!(code == 1 && error.contains("Broker 2 has no log dir other"), "{code}: {error}");
    let (code, error) = fail(&home, &["broker", "log-dir-online", "9", "log-0"])?;
    ensure!(code == 1 && error.contains("Broker 9 has no log dir log-0"), "{code}: {error}");
    Ok(())
}

#[test]
fn a_log_dir_is_taken_offline_and_back() -> anyhow::Result<()> {
    let home = Home::new()?;
    let set = ["--set", "log.dirs=a,b", "--set", "num.partitions=12"];
    home.run(&[&["up", "--detach", "--brokers", "3", "--topic", "orders"][..], &set].concat())?;
    let offline = |want: usize| -> anyhow::Result<()> {
        let dirs = json(&home, &["broker", "log-dirs"])?;
        let dirs = dirs.as_array().context("a list")?;
        let down: Vec<_> = dirs.iter().filter(|dir| dir["online"] == false).collect();
        ensure!(dirs.len() == 6 && down.len() == want, "{dirs:?}");
        ensure!(down.iter().all(|dir| dir["error"] == "KAFKA_STORAGE_ERROR"), "{dirs:?}");
        Ok(())
    };
    let said = home.run(&["broker", "log-dir-offline", "2", "b"])?;
    ensure!(said.trim() == "log dir b of broker 2 is offline", "{said}");
    offline(1)?;
    let (code, error) = fail(&home, &["broker", "log-dir-offline", "2", "b"])?;
    ensure!(code == 1 && error.contains("is offline already"), "{code}: {error}");
    let (code, error) = fail(&home, &["broker", "log-dir-offline", "2", "a"])?;
    ensure!(code == 1 && error.contains("no other log dir that is online"), "{code}: {error}");
    home.run(&["broker", "log-dir-online", "2", "b"])?;
    offline(0)?;
    // The cluster is as it was made: the same flags take it up, others are refused.
    home.run(&[&["up", "--detach"][..], &set].concat())?;
    let (code, error) = fail(&home, &["up", "--detach", "--set", "num.partitions=6"])?;
    ensure!(code == 1 && error.contains("was made with num.partitions=12"), "{code}: {error}");
    Ok(())
}

#[test]
fn wrong_broker_configurations_make_no_cluster() -> anyhow::Result<()> {
    let home = Home::new()?;
    for (set, why) in [
        ("num.partition=6", "Brokers have no configuration named num.partition"),
        ("num.partitions=0", "num.partitions takes 1 or more"),
        ("log.dirs=/data/a", "log.dirs takes names of folders"),
        ("log.dirs=a,a", "This value is not valid for log.dirs (a is given twice)"),
        ("log.retention.ms=0", "log.retention.ms must be unlimited (-1) or"),
        ("cordoned.log.dirs=/x", "must be present in log.dirs or log.dir. Missing entries : /x"),
        ("max.connections.per.ip.overrides=a", "max.connections.per.ip.overrides"),
        ("authorizer.class.name=mine", "The only authorizer of a local cluster"),
        ("ssl.key.password=hunter2", "ssl.key.password holds a secret"),
        ("num.partitions", "KEY=VALUE is expected"),
    ] {
        let (code, error) = fail(&home, &["cluster", "create", "shop", "--set", set])?;
        ensure!(code == 2 && error.contains(why), "{set}: {code}: {error}");
        ensure!(!error.contains("hunter2"), "{error}");
    }
    let twice = ["--set", "num.partitions=6", "--set", "num.partitions=7"];
    let (code, error) = fail(&home, &[&["cluster", "create", "shop"][..], &twice].concat())?;
    ensure!(code == 2 && error.contains("num.partitions is given twice"), "{code}: {error}");
    ensure!(home.clusters().is_empty(), "{:?}", home.clusters());
    Ok(())
}

/// One rule, wherever a key or a name is given.
#[test]
fn what_is_given_twice_is_refused_by_its_name() -> anyhow::Result<()> {
    let home = Home::new()?;
    let set = ["--set", "a.b=1", "--set", "a.b=2"];
    let (code, error) = fail(&home, &[&["up", "--detach"][..], &set].concat())?;
    ensure!(code == 2 && error.contains("a.b is given twice"), "{code}: {error}");
    let topics = ["up", "--detach", "--topic", "orders:1", "--topic", "orders"];
    let (code, error) = fail(&home, &topics)?;
    ensure!(code == 2 && error.contains("orders is given twice"), "{code}: {error}");
    ensure!(home.clusters().is_empty(), "{:?}", home.clusters());
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "orders:1"])?;
    for (args, name) in [
        (
            &["topic", "create", "a", "--config", "segment.ms=1", "--config", "segment.ms=1"][..],
            "segment.ms",
        ),
        (&["topic", "create", "a", "a"], "a"),
        (
            &["topic", "config", "orders", "--set", "segment.ms=9", "--set", "segment.ms=8"],
            "segment.ms",
        ),
        (
            &["topic", "config", "orders", "--set", "segment.ms=9", "--reset", "segment.ms"],
            "segment.ms",
        ),
        (&["topic", "delete", "orders", "orders", "--yes"], "orders"),
        (&["group", "delete", "g", "g", "--yes"], "g"),
    ] {
        let (code, error) = fail(&home, args)?;
        ensure!(
            code == 2 && error.contains(&format!("{name} is given twice")),
            "{args:?}: {error}"
        );
    }
    let topics = json(&home, &["topic", "list"])?;
    ensure!(topics.as_array().is_some_and(|all| all.len() == 1), "nothing was done: {topics}");
    // Headers may: Kafka keeps both.
    let produce = &mut home.weir(&["produce", "orders", "--header", "h=1", "--header", "h=2"])?;
    programs::stdout_within(produce, "v\n", RUN_TIMEOUT)?;
    let read = home.run(&["consume", "orders", "--max", "1", "--print", "headers"])?;
    ensure!(read.matches("h=").count() == 2, "{read}");
    Ok(())
}

/// Only names, addresses and the words of the system and of brokers are in another language.
#[test]
fn what_is_done_and_what_is_wrong_is_said_in_korean() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "shop", "--brokers", "2", "--set", "log.dirs=a,b"])?;
    let said = |args: &[&str]| {
        let output = programs::output(&mut home.weir(&[args, &["--lang", "ko"]].concat())?)?;
        let both = [output.stdout, output.stderr].concat();
        anyhow::Ok(String::from_utf8_lossy(&both).trim().to_owned())
    };
    for (args, words) in [
        (&["topic", "create", "orders"][..], "생성됨: orders"),
        (&["topic", "add-partitions", "orders", "--total", "9"], "파티션 수"),
        (&["broker", "stop", "2"], "브로커 2를 중지했습니다"),
        (&["broker", "start", "2"], "브로커 2를 시작했습니다"),
        (&["broker", "log-dir-offline", "2", "b"], "오프라인"),
        (&["broker", "stop", "9"], "브로커 9"),
        (&["consume", "orders", "--from", "soon"], "경과 시간"),
        (&["topic", "list", "--bootstrap", "a:b"], "포트가 아닙니다"),
        (&["topic", "list", "--bootstrap", "::1:9092"], "대괄호"),
        (&["topic", "delete", "orders", "--yes"], "삭제됨: orders"),
        (&["cluster", "stop", "shop"], "중지했습니다"),
        (&["cluster", "delete", "shop", "--yes"], "삭제했습니다"),
    ] {
        let said = said(args)?;
        ensure!(said.contains(words), "{args:?}: {said}");
        let english = [" is ", " was ", " the ", "cannot", "deleted", "stopped", "expected"];
        ensure!(!english.iter().any(|word| said.contains(word)), "{args:?}: {said}");
    }
    Ok(())
}

#[test]
fn streams_obey_pipes_and_ctrl_c() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "numbers:1"])?;
    let numbers: String = (0..50_000).map(|number| format!("{number}\n")).collect();
    programs::stdout_within(&mut home.weir(&["produce", "numbers"])?, &numbers, RUN_TIMEOUT)?;
    // Its reader goes away after one line: no panic, no message.
    let mut consume = home.weir(&["consume", "numbers"])?;
    let mut running = Running::start(consume.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let first = programs::first_line(&mut running)?;
    ensure!(first == "0\n", "{first:?}");
    // The process has ended, so its standard error has an end.
    ends_well(&mut running)?;
    let mut said = String::new();
    running.0.stderr.take().context("piped")?.read_to_string(&mut said)?;
    ensure!(said.is_empty(), "{said}");
    // Ctrl-C while it waits for more.
    let path = home.path().join("numbers");
    let mut consume = home.weir(&["consume", "numbers"])?;
    let mut running = Running::start(consume.stdout(std::fs::File::create(&path)?))?;
    all_read(&path, numbers.len() as u64)?;
    signal(&running, "-INT")?;
    ends_well(&mut running)
}

#[test]
fn wrong_usage_is_code_two_and_one_sentence() -> anyhow::Result<()> {
    let home = Home::new()?;
    for (args, code, words) in [
        (&["topic", "list"][..], 1, "weir up"),
        (&["topic", "list", "--cluster", "nowhere"], 1, "weir cluster list"),
        (&["topic", "list", "--bootstrap", "localhost:1"], 1, "connection refused"),
        (&["topic", "list", "--bootstrap", "a:b"], 2, "is not a port"),
        (&["topic", "list", "--bootstrap", "::1:9092"], 2, "in brackets"),
        (&["topic", "list", "--bootstrap", "[::1]:1"], 1, "[::1]:1"),
        (&["cluster", "connect", "six", "::1:9092"], 2, "in brackets"),
        (&["broker", "stop", "1", "--bootstrap", "localhost:9092"], 2, "on this machine alone"),
        (&["topic", "list", "--bootstrap", "no-such-host.invalid"], 1, "spelling of the name"),
        (&["topic", "list", "--bootstrap", "a", "--cluster", "b"], 2, "cannot be used with"),
        (&["cluster", "create", "x", "--brokers", "0"], 2, "1 to 100 is expected"),
        (&["cluster", "create", "x", "--brokers", "1000"], 2, "1 to 100 is expected"),
        (&["cluster", "create", "x/y"], 2, "cannot contain \"/\""),
        (&["nonsense"], 2, "nonsense"),
    ] {
        let (got, error) = fail(&home, args)?;
        ensure!(got == code && error.contains(words), "{args:?}: {got}, {error:?}");
        ensure!(!error.contains("panicked"), "{error}");
        ensure!(error.starts_with("weir: ") && error.lines().count() == 1, "{error}");
    }
    let korean = programs::output(&mut home.weir(&["topic", "list", "--lang", "ko"])?)?;
    ensure!(String::from_utf8(korean.stderr)?.contains("클러스터가 없습니다"));
    Ok(())
}

/// Until a group has no members: a consumer that is slow to leave counts until its session ends.
fn all_left(home: &Home, group: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + RUN_TIMEOUT;
    loop {
        let members = json(home, &["group", "show", group])?["members"].clone();
        if members == Value::Array(Vec::new()) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "members stay: {members}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub(crate) fn json(home: &Home, args: &[&str]) -> anyhow::Result<Value> {
    let printed = home.run(&[args, &["--output", "json"]].concat())?;
    serde_json::from_str(&printed).with_context(|| printed)
}

pub(crate) fn fail(home: &Home, args: &[&str]) -> anyhow::Result<(i32, String)> {
    let output = programs::output(&mut home.weir(args)?)?;
    let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok((output.status.code().unwrap_or(-1), error))
}

/// Until a consumer that writes to a file has written `size` bytes: now it waits for more.
fn all_read(path: &Path, size: u64) -> anyhow::Result<()> {
    let deadline = Instant::now() + RUN_TIMEOUT;
    while std::fs::metadata(path)?.len() < size {
        ensure!(Instant::now() < deadline, "it did not read to the end within {RUN_TIMEOUT:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn signal(running: &Running, name: &str) -> anyhow::Result<()> {
    let pid = running.0.id().to_string();
    ensure!(Command::new("kill").args([name, &pid]).status()?.success());
    Ok(())
}

fn ends_well(running: &mut Running) -> anyhow::Result<()> {
    let status = programs::ends_within(running, RUN_TIMEOUT)?;
    ensure!(status.is_some_and(|status| status.success()), "{status:?}");
    Ok(())
}
