//! KafkaJS: a scenario in its own words.

use std::process::Command;
use weir_tests::broker::Broker;
use weir_tests::programs;

#[test]
fn kafkajs_produces_consumes_in_a_group_and_administers() -> anyhow::Result<()> {
    let folder = format!("{}/clients/node", env!("CARGO_MANIFEST_DIR"));
    if !std::path::Path::new(&folder).join("node_modules/kafkajs").exists() {
        programs::not_checked("kafkajs", "npm ci was not run in tests/clients/node");
        return Ok(());
    }
    let broker = Broker::start(3, &[])?;
    let mut node = Command::new("node");
    let said = programs::stdout(node.arg("kafkajs.js").arg(&broker.bootstrap).current_dir(folder))?;
    programs::all_held("kafkajs", &said)
}
