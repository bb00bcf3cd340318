//! Rust's types, defaults and codec calls for the fields of a message.

use anyhow::{Result, bail};

use super::definitions::{Field, FieldKind, Kind};
use super::names::field_name;
use super::versions::Versions;

/// A field as Rust sees it.
pub(crate) struct RustField<'a> {
    pub(crate) field: &'a Field,
    pub(crate) name: String,
    /// Without `Option`.
    bare: String,
    /// The codec's method for it: `str` in `input.nullable_str()`.
    method: &'static str,
}

impl<'a> RustField<'a> {
    pub(crate) fn new(field: &'a Field, kind: Kind) -> Result<Self> {
        let (bare, method) = match &field.kind {
            FieldKind::Plain(name) => plain(name, kind)?,
            FieldKind::Struct(name) => (name.clone(), "structure"),
            FieldKind::PlainArray(name) => (format!("Vec<{}>", plain(name, kind)?.0), "list"),
            FieldKind::StructArray(name) => (format!("Vec<{name}>"), "array"),
        };
        let method = if field.never_compact { "legacy_str" } else { method };
        Ok(Self { field, name: field_name(&field.name), bare, method })
    }

    /// Its type.
    pub(crate) fn rust_type(&self) -> String {
        let bare = &self.bare;
        if self.field.nullable.is_some() { format!("Option<{bare}>") } else { bare.clone() }
    }

    fn defaults_to_null(&self) -> bool {
        let records = self.field.kind == FieldKind::Plain("records".into());
        self.field.nullable.is_some() && (self.field.default == "null" || records)
    }

    fn copies(&self) -> bool {
        matches!(self.bare.chars().next(), Some('a'..='z')) || self.bare == "Uuid"
    }

    fn is_struct(&self) -> bool {
        matches!(self.field.kind, FieldKind::Struct(_))
    }

    /// Its default when absent, as an expression.
    pub(crate) fn default_value(&self) -> String {
        if self.defaults_to_null() {
            return "None".into();
        }
        let value = match (&self.field.kind, self.field.default.as_str()) {
            (FieldKind::Plain(name), given) => plain_default(name, given),
            (FieldKind::Struct(name), _) => format!("{name}::default()"),
            _ => "Vec::new()".into(),
        };
        if self.field.nullable.is_some() { format!("Some({value})") } else { value }
    }

    /// Whether `Default` of its type is its default.
    pub(crate) fn default_is_rusts(&self) -> bool {
        match &self.field.kind {
            _ if self.field.nullable.is_some() => self.defaults_to_null(),
            FieldKind::Plain(name) => {
                let value = plain_default(name, &self.field.default);
                matches!(value.as_str(), "0" | "0.0" | "false" | "Uuid::ZERO")
                    || matches!(self.bare.as_str(), "Str" | "Bytes" | "Records")
            }
            _ => true,
        }
    }

    /// An expression that holds when the value differs from its default.
    pub(crate) fn differs(&self) -> String {
        let name = &self.name;
        let default = self.default_value();
        let emptiable = !self.copies() && !self.is_struct();
        match (default.as_str(), emptiable) {
            ("None", _) => format!("self.{name}.is_some()"),
            ("false", _) => format!("self.{name}"),
            ("true", _) => format!("!self.{name}"),
            (_, true) if self.field.nullable.is_some() => {
                format!("self.{name}.as_ref().is_none_or(|it| !it.is_empty())")
            }
            (_, true) => format!("!self.{name}.is_empty()"),
            _ => format!("self.{name} != {default}"),
        }
    }

    /// `input.nullable_str()?` and its like.
    pub(crate) fn read(&self, bounds: Versions) -> String {
        let version = if matches!(self.method, "array" | "structure") { "version" } else { "" };
        let Some(nullable) = self.field.nullable else {
            return format!("input.{}({version})?", self.method);
        };
        let read = format!("input.nullable_{}({version})?", self.method);
        match nullable.condition(self.field.versions.and(bounds).unwrap_or(bounds)) {
            None => read,
            Some(condition) => {
                let call = read.trim_end_matches('?');
                format!("input.null_only_if({condition}, |input| {call})?")
            }
        }
    }

    /// `out.nullable_str(&self.name);` and its like.
    pub(crate) fn write(&self) -> String {
        let name = &self.name;
        let prefix = if self.field.nullable.is_some() { "nullable_" } else { "" };
        let value = if self.copies() { format!("self.{name}") } else { format!("&self.{name}") };
        let version = if matches!(self.method, "array" | "structure") { ", version" } else { "" };
        format!("out.{prefix}{}({value}{version})", self.method)
    }

    /// The fewest bytes it takes.
    pub(crate) fn min_size(&self, version: i16, flexible: bool, structs: MinSizes<'_>) -> usize {
        let nullable = self.field.nullable.is_some_and(|n| n.contains(version));
        let compact = flexible && !self.field.never_compact;
        match &self.field.kind {
            FieldKind::Plain(name) => plain_min_size(name, compact),
            FieldKind::Struct(_) if nullable => 1,
            FieldKind::Struct(name) => structs(name, version),
            _ if compact => 1,
            _ => 4,
        }
    }
}

/// The fewest bytes of a structure in a version.
pub(crate) type MinSizes<'a> = &'a dyn Fn(&str, i16) -> usize;

fn plain(name: &str, kind: Kind) -> Result<(String, &'static str)> {
    let (bare, method) = match name {
        "bool" => ("bool", "bool"),
        "int8" => ("i8", "i8"),
        "int16" => ("i16", "i16"),
        "uint16" => ("u16", "u16"),
        "int32" => ("i32", "i32"),
        "uint32" => ("u32", "u32"),
        "int64" => ("i64", "i64"),
        "float64" => ("f64", "f64"),
        "string" => ("Str", "str"),
        "uuid" => ("Uuid", "uuid"),
        "bytes" => ("Bytes", "bytes"),
        "records" if matches!(kind, Kind::Response(_)) => ("Records", "records"),
        "records" => ("Bytes", "bytes"),
        other => bail!("a field type that this generator does not know: {other}"),
    };
    Ok((bare.to_owned(), method))
}

fn plain_default(name: &str, given: &str) -> String {
    match (name, given) {
        ("string", "" | "null") => "Str::default()".into(),
        ("string", text) => format!("Str::from_static({text:?})"),
        ("bytes", _) => "Bytes::new()".into(),
        ("records", _) => "Default::default()".into(),
        ("uuid", _) => "Uuid::ZERO".into(),
        ("bool", text) => (text.eq_ignore_ascii_case("true")).to_string(),
        ("float64", "") => "0.0".into(),
        (_, "") => "0".into(),
        (_, "0x7fffffff" | "2147483647") => "i32::MAX".into(),
        (_, "-2147483648") => "i32::MIN".into(),
        (_, "9223372036854775807") => "i64::MAX".into(),
        (_, number) => number.into(),
    }
}

fn plain_min_size(name: &str, compact: bool) -> usize {
    match name {
        "bool" | "int8" => 1,
        "int16" | "uint16" => 2,
        "int32" | "uint32" => 4,
        "int64" | "float64" => 8,
        "uuid" => 16,
        _ if compact => 1,
        "string" => 2,
        _ => 4,
    }
}
