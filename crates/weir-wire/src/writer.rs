//! Writing messages: the same code counts the bytes and then writes them.

use bytes::{BufMut, Bytes, BytesMut};

use crate::frame::{Frame, Part, Records};
use crate::item::Item;
use crate::tags::UnknownTags;
use crate::{EncodeError, Str, Struct, Uuid};

const MAX_STRING: usize = i16::MAX as usize;

/// Collects a message as parts, or only its size. The first error is kept and nothing written after
/// it is of use: [`Writer::check`] tells.
#[derive(Debug)]
pub struct Writer {
    len: usize,
    /// Of `len`, what becomes parts of its own and is not copied.
    shared: usize,
    flexible: bool,
    error: Option<EncodeError>,
    /// `None` when only counting.
    output: Option<Output>,
}

#[derive(Debug)]
struct Output {
    parts: Vec<Part>,
    open: BytesMut,
}

impl Writer {
    /// A writer that only counts.
    #[must_use]
    pub const fn counting() -> Self {
        Self { len: 0, shared: 0, flexible: false, error: None, output: None }
    }

    /// A writer for about `capacity` bytes besides record data.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let output = Output { parts: Vec::new(), open: BytesMut::with_capacity(capacity) };
        Self { len: 0, shared: 0, flexible: false, error: None, output: Some(output) }
    }

    /// How many bytes were written, or counted.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes were copied or would be: the capacity that a writer of the same needs.
    #[must_use]
    pub const fn copied(&self) -> usize {
        self.len - self.shared
    }

    /// Sets whether lengths are compact and structures end with tagged fields (KIP-482).
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    /// The first error, if there was one.
    ///
    /// # Errors
    /// What was written cannot be carried.
    pub fn check(&self) -> Result<(), EncodeError> {
        self.error.clone().map_or(Ok(()), Err)
    }

    /// What was written; empty from a counting writer.
    #[must_use]
    pub fn finish(self) -> Frame {
        let Some(mut output) = self.output else { return Frame::default() };
        output.close();
        Frame { parts: output.parts, len: self.len }
    }

    fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        if let Some(output) = &mut self.output {
            output.open.put_slice(bytes);
        }
    }

    pub fn bool(&mut self, value: bool) {
        self.put(&[u8::from(value)]);
    }

    pub fn i8(&mut self, value: i8) {
        self.put(&value.to_be_bytes());
    }

    pub fn i16(&mut self, value: i16) {
        self.put(&value.to_be_bytes());
    }

    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub fn i32(&mut self, value: i32) {
        self.put(&value.to_be_bytes());
    }

    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    pub fn i64(&mut self, value: i64) {
        self.put(&value.to_be_bytes());
    }

    pub fn f64(&mut self, value: f64) {
        self.put(&value.to_be_bytes());
    }

    pub fn uuid(&mut self, value: Uuid) {
        self.put(&value.0);
    }

    /// Seven bits a byte, least significant first.
    pub fn unsigned_varint(&mut self, mut value: u32) {
        while value > 0x7f {
            self.put(&[value as u8 | 0x80]);
            value >>= 7;
        }
        self.put(&[value as u8]);
    }

    /// A length of bytes or a count of elements; `None` is null.
    fn length(&mut self, length: Option<usize>) {
        let Ok(number) = length.map_or(Ok(-1), i32::try_from) else {
            return self.fail(EncodeError::TooLong(length.unwrap_or_default()));
        };
        if self.flexible {
            self.unsigned_varint(number.wrapping_add(1) as u32);
        } else {
            self.i32(number);
        }
    }

    pub fn str(&mut self, value: &Str) {
        self.text(Some(value), self.flexible);
    }

    pub fn nullable_str(&mut self, value: &Option<Str>) {
        self.text(value.as_ref(), self.flexible);
    }

    /// In the form of versions that are not flexible, whatever this one is.
    pub fn nullable_legacy_str(&mut self, value: &Option<Str>) {
        self.text(value.as_ref(), false);
    }

    fn text(&mut self, value: Option<&Str>, compact: bool) {
        let length = value.map(|text| text.len());
        if length > Some(MAX_STRING) {
            return self.fail(EncodeError::StringTooLong(length.unwrap_or_default()));
        }
        if compact {
            self.unsigned_varint(length.map_or(0, |length| length as u32 + 1));
        } else {
            self.i16(length.map_or(-1, |length| length as i16));
        }
        if let Some(text) = value {
            self.put(text.as_bytes());
        }
    }

    pub fn bytes(&mut self, value: &Bytes) {
        self.length(Some(value.len()));
        self.part(&Part::Bytes(value.clone()));
    }

    pub fn nullable_bytes(&mut self, value: &Option<Bytes>) {
        match value {
            Some(bytes) => self.bytes(bytes),
            None => self.length(None),
        }
    }

    pub fn records(&mut self, value: &Records) {
        self.length(Some(value.len()));
        for part in value.parts() {
            self.part(part);
        }
    }

    pub fn nullable_records(&mut self, value: &Option<Records>) {
        match value {
            Some(records) => self.records(records),
            None => self.length(None),
        }
    }

    /// Bytes that are small are copied, others become a part of their own.
    fn part(&mut self, part: &Part) {
        if let Part::Bytes(bytes) = part
            && bytes.len() <= COPIED_BYTES
        {
            return self.put(bytes);
        }
        self.len += part.len();
        self.shared += part.len();
        if let Some(output) = &mut self.output {
            output.close();
            output.parts.push(part.clone());
        }
    }

    pub fn structure<T: Struct>(&mut self, value: &T, version: i16) {
        value.write(self, version);
    }

    pub fn nullable_structure<T: Struct>(&mut self, value: &Option<T>, version: i16) {
        self.i8(if value.is_some() { 1 } else { -1 });
        if let Some(value) = value {
            value.write(self, version);
        }
    }

    pub fn array<T: Struct>(&mut self, values: &[T], version: i16) {
        self.length(Some(values.len()));
        for value in values {
            value.write(self, version);
        }
    }

    pub fn nullable_array<T: Struct>(&mut self, values: &Option<Vec<T>>, version: i16) {
        match values {
            Some(values) => self.array(values, version),
            None => self.length(None),
        }
    }

    pub fn list<T: Item>(&mut self, values: &[T]) {
        self.length(Some(values.len()));
        for value in values {
            value.write(self);
        }
    }

    pub fn nullable_list<T: Item>(&mut self, values: &Option<Vec<T>>) {
        match values {
            Some(values) => self.list(values),
            None => self.length(None),
        }
    }

    /// Refuses a value that the version cannot carry.
    pub fn absent(&mut self, set: bool, message: &'static str, field: &'static str, version: i16) {
        if set {
            self.fail(EncodeError::FieldNotInVersion { message, field, version });
        }
    }

    /// Refuses null where the version does not allow it.
    pub fn refuse_null(
        &mut self,
        null: bool,
        message: &'static str,
        field: &'static str,
        version: i16,
    ) {
        if null {
            self.fail(EncodeError::NullNotInVersion { message, field, version });
        }
    }

    /// Ends a structure that has no tagged fields of its own.
    pub fn unknown_tags(
        &mut self,
        unknown: &Option<Box<UnknownTags>>,
        message: &'static str,
        version: i16,
    ) {
        self.tagged_fields(unknown, message, version, &[]);
    }

    /// Ends a structure: its known tagged fields, given by ascending tag, and the unknown ones,
    /// all in the order of their tags.
    pub fn tagged_fields(
        &mut self,
        unknown: &Option<Box<UnknownTags>>,
        message: &'static str,
        version: i16,
        known: &[Tag<'_>],
    ) {
        let unknown_count = unknown.as_ref().map_or(0, |tags| tags.len());
        let count = unknown_count + known.iter().filter(|tag| tag.present).count();
        if !self.flexible {
            // Those of the known fields that may not be dropped were refused as absent.
            if unknown_count > 0 {
                self.fail(EncodeError::TagsNotInVersion { message, version });
            }
            return;
        }
        self.unsigned_varint(count as u32);
        let mut unknown = unknown.iter().flat_map(|tags| tags.iter()).peekable();
        for tag in known {
            while let Some((number, data)) = unknown.next_if(|(number, _)| *number <= tag.number) {
                if number == tag.number {
                    return self.fail(EncodeError::TagIsKnown { message, tag: number });
                }
                self.unknown_tag(number, data);
            }
            if tag.present {
                self.known_tag(tag);
            }
        }
        for (number, data) in unknown {
            self.unknown_tag(number, data);
        }
    }

    fn known_tag(&mut self, tag: &Tag<'_>) {
        let mut count = Self { flexible: self.flexible, ..Self::counting() };
        (tag.write)(&mut count);
        self.unsigned_varint(tag.number);
        self.unsigned_varint(count.len as u32);
        (tag.write)(self);
    }

    fn unknown_tag(&mut self, number: u32, data: &Bytes) {
        self.unsigned_varint(number);
        self.unsigned_varint(data.len() as u32);
        self.put(data);
    }
}

/// Up to here copying costs less than one more part.
const COPIED_BYTES: usize = 256;

impl Output {
    fn close(&mut self) {
        if !self.open.is_empty() {
            self.parts.push(Part::Bytes(self.open.split().freeze()));
        }
    }
}

/// A tagged field of a structure's own.
#[allow(missing_debug_implementations, reason = "holds a closure")]
pub struct Tag<'a> {
    number: u32,
    present: bool,
    write: &'a dyn Fn(&mut Writer),
}

impl<'a> Tag<'a> {
    /// `present`: its value differs from the default, in a version that has the field.
    #[must_use]
    pub fn new(number: u32, present: bool, write: &'a dyn Fn(&mut Writer)) -> Self {
        Self { number, present, write }
    }
}
