//! `@confluentinc/kafka-javascript` against the built-in engine. Its prebuilt part lies on GitHub and not in its
//! package, so it is compiled here, against the librdkafka that its package carries.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use weir_tests::broker::Broker;
use weir_tests::programs;

use super::librdkafka;

const BUILD_LIMIT: Duration = Duration::from_secs(1800);
/// Where Node's headers lie beside a Node that a package manager installed.
const HEADERS: &str = "/usr/include/node/node.h";

pub(crate) fn run() -> Result<()> {
    for program in ["npm", "node", "gcc", "g++", "make", "python3"] {
        if !programs::on_path(program) {
            programs::not_checked("@confluentinc/kafka-javascript", &format!("no {program}"));
            return Ok(());
        }
    }
    if !Path::new(HEADERS).exists() {
        programs::not_checked("@confluentinc/kafka-javascript", &format!("no {HEADERS}"));
        return Ok(());
    }
    let started = Instant::now();
    let library = librdkafka::built()?;
    let folder = programs::directory()?.join("kafka-javascript");
    build(&folder, &library)?;
    let broker = Broker::start(3, &[])?;
    let mut node = Command::new("node");
    node.arg(scenario()).arg(&broker.bootstrap).current_dir(&folder);
    node.env("LD_LIBRARY_PATH", libraries(&library));
    programs::all_held("kafka-javascript", &programs::stdout(&mut node)?)?;
    let seconds = started.elapsed().as_secs_f32();
    println!(
        "{}: topics, produce, consume in a group, transactions; {seconds:.0} s",
        librdkafka::PACKAGE
    );
    Ok(())
}

fn scenario() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clients/node/confluent.cjs")
}

fn libraries(library: &Path) -> String {
    format!("{0}/src:{0}/src-cpp", library.display())
}

/// Installs the package and compiles it, once.
fn build(folder: &Path, library: &Path) -> Result<()> {
    if folder.join("complete").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("package.json"), "{\"private\":true}")?;
    let npm = |arguments: &[&str]| -> Result<()> {
        let mut command = Command::new("npm");
        command.args(arguments).current_dir(folder);
        command.env("BUILD_LIBRDKAFKA", "0").env("CKJS_LINKING", "dynamic");
        command.env("npm_config_nodedir", "/usr").env("npm_config_build_from_source", "true");
        command.env("CPLUS_INCLUDE_PATH", libraries(library));
        command.env("LIBRARY_PATH", libraries(library));
        programs::stdout_within(&mut command, "", BUILD_LIMIT).map(drop)
    };
    npm(&["install", "--ignore-scripts", "--no-audit", "--no-fund", librdkafka::PACKAGE])?;
    npm(&["rebuild"])?;
    fs::write(folder.join("complete"), "")?;
    Ok(())
}
