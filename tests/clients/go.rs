//! Sarama and segmentio/kafka-go: one scenario each, in their own words.

use std::process::Command;
use std::time::Duration;
use weir_tests::broker::Broker;
use weir_tests::programs;

/// Go fetches the modules and builds them at the first run.
const BUILD_TIMEOUT: Duration = Duration::from_secs(600);

fn run(program: &str) -> anyhow::Result<()> {
    if !programs::on_path("go") {
        programs::not_checked(program, "no go");
        return Ok(());
    }
    let source = format!("{}/clients/go", env!("CARGO_MANIFEST_DIR"));
    let built = programs::directory()?.join(format!("client-{program}"));
    let mut build = Command::new("go");
    // Built by the Go that is here, never by one that it would fetch.
    build.current_dir(source).env("GOTOOLCHAIN", "local").args(["build", "-o"]);
    let output =
        programs::output_within(build.arg(&built).arg(format!("./{program}")), "", BUILD_TIMEOUT)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("go.mod requires go >=") {
        programs::not_checked(program, said.trim());
        return Ok(());
    }
    anyhow::ensure!(output.status.success(), "{program} does not build: {said}");
    let broker = Broker::start(3, &[])?;
    programs::all_held(program, &programs::stdout(Command::new(built).arg(&broker.bootstrap))?)
}

#[test]
fn sarama_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    run("sarama")
}

#[test]
fn segmentio_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    run("segmentio")
}
