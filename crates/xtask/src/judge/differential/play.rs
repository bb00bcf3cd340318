//! Plays a scenario against a cluster and keeps what it answered.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use weir_wire::ApiKey;

use super::codec;
use super::records::{text_of, unhex};
use super::scenario::{Call, Link, Scenario, Step, To, relaxed};
use super::wire::{Heard, Wire};

/// How long something may take to be known everywhere.
pub(super) const SETTLE_LIMIT: Duration = Duration::from_secs(20);
pub(super) const POLL: Duration = Duration::from_millis(20);
const CLIENT: &str = "judge";
/// UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, COORDINATOR_LOAD_IN_PROGRESS,
/// COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS, UNKNOWN_TOPIC_ID: may pass by themselves.
const PASSING: [i64; 8] = [3, 5, 6, 14, 15, 16, 51, 100];

/// What was asked, in which version, and what came.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The step's number and API: `2 Metadata`.
    pub step: String,
    pub version: i16,
    pub value: Value,
}

/// A cluster under test.
#[derive(Debug)]
pub(super) struct Stage {
    /// Ids and addresses of its brokers, by id.
    pub brokers: BTreeMap<i64, String>,
    /// Before every name of this run, so that a cluster can be judged twice.
    pub tag: String,
    barriers: u32,
}

impl Stage {
    /// Asks one of these addresses for the brokers.
    pub(super) fn of(bootstrap: &str, tag: &str) -> Result<Self> {
        let first = bootstrap.split(',').next().unwrap_or_default();
        let wanted = bootstrap.split(',').count();
        let deadline = Instant::now() + SETTLE_LIMIT;
        loop {
            let metadata = ask(&mut Wire::open(first)?, "Metadata", 12, &json!({"topics": []}))?;
            let brokers = metadata["Brokers"].as_array().context("no brokers")?;
            if brokers.len() >= wanted {
                let address =
                    |b: &Value| format!("{}:{}", b["Host"].as_str().unwrap_or_default(), b["Port"]);
                let one = |b: &Value| Some((b["NodeId"].as_i64()?, address(b)));
                return Ok(Self {
                    brokers: brokers.iter().filter_map(one).collect(),
                    tag: tag.to_owned(),
                    barriers: 0,
                });
            }
            if Instant::now() >= deadline {
                bail!("{} of {wanted} brokers are there", brokers.len());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Makes the internal topic of group coordinators, so that no scenario waits for it.
    pub(super) fn prepare(&mut self) -> Result<()> {
        self.coordinator(0, "prepare").map(drop)
    }

    pub(super) fn play(&mut self, scenario: &Scenario) -> Result<Vec<Answer>> {
        let name = scenario.name.replace(['/', ' '], "-");
        let mut vars = HashMap::from([("t".to_owned(), json!(format!("{}{name}", self.tag)))]);
        vars.insert("tag".to_owned(), json!(self.tag));
        if let Some(version) = scenario.version {
            vars.insert("v".to_owned(), json!(version));
        }
        for (place, (id, _)) in self.brokers.iter().enumerate() {
            vars.insert(format!("b{}", place + 1), json!(id));
            vars.insert(format!("n{}", place + 1), json!(id.to_string()));
        }
        let mut play = Play {
            stage: self,
            scenario,
            vars,
            wires: HashMap::new(),
            ahead: HashMap::new(),
            answers: Vec::new(),
        };
        for (number, step) in scenario.steps.iter().enumerate() {
            play.step(number + 1, step)
                .with_context(|| format!("step {}: {step:?}", number + 1))?;
        }
        Ok(play.answers)
    }

    fn address(&self, broker: i64) -> Result<String> {
        self.brokers.get(&broker).cloned().with_context(|| format!("there is no broker {broker}"))
    }

    pub(super) fn any(&self) -> Result<Wire> {
        Wire::open(self.brokers.values().next().context("no brokers")?)
    }

    pub(super) fn coordinator(&self, kind: i8, key: &str) -> Result<i64> {
        let deadline = Instant::now() + SETTLE_LIMIT;
        loop {
            let request = json!({"KeyType": kind, "CoordinatorKeys": [key]});
            let version = if kind == 2 { 6 } else { 4 };
            let answer = ask(&mut self.any()?, "FindCoordinator", version, &request)?;
            let found = &answer["Coordinators"][0];
            if found["ErrorCode"] == 0 {
                return found["NodeId"].as_i64().context("no node");
            }
            if Instant::now() >= deadline {
                bail!("no coordinator for {key}: {found}");
            }
            std::thread::sleep(POLL);
        }
    }

    fn leader(&self, topic: &str, partition: i32) -> Result<i64> {
        let request = json!({"topics": [{"name": topic}], "AllowAutoTopicCreation": false});
        let answer = ask(&mut self.any()?, "Metadata", 9, &request)?;
        let partitions = answer["Topics"][0]["Partitions"].as_array();
        let mut partitions = partitions.into_iter().flatten();
        let found = partitions.find(|p| p["PartitionIndex"] == partition);
        found
            .and_then(|p| p["LeaderId"].as_i64())
            .with_context(|| format!("no leader of {topic}-{partition}: {answer}"))
    }

    fn create(&self, name: &str, partitions: i32, configs: &[(String, String)]) -> Result<()> {
        let configs: Vec<_> = configs.iter().map(|(k, v)| json!({"name": k, "value": v})).collect();
        let factor = self.brokers.len().min(3);
        let topic = json!({"name": name, "NumPartitions": partitions, "ReplicationFactor": factor, "configs": configs});
        let answer = ask(
            &mut self.any()?,
            "CreateTopics",
            5,
            &json!({"topics": [topic], "timeoutMs": 10_000}),
        )?;
        if answer["Topics"][0]["ErrorCode"] != 0 {
            bail!("cannot create {name}: {answer}");
        }
        self.known(name)?;
        (0..partitions).try_for_each(|partition| self.led(name, partition))
    }

    /// Waits until the leader leads: metadata may show it before it does.
    fn led(&self, name: &str, partition: i32) -> Result<()> {
        let mut wire = Wire::open(&self.address(self.leader(name, partition)?)?)?;
        let place = json!({"PartitionIndex": partition, "CurrentLeaderEpoch": 0, "Timestamp": -1});
        let request = json!({"ReplicaId": -1, "topics": [{"name": name, "partitions": [place]}]});
        let deadline = Instant::now() + SETTLE_LIMIT;
        loop {
            let answer = ask(&mut wire, "ListOffsets", 4, &request)?;
            if answer["Topics"][0]["Partitions"][0]["ErrorCode"] == 0 {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!("nobody leads {name}-{partition}: {answer}");
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits until every broker shows the topic with a leader, and the leader knows that it leads.
    pub(super) fn known(&self, name: &str) -> Result<()> {
        let deadline = Instant::now() + SETTLE_LIMIT;
        for address in self.brokers.values() {
            let mut wire = Wire::open(address)?;
            loop {
                let request = json!({"topics": [{"name": name}], "AllowAutoTopicCreation": false});
                let answer = ask(&mut wire, "Metadata", 9, &request)?;
                let topic = &answer["Topics"][0];
                let led = |p: &Value| {
                    p["LeaderId"].as_i64().is_some_and(|id| id >= 0) && p["ErrorCode"] == 0
                };
                if topic["ErrorCode"] == 0
                    && topic["Partitions"].as_array().is_some_and(|all| all.iter().all(led))
                {
                    break;
                }
                if Instant::now() >= deadline {
                    bail!("{address} does not know {name}: {topic}");
                }
                std::thread::sleep(POLL);
            }
        }
        Ok(())
    }

    /// Metadata is one log: who knows a new topic knows all that was changed before it.
    fn settle(&mut self) -> Result<()> {
        self.barriers += 1;
        let name = format!("{}barrier-{}", self.tag, self.barriers);
        self.create(&name, 1, &[])
    }
}

/// Asks and reads the answer, which must come.
pub(super) fn ask(wire: &mut Wire, api: &str, version: i16, request: &Value) -> Result<Value> {
    wire.send(&frame(api, version, request)?, None)?;
    match wire.hear()? {
        Heard::Frame(bytes) => answer(api, version, &bytes),
        other => bail!("{api} was not answered: {other:?}"),
    }
}

fn key(api: &str) -> Result<ApiKey> {
    let found = ApiKey::ALL.iter().find(|key| key.name() == api);
    found.copied().with_context(|| format!("no API is called {api}"))
}

/// Header and body of a request.
fn frame(api: &str, version: i16, request: &Value) -> Result<Vec<u8>> {
    let key = key(api)?;
    let mut bytes = [(key as i16).to_be_bytes(), version.to_be_bytes()].concat();
    bytes.extend(7i32.to_be_bytes());
    bytes.extend((CLIENT.len() as i16).to_be_bytes());
    bytes.extend(CLIENT.as_bytes());
    if key.request_header_version(version) >= 2 {
        bytes.push(0);
    }
    bytes.extend(codec::encode(codec::schema(&format!("{api}Request"))?, version, request)?);
    Ok(bytes)
}

fn answer(api: &str, version: i16, bytes: &[u8]) -> Result<Value> {
    let header = if key(api)?.response_header_version(version) >= 1 { 5 } else { 4 };
    let body = bytes.get(header..).context("an answer without a header")?;
    let (value, left) = codec::decode(codec::schema(&format!("{api}Response"))?, version, body)
        .with_context(|| format!("{api} v{version}: {}", text_of(body)))?;
    Ok(if left == 0 { value } else { json!({"answer": value, "bytes left": left}) })
}

/// A scenario on its way.
struct Play<'a> {
    stage: &'a mut Stage,
    scenario: &'a Scenario,
    vars: HashMap<String, Value>,
    wires: HashMap<(i64, String), Wire>,
    /// Requests that wait for their answers, by label.
    ahead: HashMap<String, (i64, String, i16)>,
    answers: Vec<Answer>,
}

impl Play<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Result<()> {
        match step {
            Step::Topic { name, partitions, configs } => {
                let name = self.filled(name);
                self.stage.create(&name, *partitions, configs)
            }
            Step::Settle => self.stage.settle(),
            Step::Pause(ms) => {
                std::thread::sleep(Duration::from_millis(*ms));
                Ok(())
            }
            Step::Move(group) => {
                let group = self.filled(group);
                self.wires.clear();
                self.stage.move_group(&group)
            }
            Step::Raw { link, length, hex } => self.raw(number, link, *length, hex),
            Step::Answer { link } => self.late(number, link),
            Step::Call(call) => self.call(number, call),
        }
    }

    fn keep(&mut self, number: usize, api: &str, version: i16, value: Value) {
        self.answers.push(Answer { step: format!("{number} {api}"), version, value });
    }

    fn raw(&mut self, number: usize, link: &Link, length: Option<i32>, hex: &str) -> Result<()> {
        let bytes = unhex(hex)?;
        let broker = self.broker(&link.to)?;
        let wire = self.wire(broker, &link.label)?;
        wire.send(&bytes, length)?;
        let heard = match wire.hear()? {
            Heard::Frame(bytes) => text_of(&bytes),
            Heard::Closed => json!("closed"),
            Heard::Silent => json!("silent"),
        };
        self.wires.remove(&(broker, link.label.clone()));
        self.keep(number, "raw", 0, heard);
        Ok(())
    }

    fn late(&mut self, number: usize, link: &Link) -> Result<()> {
        let (broker, api, version) =
            self.ahead.remove(&link.label).context("nothing was sent ahead")?;
        let value = self.heard(broker, &link.label, &api, version)?;
        self.keep(number, &api, version, value);
        Ok(())
    }

    fn call(&mut self, number: usize, call: &Call) -> Result<()> {
        let own = self.scenario.version.unwrap_or_default();
        let versions = if call.versions == (-1..=-1) { own..=own } else { call.versions.clone() };
        for version in versions {
            if self.scenario.version.is_none() {
                self.vars.insert("v".to_owned(), json!(version));
            }
            let deadline = Instant::now() + SETTLE_LIMIT;
            let broker = self.broker(&call.link.to)?;
            let mut value = self.once(broker, call, version)?;
            while self.asks_again(call, &value) && Instant::now() < deadline {
                std::thread::sleep(POLL);
                value = self.once(broker, call, version)?;
            }
            if call.ahead {
                self.ahead.insert(call.link.label.clone(), (broker, call.api.clone(), version));
                continue;
            }
            for (name, path) in &call.captures {
                let found =
                    at(&value, path).with_context(|| format!("no {path} in {value}"))?.clone();
                self.vars.insert(name.clone(), found);
            }
            if !call.silent {
                self.keep(number, &call.api, version, value);
            }
        }
        Ok(())
    }

    fn asks_again(&self, call: &Call, value: &Value) -> bool {
        let unlike = |(path, wanted): &(String, String)| {
            at(value, path).map(Value::to_string) != Some(self.filled(wanted))
        };
        call.patient && passes(value) || call.until.as_ref().is_some_and(unlike)
    }

    fn once(&mut self, broker: i64, call: &Call, version: i16) -> Result<Value> {
        let request = fill(&relaxed(&call.body)?, &self.vars);
        let mut bytes = frame(&call.api, version, &request)?;
        bytes.truncate(bytes.len().saturating_sub(call.cut));
        bytes.extend(unhex(&call.more)?);
        self.wire(broker, &call.link.label)?.send(&bytes, None)?;
        if call.ahead {
            return Ok(Value::Null);
        }
        self.heard(broker, &call.link.label, &call.api, version)
    }

    fn heard(&mut self, broker: i64, label: &str, api: &str, version: i16) -> Result<Value> {
        let heard = self.wire(broker, label)?.hear()?;
        if !matches!(heard, Heard::Frame(_)) {
            self.wires.remove(&(broker, label.to_owned()));
        }
        match heard {
            Heard::Frame(bytes) => answer(api, version, &bytes),
            Heard::Closed => Ok(json!("closed")),
            Heard::Silent => Ok(json!("silent")),
        }
    }

    fn wire(&mut self, broker: i64, label: &str) -> Result<&mut Wire> {
        let address = self.stage.address(broker)?;
        let place = (broker, label.to_owned());
        if !self.wires.contains_key(&place) {
            self.wires.insert(place.clone(), Wire::open(&address)?);
        }
        self.wires.get_mut(&place).context("just opened")
    }

    fn broker(&mut self, to: &To) -> Result<i64> {
        let other = |stage: &Stage, not: i64| {
            stage.brokers.keys().copied().find(|id| *id != not).context("there is one broker")
        };
        match to {
            To::Broker(place) => {
                self.stage.brokers.keys().nth(place - 1).copied().context("no such broker")
            }
            To::Leader(topic, partition) => self.stage.leader(&self.filled(topic), *partition),
            To::Other(topic, partition) => {
                let leader = self.stage.leader(&self.filled(topic), *partition)?;
                other(self.stage, leader)
            }
            To::Coordinator(kind, key) => self.stage.coordinator(*kind, &self.filled(key)),
            To::Stranger(key) => {
                let coordinator = self.stage.coordinator(0, &self.filled(key))?;
                other(self.stage, coordinator)
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        match fill(&json!(text), &self.vars) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// Whether any error in it may pass by itself.
fn passes(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            (name == "ErrorCode" && value.as_i64().is_some_and(|code| PASSING.contains(&code)))
                || passes(value)
        }),
        Value::Array(items) => items.iter().any(passes),
        _ => false,
    }
}

/// `Topics.0.TopicId`
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match part.parse::<usize>() {
        Ok(place) => value.get(place),
        Err(_) => value.get(part),
    })
}

/// Puts the variables in: `"{x}"` alone keeps its kind.
fn fill(value: &Value, vars: &HashMap<String, Value>) -> Value {
    match value {
        Value::String(text) => fill_text(text, vars),
        Value::Array(items) => Value::Array(items.iter().map(|item| fill(item, vars)).collect()),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (name.clone(), fill(value, vars))).collect(),
        ),
        other => other.clone(),
    }
}

fn fill_text(text: &str, vars: &HashMap<String, Value>) -> Value {
    let alone = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    if let Some(value) = alone.and_then(|name| vars.get(name)) {
        return value.clone();
    }
    let put = |text: String, (name, value): (&String, &Value)| match value {
        Value::String(with) => text.replace(&format!("{{{name}}}"), with),
        other => text.replace(&format!("{{{name}}}"), &other.to_string()),
    };
    Value::String(vars.iter().fold(text.to_owned(), put))
}
