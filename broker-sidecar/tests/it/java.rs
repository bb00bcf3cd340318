//! Apache Kafka's own programs, fetched from Maven by name and kept for the next run.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::programs::{finish, installed, not_checked, text};

/// Apache Kafka's jars: folders of the 4.3.1 tools and of the 4.4.0 server.
pub(crate) struct Java {
    tools: PathBuf,
    server: PathBuf,
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

    /// A program of the 4.3.1 tools or clients.
    pub(crate) fn tool(&self, class: &str) -> Command {
        java(&self.tools.join("*").display().to_string(), class)
    }

    /// The 4.3.1 tool on the 4.4.0 server's classes.
    pub(crate) fn tool_on_server(&self, class: &str) -> Command {
        let jar = |prefix: &str| jar_named(&self.tools, prefix).display().to_string();
        let first = [jar("kafka-tools-"), jar("jopt-simple-")].join(":");
        java(&format!("{first}:{}", self.server.join("*").display()), class)
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

fn jar_named(folder: &Path, prefix: &str) -> PathBuf {
    let jars = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let named = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().starts_with(prefix);
    jars.filter(named).min().unwrap_or_else(|| panic!("no {prefix} in {}", folder.display()))
}

fn fetch() -> Result<Java, String> {
    for program in ["java", "mvn"] {
        if !installed(program) {
            return Err(format!("{program} is not installed"));
        }
    }
    let kept = std::env::var_os("WEIR_JARS").map(PathBuf::from);
    let cache = kept.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("jars"));
    let (tools, server) = (cache.join("broker-tools"), cache.join("broker-server"));
    copy("tools.xml", &tools)?;
    copy("server.xml", &server)?;
    Ok(Java { tools, server })
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
    let output = finish(&mut maven, b"");
    if !output.status.success() {
        return Err(format!("Maven: {}", text(&output.stdout).lines().take(3).collect::<String>()));
    }
    std::fs::write(folder.join("complete"), "").map_err(|e| e.to_string())
}
