//! *View client information*: settings that work as they are, for the common clients.

use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::text::TextId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    pub bootstrap: String,
    /// The addresses as a container on this machine reaches them; `None` where they cannot be.
    pub container: Option<String>,
    pub snippets: Vec<Snippet>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// `java`, `python` ...
    pub language: &'static str,
    pub title: &'static str,
    pub code: String,
    /// For highlighting.
    pub syntax: &'static str,
}

/// One template: `{bootstrap}` stands for the addresses.
struct Template {
    language: &'static str,
    title: &'static str,
    syntax: &'static str,
    code: &'static str,
}

const TEMPLATES: [Template; 8] = [
    Template {
        language: "java",
        title: "Java · client.properties",
        syntax: "properties",
        code: "bootstrap.servers={bootstrap}\nsecurity.protocol=PLAINTEXT\n",
    },
    Template {
        language: "python",
        title: "Python · confluent-kafka",
        syntax: "python",
        code: "from confluent_kafka import Producer\n\nproducer = Producer({\"bootstrap.servers\": \"{bootstrap}\"})\n\
               producer.produce(\"my-topic\", key=\"key\", value=\"value\")\nproducer.flush()\n",
    },
    Template {
        language: "go",
        title: "Go · franz-go",
        syntax: "go",
        code: "client, err := kgo.NewClient(\n\tkgo.SeedBrokers(strings.Split(\"{bootstrap}\", \",\")...),\n\
               \tkgo.DefaultProduceTopic(\"my-topic\"),\n)\n",
    },
    Template {
        language: "node",
        title: "Node.js · kafkajs",
        syntax: "javascript",
        code: "import { Kafka } from \"kafkajs\";\n\nconst kafka = new Kafka({\n  clientId: \"my-app\",\n\
               \x20 brokers: \"{bootstrap}\".split(\",\"),\n});\n",
    },
    Template {
        language: "rust",
        title: "Rust · rdkafka",
        syntax: "rust",
        code: "let producer: FutureProducer = ClientConfig::new()\n    .set(\"bootstrap.servers\", \"{bootstrap}\")\n\
               \x20   .create()?;\n",
    },
    Template {
        language: "dotnet",
        title: ".NET · Confluent.Kafka",
        syntax: "csharp",
        code: "var config = new ProducerConfig { BootstrapServers = \"{bootstrap}\" };\n\
               using var producer = new ProducerBuilder<string, string>(config).Build();\n",
    },
    Template {
        language: "spring",
        title: "Spring Boot · application.yml",
        syntax: "yaml",
        code: "spring:\n  kafka:\n    bootstrap-servers: \"{bootstrap}\"\n",
    },
    Template {
        language: "kcat",
        title: "kcat",
        syntax: "shell",
        code: "kcat -b {bootstrap} -L\necho value | kcat -b {bootstrap} -t my-topic -P\n\
               kcat -b {bootstrap} -t my-topic -C -o beginning -e\n",
    },
];

/// Loopback is the container's own there: the engine must listen on more than it.
const CONTAINER: &str = "# With the host's own network (Linux):\n\
    docker run --rm --network host edenhill/kcat:1.7.1 -b {bootstrap} -L\n\
    # For other networks, a cluster that listens on more than loopback, under a name or an address of this machine\n\
    # that containers reach (192.168.1.10 here; host.docker.internal with Docker Desktop):\n\
    weir cluster create open --host 0.0.0.0 --advertise 192.168.1.10\n";

impl Core {
    pub async fn client_info(&self, id: &str) -> Result<ClientInfo> {
        let row = self.cluster_row(id).await?;
        if row.bootstrap.is_empty() {
            // Its ports are not known: no settings can name them.
            let local = self.registry().local(id);
            let why = local.and_then(|local| local.not_startable());
            return Err(Failure::denied(why.unwrap_or(TextId::PermitStopped.into())));
        }
        let container = self.container_address(id, &row.bootstrap);
        let fill = |code: &str| code.replace("{bootstrap}", &row.bootstrap);
        let mut snippets: Vec<_> = TEMPLATES
            .iter()
            .map(|template| Snippet {
                language: template.language,
                title: template.title,
                code: fill(template.code),
                syntax: template.syntax,
            })
            .collect();
        let code = match &container {
            Some(address) => format!("docker run --rm edenhill/kcat:1.7.1 -b {address} -L\n"),
            None => fill(CONTAINER),
        };
        snippets.push(Snippet { language: "container", title: "Docker", code, syntax: "shell" });
        Ok(ClientInfo { bootstrap: row.bootstrap, container, snippets })
    }

    /// Where brokers advertise a name that is not this machine's own loopback.
    fn container_address(&self, id: &str, bootstrap: &str) -> Option<String> {
        let advertised = match self.registry().local(id) {
            Some(local) => local.file.is_some_and(|file| file.advertised() != "localhost"),
            None => !bootstrap.contains("localhost") && !bootstrap.contains("127.0.0.1"),
        };
        advertised.then(|| bootstrap.to_owned())
    }
}
