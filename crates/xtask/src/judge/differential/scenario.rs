//! Scenarios as text: see `crates/xtask/differential/README.md`.

use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::codec;

/// What is asked of both clusters, in order.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    /// `family/name`, with the version behind it where the scenario has one.
    pub name: String,
    /// The version that the scenario runs in.
    pub version: Option<i16>,
    /// Ids of brokers are compared too.
    pub exact: bool,
    /// Fields that are not compared.
    pub ignored: Vec<String>,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// `topic NAME PARTITIONS [KEY=VALUE...]`: exists, with leaders, on every broker.
    Topic {
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    },
    /// `settle`: what was changed so far is known to every broker.
    Settle,
    /// `pause MS`.
    Pause(u64),
    /// `move group ID`: the group's coordinator changes.
    Move(String),
    /// `raw [#LABEL] HEX`: a frame as it is; `rawlen N HEX` with a length that is not its own.
    Raw {
        link: Link,
        length: Option<i32>,
        hex: String,
    },
    /// `answer #LABEL`: what a request sent with `&` is answered.
    Answer {
        link: Link,
    },
    Call(Call),
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub link: Link,
    pub api: String,
    pub versions: RangeInclusive<i16>,
    pub body: String,
    /// `&`: sent, not waited for.
    pub ahead: bool,
    /// `~`: again while the answer says that something is not there yet.
    pub patient: bool,
    /// `until Path.To.Field=VALUE`: again until the answer has it.
    pub until: Option<(String, String)>,
    /// `cut N`, `more HEX`: bytes taken off the end or put behind it.
    pub cut: usize,
    pub more: String,
    /// `> name = Path.To.Field`
    pub captures: Vec<(String, String)>,
    /// `?`: part of the preparation, not compared.
    pub silent: bool,
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    pub to: To,
    /// A connection of its own.
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum To {
    /// `@2`: the second broker.
    Broker(usize),
    /// `@leader(topic,0)`
    Leader(String, i32),
    /// `@other(topic,0)`: a broker that does not lead.
    Other(String, i32),
    /// `@group(id)`, `@txn(id)`: their coordinator.
    Coordinator(i8, String),
    /// `@stranger(id)`: a broker that does not coordinate the group.
    Stranger(String),
}

/// Every scenario of a folder, by file name.
pub(super) fn read(folder: &Path) -> Result<Vec<Scenario>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "scenarios"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let family = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file)?;
        all.extend(parse(&family, &text).with_context(|| file.display().to_string())?);
    }
    Ok(all)
}

fn parse(family: &str, text: &str) -> Result<Vec<Scenario>> {
    let mut all: Vec<(Scenario, RangeInclusive<i16>)> = Vec::new();
    for (number, line) in joined(text) {
        let scenario = all.last_mut().map(|(scenario, _)| scenario);
        let new = parse_line(family, &line, scenario)
            .with_context(|| format!("line {number}: {line}"))?;
        all.extend(new);
    }
    Ok(all.into_iter().flat_map(|(scenario, versions)| each_version(&scenario, versions)).collect())
}

/// Lines that begin with white space continue the one before; comments and empty lines go.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        match lines.last_mut() {
            _ if line.trim().is_empty() || line.starts_with('#') => {}
            Some((_, last)) if line.starts_with(' ') => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push((number + 1, line.trim_end().to_owned())),
        }
    }
    lines
}

type Header = (Scenario, RangeInclusive<i16>);

fn parse_line(family: &str, line: &str, scenario: Option<&mut Scenario>) -> Result<Option<Header>> {
    if let Some(title) = line.strip_prefix("== ") {
        return header(family, title).map(Some);
    }
    let scenario = scenario.context("a step before the first scenario")?;
    if let Some(option) = line.strip_prefix("% ") {
        let mut words = option.split_whitespace();
        match words.next() {
            Some("exact") => scenario.exact = true,
            Some("ignore") => scenario.ignored.extend(words.map(str::to_owned)),
            _ => bail!("no such option"),
        }
    } else if let Some(capture) = line.strip_prefix("> ") {
        let (name, path) = capture.split_once('=').context("wants name = path")?;
        let Some(Step::Call(call)) = scenario.steps.last_mut() else {
            bail!("captures follow a call")
        };
        call.captures.push((name.trim().to_owned(), path.trim().to_owned()));
    } else {
        scenario.steps.push(step(line)?);
    }
    Ok(None)
}

/// `name`, or `name * Api`: once for each version of the API, or `name * 2-5`.
fn header(family: &str, title: &str) -> Result<Header> {
    let (name, versions) = match title.split_once(" * ") {
        Some((name, versions)) => (name, every(versions.trim())?),
        None => (title, -1..=-1),
    };
    let name = format!("{family}/{}", name.trim());
    let scenario =
        Scenario { name, version: None, exact: false, ignored: Vec::new(), steps: Vec::new() };
    Ok((scenario, versions))
}

fn each_version(scenario: &Scenario, versions: RangeInclusive<i16>) -> Vec<Scenario> {
    if versions == (-1..=-1) {
        return vec![scenario.clone()];
    }
    let one = |version| Scenario {
        name: format!("{}-v{version}", scenario.name),
        version: Some(version),
        ..scenario.clone()
    };
    versions.map(one).collect()
}

/// `2-5`, `3`, or an API's name for all its versions.
fn every(text: &str) -> Result<RangeInclusive<i16>> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(codec::schema(&format!("{text}Request"))?.versions.clone());
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Ok(low.parse()?..=high.parse()?)
}

fn step(line: &str) -> Result<Step> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(match word {
        "topic" => topic(rest)?,
        "settle" => Step::Settle,
        "pause" => Step::Pause(rest.trim().parse()?),
        "move" => Step::Move(rest.strip_prefix("group ").context("moves a group")?.to_owned()),
        "raw" => {
            let (link, hex) = link(rest)?;
            Step::Raw { link, length: None, hex: hex.to_owned() }
        }
        "rawlen" => {
            let (length, hex) = rest.split_once(' ').unwrap_or((rest, ""));
            let (link, hex) = link(hex)?;
            Step::Raw { link, length: Some(length.parse()?), hex: hex.to_owned() }
        }
        "answer" => Step::Answer { link: link(rest)?.0 },
        _ => Step::Call(call(line)?),
    })
}

fn topic(rest: &str) -> Result<Step> {
    let mut words = rest.split_whitespace();
    let name = words.next().context("wants a name")?.to_owned();
    let partitions = words.next().unwrap_or("1").parse()?;
    let pair = |word: &str| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
    Ok(Step::Topic { name, partitions, configs: words.filter_map(pair).collect() })
}

/// `[@where] [#label]`, and what follows.
fn link(text: &str) -> Result<(Link, &str)> {
    let mut link = Link { to: To::Broker(1), label: String::new() };
    let mut rest = text.trim();
    while rest.starts_with(['@', '#']) {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        match word.strip_prefix('@') {
            Some(place) => link.to = to(place)?,
            None => word[1..].clone_into(&mut link.label),
        }
        rest = after.trim_start();
    }
    Ok((link, rest))
}

fn to(place: &str) -> Result<To> {
    if let Ok(broker) = place.parse() {
        return Ok(To::Broker(broker));
    }
    let (kind, of) =
        place.strip_suffix(')').and_then(|p| p.split_once('(')).context("no such place")?;
    let partition = || of.rsplit_once(',').context("wants topic,partition");
    Ok(match kind {
        "leader" => To::Leader(partition()?.0.to_owned(), partition()?.1.parse()?),
        "other" => To::Other(partition()?.0.to_owned(), partition()?.1.parse()?),
        "group" => To::Coordinator(0, of.to_owned()),
        "txn" => To::Coordinator(1, of.to_owned()),
        "share" => To::Coordinator(2, of.to_owned()),
        "stranger" => To::Stranger(of.to_owned()),
        _ => bail!("no such place"),
    })
}

/// `[@where] [#label] [&] [~] [?] [until PATH=VALUE] [cut N] [more HEX] Api versions {json}`; versions `v` are the
/// scenario's.
fn call(line: &str) -> Result<Call> {
    // `?` and `~` may stand before the place as well.
    let before = line.trim_start_matches(['?', '~', ' ']);
    let marks = &line[..line.len() - before.len()];
    let (link, mut rest) = link(before)?;
    let (mut ahead, mut patient) = (false, marks.contains('~'));
    let (mut silent, mut until) = (marks.contains('?'), None);
    let (mut cut, mut more) = (0, String::new());
    let (api, rest) = loop {
        let (word, after) = rest.split_once(' ').context("wants Api versions {json}")?;
        rest = after;
        match word {
            "&" => ahead = true,
            "~" => patient = true,
            "?" => silent = true,
            "cut" | "more" | "until" => {
                let (value, after) = after.split_once(' ').context("wants a value")?;
                match word {
                    "cut" => cut = value.parse()?,
                    "more" => value.clone_into(&mut more),
                    _ => {
                        let (path, value) = value.split_once('=').context("wants PATH=VALUE")?;
                        until = Some((path.to_owned(), value.to_owned()));
                    }
                }
                rest = after;
            }
            _ => break (word, after),
        }
    };
    let (versions, body) = rest.split_once(' ').unwrap_or((rest, "{}"));
    let versions = match versions {
        "v" => -1..=-1,
        "*" => every(api)?,
        text => every(text)?,
    };
    codec::schema(&format!("{api}Request"))?;
    relaxed(body)?;
    let (api, body, captures) = (api.to_owned(), body.to_owned(), Vec::new());
    Ok(Call { link, api, versions, body, ahead, patient, until, cut, more, captures, silent })
}

/// JSON whose names need no quotes.
pub(super) fn relaxed(text: &str) -> Result<Value> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let end = rest[1..].char_indices().scan(false, |escaped, (i, c)| {
                let ends = c == '"' && !*escaped;
                *escaped = c == '\\' && !*escaped;
                Some((i, ends))
            });
            let end =
                end.into_iter().find(|(_, ends)| *ends).context("a text without an end")?.0 + 2;
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let word =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if c.is_ascii_alphabetic() && rest[word..].trim_start().starts_with(':') {
            out.push('"');
            out.push_str(&rest[..word]);
            out.push('"');
            rest = &rest[word..];
        } else {
            let taken = word.max(c.len_utf8());
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
    }
    serde_json::from_str(&out).with_context(|| format!("no JSON: {out}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_need_no_quotes() {
        let value = relaxed(r#"{a: [{b: "c: \"d\"", e: -1}], f: true}"#).unwrap();
        assert_eq!(value["a"][0]["b"], "c: \"d\"");
        assert_eq!((value["a"][0]["e"].as_i64(), value["f"].as_bool()), (Some(-1), Some(true)));
    }

    #[test]
    fn a_scenario_runs_in_every_version_of_its_api() {
        let text = "== beat * Heartbeat\n% exact\ntopic {t} 2 a=b\n@group({t}) #x Heartbeat v {GroupId: \"{t}\",\n  MemberId: \"\"}\n> e = ErrorCode\n";
        let all = parse("groups", text).unwrap();
        assert_eq!(all.len(), 5);
        assert_eq!(
            (all[4].name.as_str(), all[4].version, all[4].exact),
            ("groups/beat-v4", Some(4), true)
        );
        let Step::Call(call) = &all[0].steps[1] else { panic!("a call") };
        assert_eq!(call.captures, [("e".to_owned(), "ErrorCode".to_owned())]);
        assert_eq!(call.link, Link { to: To::Coordinator(0, "{t}".into()), label: "x".into() });
    }
}
