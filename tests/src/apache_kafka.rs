//! The real Apache Kafka, from Maven: one or more nodes, each broker and controller, small enough for a laptop.

use crate::broker::free_block;
use crate::programs::{self, Running};
use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The version that the console is judged by.
pub const VERSION: &str = "4.4.0";
const LOG4J: &str = "2.25.3";
const READY_TIMEOUT: Duration = Duration::from_secs(180);
/// 100 MB of jars, over a slow line.
const MAVEN_TIMEOUT: Duration = Duration::from_secs(600);
/// A JVM that is small and starts fast.
const JVM: [&str; 5] =
    ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"];

/// A running cluster of Apache Kafka; ends with this value.
#[derive(Debug)]
pub struct ApacheKafka {
    nodes: Vec<Running>,
    _directory: TempDir,
    /// For clients.
    pub bootstrap: String,
}

impl ApacheKafka {
    /// Fetches the jars if they are not there, formats and starts. `None`, and a line that says so, without Java or
    /// Maven.
    pub fn start(nodes: u16) -> anyhow::Result<Option<Self>> {
        Self::start_with(nodes, &[])
    }

    /// As [`Self::start`], with further server properties.
    pub fn start_with(nodes: u16, further: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        for program in ["java", "mvn"] {
            if !programs::on_path(program) {
                programs::not_checked("Apache Kafka", &format!("no {program}"));
                return Ok(None);
            }
        }
        let class_path = class_path(&jars()?)?;
        let directory = tempfile::tempdir()?;
        let layout = Layout { nodes, first_port: free_block(2 * nodes)? };
        let mut running = Vec::new();
        for id in 1..=nodes {
            let home = directory.path().join(format!("node-{id}"));
            fs::create_dir(&home)?;
            fs::write(home.join("server.properties"), layout.properties(id, &home, further))?;
            fs::write(home.join("log4j2.properties"), "rootLogger.level=off\n")?;
            format(&class_path, &home, &layout)?;
            running.push(start(&class_path, &home)?);
        }
        let bootstrap = (1..=nodes).map(|id| format!("127.0.0.1:{}", layout.broker_port(id)));
        let bootstrap = bootstrap.collect::<Vec<_>>().join(",");
        let mut kafka = Self { nodes: running, _directory: directory, bootstrap };
        kafka.wait(&layout)?;
        Ok(Some(kafka))
    }

    /// Ends one node as `kill` does.
    pub fn stop_node(&mut self, id: usize) {
        if let Some(node) = self.nodes.get_mut(id - 1) {
            node.end();
        }
    }

    fn wait(&mut self, layout: &Layout) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_TIMEOUT;
        let mut ready = 0;
        while ready < layout.nodes {
            if let Some(dead) = self.nodes.iter_mut().position(ended) {
                bail!("node {} of Apache Kafka ended while starting", dead + 1);
            }
            if Instant::now() >= deadline {
                bail!("Apache Kafka was not ready within {READY_TIMEOUT:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
            let address = |id| ("127.0.0.1", layout.broker_port(id));
            let open = |id: &u16| std::net::TcpStream::connect(address(*id)).is_ok();
            ready = (1..=layout.nodes).filter(open).count().try_into()?;
        }
        Ok(())
    }
}

fn ended(node: &mut Running) -> bool {
    !matches!(node.0.try_wait(), Ok(None))
}

/// Ports and ids of the cluster.
#[derive(Debug)]
struct Layout {
    nodes: u16,
    first_port: u16,
}

/// Twenty-two characters of url-safe base64 are a cluster or directory id.
const CLUSTER_ID: &str = "WeirTestsClusterAAAAAw";

impl Layout {
    fn broker_port(&self, id: u16) -> u16 {
        self.first_port + id - 1
    }

    fn controller_port(&self, id: u16) -> u16 {
        self.first_port + self.nodes + id - 1
    }

    fn controllers(&self) -> String {
        let one = |id| format!("127.0.0.1:{}", self.controller_port(id));
        (1..=self.nodes).map(one).collect::<Vec<_>>().join(",")
    }

    /// For `StorageTool format`: who votes at first.
    fn initial(&self) -> String {
        let one = |id| {
            format!("{id}@127.0.0.1:{}:WeirTestsDirectory{:03}w", self.controller_port(id), id)
        };
        (1..=self.nodes).map(one).collect::<Vec<_>>().join(",")
    }

    fn properties(&self, id: u16, home: &Path, further: &[(&str, &str)]) -> String {
        let listeners = format!(
            "PLAINTEXT://127.0.0.1:{},CONTROLLER://127.0.0.1:{}",
            self.broker_port(id),
            self.controller_port(id)
        );
        let factor = self.nodes.min(3).to_string();
        let min = self.nodes.min(2).to_string();
        let settings = [
            ("process.roles", "broker,controller"),
            ("node.id", &id.to_string()),
            ("controller.quorum.bootstrap.servers", &self.controllers()),
            ("listeners", &listeners),
            ("advertised.listeners", &listeners),
            ("controller.listener.names", "CONTROLLER"),
            ("log.dirs", &home.join("data").display().to_string()),
            ("broker.rack", &format!("zone-{id}")),
            ("num.partitions", "4"),
            ("default.replication.factor", &factor),
            ("offsets.topic.num.partitions", "5"),
            ("offsets.topic.replication.factor", &factor),
            ("transaction.state.log.num.partitions", "5"),
            ("transaction.state.log.replication.factor", &factor),
            ("transaction.state.log.min.isr", &min),
            ("share.coordinator.state.topic.num.partitions", "5"),
            ("share.coordinator.state.topic.replication.factor", &factor),
            ("share.coordinator.state.topic.min.isr", &min),
            ("group.initial.rebalance.delay.ms", "0"),
            ("log.cleaner.dedupe.buffer.size", "2097152"),
            ("log.index.size.max.bytes", "1048576"),
            ("num.network.threads", "1"),
            ("num.io.threads", "2"),
            ("background.threads", "2"),
        ];
        let mut text = String::new();
        for (key, value) in settings.iter().chain(further) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}={value}");
        }
        text
    }
}

fn java(class_path: &str, home: &Path) -> Command {
    let mut command = Command::new("java");
    let log4j = home.join("log4j2.properties");
    command.args(JVM);
    command.arg(format!("-Dlog4j2.configurationFile=file:{}", log4j.display()));
    command.arg(format!("-Dkafka.logs.dir={}", home.display()));
    command.args(["-cp", class_path]);
    command
}

fn format(class_path: &str, home: &Path, layout: &Layout) -> anyhow::Result<()> {
    let mut command = java(class_path, home);
    command.args(["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"]);
    command.arg(home.join("server.properties"));
    match layout.nodes {
        1 => command.arg("--standalone"),
        _ => command.args(["-I", &layout.initial()]),
    };
    programs::stdout(&mut command).map(drop)
}

fn start(class_path: &str, home: &Path) -> anyhow::Result<Running> {
    let out = fs::File::create(home.join("out"))?;
    let mut command = java(class_path, home);
    command.arg("kafka.Kafka").arg(home.join("server.properties"));
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    Running::start(&mut command)
}

/// The folder with the jars, fetched once by Maven.
pub fn jars() -> anyhow::Result<PathBuf> {
    fetch(
        &format!("apache-kafka-{VERSION}"),
        &[
            ["org.apache.kafka", "kafka_2.13", VERSION],
            ["org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J],
            ["org.apache.logging.log4j", "log4j-core", LOG4J],
        ],
    )
}

/// A folder of this name with the jars of some dependencies (group, artifact, version), fetched once by Maven.
pub fn fetch(name: &str, dependencies: &[[&str; 3]]) -> anyhow::Result<PathBuf> {
    let folder = programs::directory()?.join(name);
    if folder.join("complete").exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    // Maven wants a project to start from; any folder that has no other will do.
    let project = tempfile::tempdir()?;
    fs::write(project.path().join("pom.xml"), pom(dependencies))?;
    let mut maven = Command::new("mvn");
    maven.current_dir(project.path()).args(["-q", "-B", "dependency:copy-dependencies"]);
    maven.arg("-DincludeScope=runtime");
    maven.arg(format!("-DoutputDirectory={}", folder.display()));
    programs::stdout_within(&mut maven, "", MAVEN_TIMEOUT)
        .with_context(|| format!("Maven cannot fetch {name}"))?;
    fs::write(folder.join("complete"), "")?;
    Ok(folder)
}

fn pom(dependencies: &[[&str; 3]]) -> String {
    let dependency = |[group, artifact, version]: &[&str; 3]| {
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        )
    };
    let dependencies: Vec<_> = dependencies.iter().map(dependency).collect();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion><groupId>weir</groupId>\
         <artifactId>kafka</artifactId><version>1</version><dependencies>{}</dependencies></project>",
        dependencies.join("")
    )
}

fn class_path(folder: &Path) -> anyhow::Result<String> {
    let mut jars: Vec<_> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    jars.retain(|path| path.extension().is_some_and(|extension| extension == "jar"));
    jars.sort();
    let jars: Vec<_> = jars.iter().map(|path| path.display().to_string()).collect();
    Ok(jars.join(":"))
}
