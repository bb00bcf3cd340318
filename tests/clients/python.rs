//! confluent-kafka (librdkafka), kafka-python (pure Python) and aiokafka: one scenario each, in their own words.

use std::process::Command;
use weir_tests::broker::Broker;
use weir_tests::programs;

/// Runs a script of this folder with the interpreter that has the packages.
fn run(script: &str, package: &str) -> anyhow::Result<()> {
    let python = std::env::var("WEIR_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let module = package.replace('-', "_");
    let import = if package == "kafka-python" { "kafka" } else { &module };
    let probe = format!("import {import}");
    let present = programs::output(Command::new(&python).args(["-c", &probe]));
    if !present.is_ok_and(|output| output.status.success()) {
        programs::not_checked(package, "the Python package is not installed");
        return Ok(());
    }
    let broker = Broker::start(3, &[])?;
    let path = format!("{}/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    programs::all_held(
        package,
        &programs::stdout(Command::new(python).arg(path).arg(&broker.bootstrap))?,
    )
}

#[test]
fn confluent_kafka_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    run("confluent.py", "confluent-kafka")
}

#[test]
fn kafka_python_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    run("kafka_python.py", "kafka-python")
}

#[test]
fn aiokafka_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    run("aio_kafka.py", "aiokafka")
}
