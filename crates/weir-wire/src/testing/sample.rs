//! Random messages as bytes, written from the definitions.

use super::random::Random;
use super::schema::{Field, Message, Struct};

/// A message's bytes.
#[derive(Debug, Clone)]
pub struct Sample {
    pub bytes: Vec<u8>,
    /// Where lengths and counts are, with whether they are variable-length.
    pub lengths: Vec<(usize, bool)>,
}

/// A random message in a version: nulls, unknown tags and all. Encoding what it decodes to gives
/// the same bytes.
#[must_use]
pub fn sample(message: &Message, version: i16, random: &mut Random) -> Sample {
    let flexible = message.is_flexible(version);
    let out = Sample { bytes: Vec::new(), lengths: Vec::new() };
    let mut interpreter = Interpreter { message, version, flexible, random, out };
    interpreter.structure(&message.structs[0], Values::Any);
    interpreter.out
}

/// Which values are written: inside a tagged field none that is a default, for those are left out.
#[derive(Clone, Copy, PartialEq)]
enum Values {
    Any,
    NoDefaults,
}

struct Interpreter<'a> {
    message: &'a Message,
    version: i16,
    flexible: bool,
    random: &'a mut Random,
    out: Sample,
}

impl<'a> Interpreter<'a> {
    fn structure(&mut self, own: &'a Struct, values: Values) {
        let carried = |field: &&Field| field.versions.contains(&self.version);
        let fields: Vec<&Field> = own.fields.iter().filter(carried).collect();
        for field in fields.iter().filter(|field| field.tag.is_none()) {
            self.field(field, values);
        }
        if self.flexible {
            self.tagged_fields(&fields);
        }
    }

    fn tagged_fields(&mut self, fields: &[&'a Field]) {
        let mut tags: Vec<(u32, Vec<u8>)> = Vec::new();
        for field in fields {
            if let (Some(tag), false) = (field.tag, self.random.once_in(3)) {
                tags.push((tag, self.apart(field)));
            }
        }
        if self.random.once_in(6) {
            for _ in 0..=self.random.below(3) {
                let (tag, length) = (100 + self.random.below(5000) as u32, self.random.below(9));
                tags.push((tag, self.random.bytes(length)));
            }
        }
        tags.sort_by_key(|(tag, _)| *tag);
        tags.dedup_by_key(|(tag, _)| *tag);
        self.varint(tags.len() as u32);
        for (tag, data) in tags {
            self.varint(tag);
            self.varint(data.len() as u32);
            self.out.bytes.extend(data);
        }
    }

    /// A tagged field's value on its own; lengths inside it are not recorded.
    fn apart(&mut self, field: &'a Field) -> Vec<u8> {
        let outer =
            std::mem::replace(&mut self.out, Sample { bytes: Vec::new(), lengths: Vec::new() });
        self.field(field, Values::NoDefaults);
        std::mem::replace(&mut self.out, outer).bytes
    }

    fn field(&mut self, field: &'a Field, values: Values) {
        let nullable = field.nullable.as_ref().is_some_and(|n| n.contains(&self.version));
        let null = nullable && values == Values::Any && self.random.once_in(4);
        match self.message.structure(field.kind) {
            _ if field.is_array => self.array(field, null, values),
            Some(own) => {
                if nullable {
                    self.out.bytes.push(if null { 0xff } else { 1 });
                }
                if !null {
                    self.structure(own, values);
                }
            }
            None if null => self.length(None, field.kind == "string", field.legacy),
            None => self.plain(field, values),
        }
    }

    fn array(&mut self, field: &'a Field, null: bool, values: Values) {
        if null {
            return self.length(None, false, false);
        }
        let least = usize::from(values == Values::NoDefaults);
        let count = least + self.random.below(3);
        self.length(Some(count), false, false);
        for _ in 0..count {
            match self.message.structure(field.kind) {
                Some(own) => self.structure(own, Values::Any),
                None => self.plain(field, Values::Any),
            }
        }
    }

    fn plain(&mut self, field: &Field, values: Values) {
        match field.kind {
            "bool" => {
                let truth = match values {
                    Values::NoDefaults => field.default != "true",
                    Values::Any => self.random.once_in(2),
                };
                self.out.bytes.push(u8::from(truth));
            }
            "int8" => self.integer(1, values),
            "int16" | "uint16" => self.integer(2, values),
            "int32" | "uint32" => self.integer(4, values),
            "int64" => self.integer(8, values),
            "float64" => {
                let value = self.random.below(1_000_000) as f64 / 7.0 + 1.0;
                self.out.bytes.extend(value.to_be_bytes());
            }
            "uuid" => {
                let id = self.random.bytes(16);
                self.out.bytes.extend(id);
            }
            "string" => self.string(field.legacy, values),
            _ => self.blob(values),
        }
    }

    /// Small, border and random numbers; 2 to 100 where it may be no default.
    fn integer(&mut self, width: usize, values: Values) {
        let value = match (values, self.random.below(6)) {
            (Values::NoDefaults, _) => 20 + self.random.below(80) as u64,
            (_, 0) => 0,
            (_, 1) => u64::MAX,
            (_, 2) => i64::MAX as u64 >> (64 - 8 * width),
            (_, 3) => self.random.below(100) as u64,
            _ => self.random.draw(),
        };
        self.out.bytes.extend(&value.to_be_bytes()[8 - width..]);
    }

    fn string(&mut self, legacy: bool, values: Values) {
        let mut text = self.random.text();
        if values == Values::NoDefaults {
            text.push('x');
        }
        self.length(Some(text.len()), true, legacy);
        self.out.bytes.extend(text.as_bytes());
    }

    fn blob(&mut self, values: Values) {
        let least = usize::from(values == Values::NoDefaults);
        let most = if self.random.once_in(20) { 600 } else { 20 };
        let length = least + self.random.below(most);
        self.length(Some(length), false, false);
        let data = self.random.bytes(length);
        self.out.bytes.extend(data);
    }

    fn length(&mut self, length: Option<usize>, string: bool, legacy: bool) {
        let compact = self.flexible && !legacy;
        self.out.lengths.push((self.out.bytes.len(), compact));
        match (compact, string) {
            (true, _) => self.varint(length.map_or(0, |length| length as u32 + 1)),
            (false, true) => {
                let number = length.map_or(-1, |length| length as i16);
                self.out.bytes.extend(number.to_be_bytes());
            }
            (false, false) => {
                let number = length.map_or(-1, |length| length as i32);
                self.out.bytes.extend(number.to_be_bytes());
            }
        }
    }

    fn varint(&mut self, mut value: u32) {
        while value > 0x7f {
            self.out.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.bytes.push(value as u8);
    }
}
