//! Apache Kafka's jars and the message definitions inside them, fetched from Maven by name.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The Kafka release that everything is generated from; the pom names the same.
pub(crate) const KAFKA_VERSION: &str = "4.4.0";

/// Where the fetched jars are, kept under the target folder.
pub(crate) struct Jars {
    /// One folder a jar, holding its JSON message definitions.
    pub(crate) definitions: PathBuf,
    /// A folder of jars: what Kafka runs with.
    libraries: PathBuf,
}

impl Jars {
    /// Runs a Java program of one source file with Kafka on its class path; what it printed.
    pub(crate) fn run_java(&self, source: &str, arguments: &[&Path]) -> Result<String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("kafka").join(source);
        let mut java = Command::new("java");
        java.arg("-cp").arg(self.libraries.join("*")).arg(file).args(arguments);
        let output = java.output().context("running java")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{source} failed ({}): {errors}", output.status);
        String::from_utf8(output.stdout).with_context(|| format!("what {source} printed"))
    }
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Fetches the jars once. `None`, after saying that `purpose` was not checked, where Java or Maven is
/// missing or Maven cannot be reached.
pub(crate) fn fetch(purpose: &str) -> Result<Option<Jars>> {
    let cache = target_folder().join(format!("kafka-{KAFKA_VERSION}"));
    let jars = Jars { definitions: cache.join("definitions"), libraries: cache.join("libraries") };
    for program in ["java", "mvn"] {
        if !answers(program) {
            not_checked(purpose, &format!("no {program}"));
            return Ok(None);
        }
    }
    if cache.join("complete").exists() {
        return Ok(Some(jars));
    }
    if !maven(&unpack(&cache))? || !maven(&copy(&cache))? {
        not_checked(purpose, &format!("Maven could not fetch Kafka {KAFKA_VERSION}'s jars"));
        return Ok(None);
    }
    ensure!(jars.definitions.exists(), "Maven unpacked nothing into {}", cache.display());
    std::fs::write(cache.join("complete"), "").context("marking the jars as complete")?;
    Ok(Some(jars))
}

include!("../../../../scripts/not_checked.rs");

fn not_checked(what: &str, why: &str) {
    say_not_checked(what, why, std::env::var_os("WEIR_NOT_CHECKED"));
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

fn answers(program: &str) -> bool {
    let mut probe = Command::new(program);
    probe.arg("-version").stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

fn unpack(cache: &Path) -> Vec<String> {
    vec![
        "dependency:unpack-dependencies".into(),
        "-DincludeGroupIds=org.apache.kafka".into(),
        "-Dmdep.unpack.includes=**/*.json".into(),
        "-Dmdep.useSubDirectoryPerArtifact=true".into(),
        format!("-DoutputDirectory={}", cache.join("definitions").display()),
        format!("-DmarkersDirectory={}", cache.join("markers").display()),
    ]
}

fn copy(cache: &Path) -> Vec<String> {
    vec![
        "dependency:copy-dependencies".into(),
        "-DincludeScope=runtime".into(),
        format!("-DoutputDirectory={}", cache.join("libraries").display()),
    ]
}

/// Runs Maven quietly over our pom; whether it succeeded.
fn maven(arguments: &[String]) -> Result<bool> {
    let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join("kafka/pom.xml");
    let mut command = Command::new("mvn");
    command.args(["-q", "-B", "-f"]).arg(pom).args(arguments).stdout(Stdio::null());
    Ok(command.status().context("running mvn")?.success())
}
