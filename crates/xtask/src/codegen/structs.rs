//! One structure of a message as Rust: its declaration, default, reading and writing.

use std::fmt::Write as _;

use anyhow::Result;

use super::definitions::{Field, Message, Struct};
use super::names::lower_camel;
use super::types::RustField;
use super::versions::Versions;

/// Writes the structure's source; rustfmt gives it its form.
pub(crate) fn source(message: &Message, own: &Struct) -> Result<String> {
    let fields = own.fields.iter().map(|f| RustField::new(f, message.kind));
    let plan = Plan { message, own, fields: fields.collect::<Result<_>>()? };
    let mut out = String::new();
    plan.declaration(&mut out)?;
    plan.default(&mut out)?;
    writeln!(out, "impl Struct for {} {{", own.name)?;
    plan.min_size(&mut out)?;
    plan.read(&mut out)?;
    plan.write(&mut out)?;
    writeln!(out, "}}\n")?;
    Ok(out)
}

struct Plan<'a> {
    message: &'a Message,
    own: &'a Struct,
    fields: Vec<RustField<'a>>,
}

impl<'a> Plan<'a> {
    /// Whether some version of this structure carries tagged fields.
    fn tags(&self) -> Option<Versions> {
        self.message.flexible.and_then(|f| f.and(self.own.versions))
    }

    fn untagged(&self) -> impl Iterator<Item = &RustField<'a>> {
        self.fields.iter().filter(|f| f.field.tag.is_none())
    }

    fn tagged(&self) -> Vec<(u32, &RustField<'a>)> {
        let with_tag = |f: &'_ RustField<'a>| f.field.tag;
        let mut tagged: Vec<_> =
            self.fields.iter().filter_map(|f| Some((with_tag(f)?, f))).collect();
        tagged.sort_by_key(|(tag, _)| *tag);
        tagged
    }

    fn declaration(&self, out: &mut String) -> Result<()> {
        let derived = self.fields.iter().all(RustField::default_is_rusts);
        let default = if derived { ", Default" } else { "" };
        writeln!(out, "#[derive(Debug, Clone, PartialEq{default})]")?;
        writeln!(out, "pub struct {} {{", self.own.name)?;
        for field in &self.fields {
            if let Some(note) = note(field.field, self.own.versions) {
                writeln!(out, "/// {note}")?;
            }
            writeln!(out, "pub {}: {},", field.name, field.rust_type())?;
        }
        if self.tags().is_some() {
            writeln!(out, "pub unknown_tagged_fields: Option<Box<UnknownTags>>,")?;
        }
        writeln!(out, "}}\n")?;
        Ok(())
    }

    fn default(&self, out: &mut String) -> Result<()> {
        if self.fields.iter().all(RustField::default_is_rusts) {
            return Ok(());
        }
        writeln!(out, "impl Default for {} {{ fn default() -> Self {{ Self {{", self.own.name)?;
        for field in &self.fields {
            writeln!(out, "{}: {},", field.name, field.default_value())?;
        }
        if self.tags().is_some() {
            writeln!(out, "unknown_tagged_fields: None,")?;
        }
        writeln!(out, "}} }} }}\n")?;
        Ok(())
    }

    /// The least size in each version, as runs of equal sizes.
    fn min_size(&self, out: &mut String) -> Result<()> {
        let Versions { low, high } = self.own.versions;
        let mut runs: Vec<(i16, usize)> = Vec::new();
        for version in low..=high {
            let size = min_size(self.message, self.own, version);
            match runs.last_mut() {
                Some((last, same)) if *same == size => *last = version,
                _ => runs.push((version, size)),
            }
        }
        if let [(_, size)] = runs[..] {
            writeln!(out, "fn min_size(_version: i16) -> usize {{ {size} }}\n")?;
            return Ok(());
        }
        writeln!(out, "fn min_size(version: i16) -> usize {{ match version {{")?;
        let mut first = low;
        for (i, &(last, size)) in runs.iter().enumerate() {
            let pattern = match (i + 1 == runs.len(), first == last) {
                (true, _) => "_".into(),
                (false, true) => first.to_string(),
                (false, false) => format!("{first}..={last}"),
            };
            writeln!(out, "{pattern} => {size},")?;
            first = last + 1;
        }
        writeln!(out, "}} }}\n")?;
        Ok(())
    }

    fn read(&self, out: &mut String) -> Result<()> {
        let mut body = String::new();
        let tagged = self.tagged();
        for field in self.untagged() {
            let (name, read) = (&field.name, field.read(self.own.versions));
            match field.field.versions.condition(self.own.versions) {
                None => writeln!(body, "{name}: {read},")?,
                Some(when) => {
                    let default = field.default_value();
                    writeln!(body, "{name}: if {when} {{ {read} }} else {{ {default} }},")?;
                }
            }
        }
        match (self.tags(), tagged.is_empty()) {
            (None, _) => body = format!("Ok(Self {{ {body} }})\n"),
            (Some(_), true) => {
                let unknown = "unknown_tagged_fields: input.unknown_tags()?";
                body = format!("Ok(Self {{ {body} {unknown} }})\n");
            }
            (Some(_), false) => {
                body = format!("let mut it = Self {{ {body} ..Self::default() }};\n");
                self.read_tagged(&mut body, &tagged)?;
            }
        }
        let input = if body.contains("input") { "input" } else { "_input" };
        let version = if uses_version(&body) { "version" } else { "_version" };
        writeln!(
            out,
            "fn read({input}: &mut Reader, {version}: i16) -> Result<Self, DecodeError> {{ {body} }}\n"
        )?;
        Ok(())
    }

    fn read_tagged(&self, body: &mut String, tagged: &[(u32, &RustField<'_>)]) -> Result<()> {
        writeln!(body, "it.unknown_tagged_fields = input.tagged_fields(|tag, input| {{")?;
        writeln!(body, "match tag {{")?;
        for (tag, field) in tagged {
            let bounds = self.tags().unwrap_or(self.own.versions);
            let when = field.field.versions.condition(bounds);
            let when = when.map_or_else(String::new, |when| format!(" if {when}"));
            writeln!(body, "{tag}{when} => it.{} = {},", field.name, field.read(bounds))?;
        }
        let bounds = self.tags().unwrap_or(self.own.versions);
        let elsewhere = tagged.iter().filter(|(_, f)| f.field.versions.condition(bounds).is_some());
        let elsewhere: Vec<u32> = elsewhere.map(|(tag, _)| *tag).collect();
        if !elsewhere.is_empty() {
            let tags = pattern(&elsewhere);
            writeln!(body, "{tags} => return Err(DecodeError::TagNotInVersion(tag)),")?;
        }
        writeln!(body, "_ => return Ok(false), }}\nOk(true)\n}})?;\nOk(it)")?;
        Ok(())
    }

    fn write(&self, out: &mut String) -> Result<()> {
        let mut body = String::new();
        for field in self.untagged() {
            self.write_untagged(&mut body, field)?;
        }
        let tagged = self.tagged();
        for (_, field) in &tagged {
            self.refuse_tagged(&mut body, field)?;
        }
        match (self.tags(), tagged.is_empty()) {
            (None, _) => {}
            (Some(_), true) => {
                let name = &self.own.name;
                writeln!(
                    body,
                    "out.unknown_tags(&self.unknown_tagged_fields, {name:?}, version);"
                )?;
            }
            (Some(_), false) => self.write_tagged(&mut body, &tagged)?,
        }
        let out_name = if body.contains("out.") { "out" } else { "_out" };
        let version = if uses_version(&body) { "version" } else { "_version" };
        writeln!(out, "fn write(&self, {out_name}: &mut Writer, {version}: i16) {{ {body} }}")?;
        Ok(())
    }

    fn write_untagged(&self, body: &mut String, field: &RustField<'_>) -> Result<()> {
        let write = field.write();
        let refused_null = self.refused_null(field);
        let Some(when) = field.field.versions.condition(self.own.versions) else {
            writeln!(body, "{refused_null}{write};")?;
            return Ok(());
        };
        writeln!(body, "if {when} {{ {refused_null}{write}; }}")?;
        if !field.field.ignorable {
            writeln!(body, "else {{ {} }}", self.refused_value(field))?;
        }
        Ok(())
    }

    /// Refuses `None` in versions in which the field cannot be null.
    fn refused_null(&self, field: &RustField<'_>) -> String {
        let bounds = field.field.versions;
        let Some(when) = field.field.nullable.and_then(|n| n.absence(bounds)) else {
            return String::new();
        };
        format!(
            "out.refuse_null({when} && self.{}.is_none(), {:?}, {:?}, version);\n",
            field.name,
            self.own.name,
            lower_camel(&field.field.name)
        )
    }

    fn refused_value(&self, field: &RustField<'_>) -> String {
        let (message, name) = (&self.own.name, lower_camel(&field.field.name));
        format!("out.absent({}, {message:?}, {name:?}, version);", field.differs())
    }

    fn refuse_tagged(&self, body: &mut String, field: &RustField<'_>) -> Result<()> {
        if let (Some(when), false) =
            (field.field.versions.absence(self.own.versions), field.field.ignorable)
        {
            writeln!(body, "if {when} {{ {} }}", self.refused_value(field))?;
        }
        Ok(())
    }

    fn write_tagged(&self, body: &mut String, tagged: &[(u32, &RustField<'_>)]) -> Result<()> {
        let name = &self.own.name;
        writeln!(body, "out.tagged_fields(&self.unknown_tagged_fields, {name:?}, version, &[")?;
        for (tag, field) in tagged {
            let bounds = self.tags().unwrap_or(self.own.versions);
            let differs = field.differs();
            let present = match field.field.versions.condition(bounds) {
                None => differs,
                Some(when) => format!("{when} && {differs}"),
            };
            writeln!(body, "Tag::new({tag}, {present}, &|out| {}),", field.write())?;
        }
        writeln!(body, "]);")?;
        Ok(())
    }
}

/// A pattern of these ascending numbers.
fn pattern(numbers: &[u32]) -> String {
    match *numbers {
        [first, _, .., last] if last - first + 1 == numbers.len() as u32 => {
            format!("{first}..={last}")
        }
        _ => numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" | "),
    }
}

/// Whether `version` occurs as a word of its own that is no field's name.
fn uses_version(body: &str) -> bool {
    let body = body.replace("version:", "").replace("self.version", "");
    body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "version")
}

/// `Versions 3 and later, null in 10 and later, tag 0.`
fn note(field: &Field, bounds: Versions) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(field.versions.in_words(bounds).map(|versions| format!("versions {versions}")));
    let nullable = field.nullable.and_then(|n| n.in_words(field.versions));
    parts.extend(nullable.map(|versions| format!("nullable in versions {versions}")));
    parts.extend(field.tag.map(|tag| format!("tag {tag}")));
    let note = parts.join("; ");
    let first = note.chars().next()?.to_uppercase().to_string();
    Some(format!("{first}{}.", &note[1..]))
}

/// The fewest bytes that the structure takes in a version.
fn min_size(message: &Message, own: &Struct, version: i16) -> usize {
    let flexible = message.flexible.is_some_and(|f| f.contains(version));
    let nested = |name: &str, version: i16| {
        let found = message.structs.iter().find(|s| s.name == name);
        found.map_or(0, |s| min_size(message, s, version))
    };
    let carried = |f: &&Field| f.tag.is_none() && f.versions.contains(version);
    let sizes = own.fields.iter().filter(carried).map(|f| {
        let rust = RustField::new(f, message.kind);
        rust.map_or(0, |rust| rust.min_size(version, flexible, &nested))
    });
    sizes.sum::<usize>() + usize::from(flexible)
}
