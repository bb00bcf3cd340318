//! Kafka's message definitions, read from JSON into what the generator needs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::versions::Versions;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMessage {
    name: String,
    r#type: String,
    api_key: Option<i16>,
    valid_versions: String,
    #[serde(default)]
    flexible_versions: String,
    #[serde(default)]
    fields: Vec<RawField>,
    #[serde(default)]
    common_structs: Vec<RawStruct>,
}

#[derive(Deserialize)]
struct RawStruct {
    name: String,
    versions: String,
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawField {
    name: String,
    r#type: String,
    versions: Option<String>,
    #[serde(default)]
    nullable_versions: String,
    tagged_versions: Option<String>,
    tag: Option<u32>,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    ignorable: bool,
    flexible_versions: Option<String>,
    #[serde(default)]
    fields: Vec<RawField>,
}

/// What a message is for, with its number where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Request(i16),
    Response(i16),
    Header,
    /// A record or a plain structure, numbered among its kind where it has a number.
    Data(Option<i16>),
}

/// One message: its structures in the order in which they are written, the message itself first.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) name: String,
    /// The jar that defines it, without version: `kafka-clients`.
    pub(crate) jar: String,
    pub(crate) kind: Kind,
    pub(crate) versions: Versions,
    pub(crate) flexible: Option<Versions>,
    pub(crate) structs: Vec<Struct>,
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) versions: Versions,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldKind,
    pub(crate) versions: Versions,
    pub(crate) nullable: Option<Versions>,
    pub(crate) tag: Option<u32>,
    /// As the definition writes it; empty where it gives none.
    pub(crate) default: String,
    pub(crate) ignorable: bool,
    /// A string that stays in the old form in flexible versions: the client id of request headers.
    pub(crate) never_compact: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FieldKind {
    /// `bool`, `int8` ... `string`, `bytes`, `records`, `uuid`.
    Plain(String),
    Struct(String),
    PlainArray(String),
    StructArray(String),
}

/// Every message with a valid version, in the order of their names.
pub(crate) fn read_all(folder: &Path) -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    for jar in sorted_entries(folder)? {
        let jar_name = file_name(&jar).replace("-jar", "");
        let jar_name = jar_name.rsplit_once('-').map_or(jar_name.as_str(), |(name, _)| name);
        for file in json_files(&jar)? {
            let text = fs::read_to_string(&file)?;
            let message = parse(&text, jar_name);
            messages.extend(message.with_context(|| format!("definition {}", file.display()))?);
        }
    }
    messages.sort_by(|a, b| a.name.cmp(&b.name));
    ensure!(!messages.is_empty(), "no definitions in {}", folder.display());
    Ok(messages)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in sorted_entries(folder)? {
        if path.is_dir() {
            found.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|e| e == "json") {
            found.push(path);
        }
    }
    Ok(found)
}

/// `None` for the four requests that no version of Kafka 4 speaks any more.
fn parse(text: &str, jar: &str) -> Result<Option<Message>> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let raw: RawMessage = serde_json::from_str(&lines.collect::<Vec<_>>().join("\n"))?;
    let Some(versions) = Versions::parse(&raw.valid_versions)? else { return Ok(None) };
    let mut message = Message {
        kind: kind(&raw)?,
        jar: jar.to_owned(),
        versions,
        flexible: Versions::parse(&raw.flexible_versions)?.and_then(|f| f.and(versions)),
        structs: Vec::new(),
        name: raw.name,
    };
    let name = message.name.clone();
    add_struct(&mut message, name, versions, raw.fields)?;
    for common in raw.common_structs {
        let own = Versions::parse(&common.versions)?.context("a structure without versions")?;
        add_struct(&mut message, common.name, own, common.fields)?;
    }
    Ok(Some(message))
}

fn kind(raw: &RawMessage) -> Result<Kind> {
    let key = || raw.api_key.context("a request or response without an apiKey");
    Ok(match raw.r#type.as_str() {
        "request" => Kind::Request(key()?),
        "response" => Kind::Response(key()?),
        "header" => Kind::Header,
        _ => Kind::Data(raw.api_key),
    })
}

/// Adds the structure and, after it, those declared inside its fields.
fn add_struct(m: &mut Message, name: String, own: Versions, raw: Vec<RawField>) -> Result<()> {
    let Some(versions) = own.and(m.versions) else { return Ok(()) };
    let place = m.structs.len();
    m.structs.push(Struct { name, versions, fields: Vec::new() });
    let mut fields = Vec::new();
    for mut field in raw {
        let nested = std::mem::take(&mut field.fields);
        let Some(field) = read_field(field, versions)? else { continue };
        if let (false, FieldKind::Struct(name) | FieldKind::StructArray(name)) =
            (nested.is_empty(), &field.kind)
        {
            add_struct(m, name.clone(), field.versions, nested)?;
        }
        fields.push(field);
    }
    m.structs[place].fields = fields;
    Ok(())
}

/// `None` where no valid version of its structure carries the field.
fn read_field(raw: RawField, bounds: Versions) -> Result<Option<Field>> {
    // A field that gives only `taggedVersions` exists in those.
    let versions = raw.versions.as_deref().or(raw.tagged_versions.as_deref());
    let versions = Versions::parse(versions.unwrap_or_default())?;
    let Some(versions) = versions.and_then(|v| v.and(bounds)) else { return Ok(None) };
    let tagged = Versions::parse(raw.tagged_versions.as_deref().unwrap_or_default())?;
    let tagged = tagged.and_then(|t| t.and(versions));
    ensure!(tagged.is_none_or(|t| t == versions), "{} is tagged in some versions only", raw.name);
    Ok(Some(Field {
        kind: field_kind(&raw.r#type),
        nullable: Versions::parse(&raw.nullable_versions)?.and_then(|n| n.and(versions)),
        tag: tagged.and(raw.tag),
        default: match raw.default {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        },
        ignorable: raw.ignorable,
        never_compact: raw.flexible_versions.as_deref() == Some("none"),
        name: raw.name,
        versions,
    }))
}

fn field_kind(text: &str) -> FieldKind {
    let is_struct = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    match text.strip_prefix("[]") {
        Some(element) if is_struct(element) => FieldKind::StructArray(element.to_owned()),
        Some(element) => FieldKind::PlainArray(element.to_owned()),
        None if is_struct(text) => FieldKind::Struct(text.to_owned()),
        None => FieldKind::Plain(text.to_owned()),
    }
}
