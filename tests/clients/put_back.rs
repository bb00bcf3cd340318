//! What a group committed: reset, and put back.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use weir_tests::home::Home;
use weir_tests::programs::{self, RUN_TIMEOUT};

#[test]
fn a_reset_is_put_back_and_that_taken_back_too() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "orders:1", "--topic", "plain"])?;
    programs::stdout_within(&mut home.weir(&["produce", "orders"])?, "a\nb\nc\n", RUN_TIMEOUT)?;
    home.run(&["consume", "orders", "--group", "g", "--from", "earliest", "--max", "3"])?;
    let nothing = programs::output(&mut home.weir(&["group", "put-back", "g"])?)?;
    let error = String::from_utf8_lossy(&nothing.stderr);
    ensure!(nothing.status.code() == Some(1) && error.contains("nothing to put back"), "{error}");
    home.run(&["group", "reset", "g", "--to", "earliest"])?;
    ensure!(committed(&home)? == 0);
    home.run(&["group", "put-back", "g", "--dry-run"])?;
    ensure!(committed(&home)? == 0, "a dry run does nothing");
    let said = home.run(&["group", "put-back", "g"])?;
    ensure!(committed(&home)? == 3, "{said}");
    home.run(&["group", "put-back", "g"])?;
    ensure!(committed(&home)? == 0);
    Ok(())
}

/// As many partitions as `weir topic create` makes: what the brokers say.
#[test]
fn up_makes_topics_as_topic_create_does() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["up", "--detach", "--brokers", "1", "--topic", "one"])?;
    home.run(&["topic", "create", "two"])?;
    let topics = json(&home, &["topic", "list"])?;
    ensure!(topics[0]["partitions"] == topics[1]["partitions"], "{topics}");
    home.run(&["up", "--detach", "--topic", "one"])?;
    Ok(())
}

fn committed(home: &Home) -> anyhow::Result<i64> {
    let group = json(home, &["group", "show", "g"])?;
    group["partitions"][0]["committed"].as_i64().with_context(|| group.to_string())
}

fn json(home: &Home, args: &[&str]) -> anyhow::Result<Value> {
    let printed = home.run(&[args, &["--output", "json"]].concat())?;
    serde_json::from_str(&printed).with_context(|| printed)
}
