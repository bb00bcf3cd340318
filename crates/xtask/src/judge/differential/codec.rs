//! Any message as JSON, by its definition: written and read without the generated codec, so that what the engine
//! answers is not read by the code that wrote it.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use weir_wire::Uuid;
use weir_wire::testing::{Field, Schema, SchemaStruct, schemas};

use super::records;

/// The definition of this name.
pub(super) fn schema(name: &str) -> Result<&'static Schema> {
    let found = schemas().iter().find(|schema| schema.name == name);
    found.with_context(|| format!("no message is called {name}"))
}

/// Writes a message; what the JSON leaves out takes the definition's default. Fields that the version has not are
/// left out, fields that no version has are refused.
pub(super) fn encode(schema: &Schema, version: i16, value: &Value) -> Result<Vec<u8>> {
    let mut out = Encoder { schema, version, bytes: Vec::new() };
    out.structure(first(schema)?, value)?;
    Ok(out.bytes)
}

/// Reads a message; gives it and how many bytes were left.
pub(super) fn decode(schema: &Schema, version: i16, bytes: &[u8]) -> Result<(Value, usize)> {
    let mut input = Decoder { schema, version, bytes };
    let value = input.structure(first(schema)?)?;
    Ok((value, input.bytes.len()))
}

fn first(schema: &Schema) -> Result<&SchemaStruct> {
    schema.structs.first().context("a definition without fields")
}

/// Writes an unsigned varint.
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The definition's default, as JSON.
fn default(field: &Field) -> Value {
    let text = field.default;
    match field.kind {
        _ if text == "null" => Value::Null,
        _ if field.is_array => json!([]),
        "bool" => json!(text == "true"),
        "string" => json!(text),
        "bytes" | "records" => json!(""),
        "uuid" => json!(Uuid::ZERO.to_string()),
        "float64" => json!(0.0),
        "int8" | "int16" | "int32" | "int64" | "uint16" | "uint32" => match text.strip_prefix("0x")
        {
            Some(hex) => json!(i64::from_str_radix(hex, 16).unwrap_or_default()),
            None => json!(text.parse::<i64>().unwrap_or_default()),
        },
        _ => json!({}),
    }
}

struct Encoder<'a> {
    schema: &'a Schema,
    version: i16,
    bytes: Vec<u8>,
}

impl Encoder<'_> {
    fn flexible(&self) -> bool {
        self.schema.is_flexible(self.version)
    }

    fn structure(&mut self, structure: &SchemaStruct, value: &Value) -> Result<()> {
        let given =
            value.as_object().with_context(|| format!("{} wants an object", structure.name))?;
        let known =
            |name: &String| structure.fields.iter().any(|f| f.name.eq_ignore_ascii_case(name));
        if let Some(name) = given.keys().find(|name| !known(name)) {
            bail!("{} has no field {name}", structure.name);
        }
        let mut tagged = BTreeMap::new();
        let version = self.version;
        for field in structure.fields.iter().filter(|f| f.versions.contains(&version)) {
            let found = given.iter().find(|(name, _)| name.eq_ignore_ascii_case(field.name));
            let value = found.map_or_else(|| default(field), |(_, value)| value.clone());
            match field.tag {
                Some(_) if found.is_none() => {}
                Some(tag) => {
                    let outer = std::mem::take(&mut self.bytes);
                    self.field(field, &value)?;
                    tagged.insert(tag, std::mem::replace(&mut self.bytes, outer));
                }
                None => self.field(field, &value).with_context(|| field.name)?,
            }
        }
        if self.flexible() {
            put_varint(&mut self.bytes, tagged.len() as u32);
            for (tag, bytes) in tagged {
                put_varint(&mut self.bytes, tag);
                put_varint(&mut self.bytes, bytes.len() as u32);
                self.bytes.extend(bytes);
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, value: &Value) -> Result<()> {
        if field.is_array {
            let Some(items) = value.as_array() else {
                ensure!(value.is_null(), "wants an array");
                self.length(None, false, false);
                return Ok(());
            };
            self.length(Some(items.len()), false, false);
            return items.iter().try_for_each(|item| self.one(field, item));
        }
        if self.schema.structure(field.kind).is_some()
            && field.nullable.as_ref().is_some_and(|v| v.contains(&self.version))
        {
            self.bytes.push(if value.is_null() { 0xff } else { 1 });
            if value.is_null() {
                return Ok(());
            }
        }
        self.one(field, value)
    }

    fn length(&mut self, length: Option<usize>, short: bool, legacy: bool) {
        match (self.flexible() && !legacy, short) {
            (true, _) => put_varint(&mut self.bytes, length.map_or(0, |n| n as u32 + 1)),
            (false, true) => self.bytes.extend(length.map_or(-1, |n| n as i16).to_be_bytes()),
            (false, false) => self.bytes.extend(length.map_or(-1, |n| n as i32).to_be_bytes()),
        }
    }

    fn one(&mut self, field: &Field, value: &Value) -> Result<()> {
        let whole = || {
            value.as_i64().with_context(|| format!("{} wants a number, not {value}", field.name))
        };
        match field.kind {
            "bool" => self.bytes.push(u8::from(value.as_bool().context("wants true or false")?)),
            "int8" => self.bytes.push(whole()? as u8),
            "int16" | "uint16" => self.bytes.extend((whole()? as i16).to_be_bytes()),
            "int32" | "uint32" => self.bytes.extend((whole()? as i32).to_be_bytes()),
            "int64" => self.bytes.extend(whole()?.to_be_bytes()),
            "float64" => self.bytes.extend(value.as_f64().context("wants a number")?.to_be_bytes()),
            "uuid" => {
                let text = value.as_str().context("wants a uuid")?;
                self.bytes.extend(
                    Uuid::from_str(text).map_err(|_| anyhow::anyhow!("{text} is no uuid"))?.0,
                );
            }
            "string" => {
                let text = value.as_str();
                ensure!(
                    text.is_some() || value.is_null(),
                    "{} wants a text, not {value}",
                    field.name
                );
                self.length(text.map(str::len), true, field.legacy);
                self.bytes.extend(text.unwrap_or_default().as_bytes());
            }
            "bytes" | "records" => {
                let bytes = records::bytes_of(value)?;
                self.length(bytes.as_ref().map(Vec::len), false, false);
                self.bytes.extend(bytes.unwrap_or_default());
            }
            kind => {
                let structure = self.schema.structure(kind);
                self.structure(structure.with_context(|| format!("no type {kind}"))?, value)?;
            }
        }
        Ok(())
    }
}

struct Decoder<'a> {
    schema: &'a Schema,
    version: i16,
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    fn flexible(&self) -> bool {
        self.schema.is_flexible(self.version)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).context("the answer ends early")?;
        self.bytes = rest;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    fn varint(&mut self) -> Result<u32> {
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let [byte] = self.number::<1>()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
            if byte < 0x80 {
                return Ok(value);
            }
        }
        bail!("a varint of more than five bytes")
    }

    fn length(&mut self, short: bool, legacy: bool) -> Result<Option<usize>> {
        let length = match (self.flexible() && !legacy, short) {
            (true, _) => i64::from(self.varint()?) - 1,
            (false, true) => i64::from(i16::from_be_bytes(self.number()?)),
            (false, false) => i64::from(i32::from_be_bytes(self.number()?)),
        };
        Ok(usize::try_from(length).ok())
    }

    fn structure(&mut self, structure: &SchemaStruct) -> Result<Value> {
        let mut fields = Map::new();
        let here = |field: &&Field| field.versions.contains(&self.version);
        let present: Vec<&Field> = structure.fields.iter().filter(here).collect();
        for field in &present {
            let value = match field.tag {
                Some(_) => default(field),
                None => self
                    .field(field)
                    .with_context(|| format!("{}.{}", structure.name, field.name))?,
            };
            fields.insert(field.name.to_owned(), value);
        }
        if self.flexible() {
            for _ in 0..self.varint()? {
                let (tag, length) = (self.varint()?, self.varint()? as usize);
                let rest = self.bytes.get(length..).context("a tag ends early")?;
                match present.iter().find(|field| field.tag == Some(tag)) {
                    Some(field) => {
                        let value = self.field(field)?;
                        fields.insert(field.name.to_owned(), value);
                    }
                    None => drop(fields.insert(format!("tag {tag}"), json!(length))),
                }
                self.bytes = rest;
            }
        }
        Ok(Value::Object(fields))
    }

    fn field(&mut self, field: &Field) -> Result<Value> {
        if field.is_array {
            let Some(count) = self.length(false, false)? else { return Ok(Value::Null) };
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(self.one(field)?);
            }
            return Ok(Value::Array(items));
        }
        let nullable = field.nullable.as_ref().is_some_and(|v| v.contains(&self.version));
        if nullable && self.schema.structure(field.kind).is_some() && self.number::<1>()? == [0xff]
        {
            return Ok(Value::Null);
        }
        self.one(field)
    }

    fn one(&mut self, field: &Field) -> Result<Value> {
        Ok(match field.kind {
            "bool" => json!(self.number::<1>()? != [0]),
            "int8" => json!(i8::from_be_bytes(self.number()?)),
            "int16" => json!(i16::from_be_bytes(self.number()?)),
            "uint16" => json!(u16::from_be_bytes(self.number()?)),
            "int32" => json!(i32::from_be_bytes(self.number()?)),
            "uint32" => json!(u32::from_be_bytes(self.number()?)),
            "int64" => json!(i64::from_be_bytes(self.number()?)),
            "float64" => json!(f64::from_be_bytes(self.number()?)),
            "uuid" => json!(Uuid(self.number()?).to_string()),
            "string" => match self.length(true, field.legacy)? {
                Some(length) => json!(String::from_utf8_lossy(self.take(length)?)),
                None => Value::Null,
            },
            "bytes" | "records" => match self.length(false, false)? {
                Some(length) if field.kind == "records" => records::told(self.take(length)?),
                Some(length) => records::text_of(self.take(length)?),
                None => Value::Null,
            },
            kind => {
                let structure = self.schema.structure(kind);
                self.structure(structure.with_context(|| format!("no type {kind}"))?)?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_wire::testing::Codec;

    #[test]
    fn what_is_written_is_read_and_the_generated_codec_agrees() {
        let schema = schema("MetadataRequest").unwrap();
        for version in schema.versions.clone() {
            let request = json!({"topics": [{"name": "a"}], "AllowAutoTopicCreation": false});
            let bytes = encode(schema, version, &request).unwrap();
            let (back, left) = decode(schema, version, &bytes).unwrap();
            assert_eq!(
                (back["Topics"][0]["Name"].as_str(), left),
                (Some("a"), 0),
                "version {version}"
            );
            let codec = Codec::named("MetadataRequest").unwrap();
            assert!(codec.decode(bytes.into(), version).is_ok(), "version {version}");
        }
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        let error =
            encode(schema("MetadataRequest").unwrap(), 9, &json!({"topic": []})).unwrap_err();
        assert_eq!(error.to_string(), "MetadataRequest has no field topic");
    }
}
