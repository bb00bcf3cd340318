//! Apache Kafka's own programs, fetched from Maven by name and kept for the next run.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::programs::{finish_within, installed, not_checked, text};

/// A hundred megabytes, over a slow line.
const MAVEN: Duration = Duration::from_secs(600);

/// Apache Kafka's tools and clients, 4.3.1: its newest ones.
pub(crate) struct Java {
    tools: PathBuf,
}

impl Java {
    /// The jars; `None`, after saying that `what` was not checked, where they cannot be had.
    pub(crate) fn get(what: &str) -> Option<&'static Self> {
        static JAVA: OnceLock<Result<Java, String>> = OnceLock::new();
        match JAVA.get_or_init(fetch) {
            Ok(java) => Some(java),
            Err(why) => {
                not_checked(what, why);
                None
            }
        }
    }

    /// One of their programs.
    pub(crate) fn tool(&self, class: &str) -> Command {
        java(&self.tools.join("*").display().to_string(), class)
    }
}

fn java(class_path: &str, class: &str) -> Command {
    let mut command = Command::new("java");
    let logging = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/log4j2.properties");
    command.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path]);
    command.arg(format!("-Dlog4j2.configurationFile=file:{}", logging.display()));
    command.arg(class);
    command
}

fn fetch() -> Result<Java, String> {
    for program in ["java", "mvn"] {
        if !installed(program) {
            return Err(format!("{program} is not installed"));
        }
    }
    let kept = std::env::var_os("WEIR_JARS").map(PathBuf::from);
    let cache = kept.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("jars"));
    let tools = cache.join("broker-tools");
    copy("tools.xml", &tools)?;
    Ok(Java { tools })
}

/// Copies what a pom names into `folder`, once.
fn copy(pom: &str, folder: &Path) -> Result<(), String> {
    if folder.join("complete").exists() {
        return Ok(());
    }
    let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java").join(pom);
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-f"]).arg(pom).arg("dependency:copy-dependencies");
    maven.arg("-DincludeScope=runtime").arg(format!("-DoutputDirectory={}", folder.display()));
    let output = finish_within(&mut maven, b"", MAVEN);
    if !output.status.success() {
        return Err(format!("Maven: {}", text(&output.stdout).lines().take(3).collect::<String>()));
    }
    std::fs::write(folder.join("complete"), "").map_err(|e| e.to_string())
}
