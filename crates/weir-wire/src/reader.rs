//! Reading messages without ever believing a length.

use std::mem;

use bytes::Bytes;

use crate::frame::Records;
use crate::item::Item;
use crate::tags::UnknownTags;
use crate::{DecodeError, Str, Struct, Uuid};

/// Arrays of more elements are refused, as Kafka 4.4 does.
pub const MAX_ELEMENTS: usize = 1_000_000;
/// Structures with more tagged fields are refused, as Kafka 4.4 does.
pub const MAX_TAGS: usize = 10_000;

const MAX_STRING: usize = i16::MAX as usize;
const BUDGET_PER_BYTE: usize = 16;
const BUDGET_BASE: usize = 64 * 1024;

/// A position in a frame. What is decoded from a frame of n bytes takes at most 16 n + 64 KiB of
/// memory besides the frame; strings and bytes are slices of it.
#[derive(Debug)]
pub struct Reader {
    data: Bytes,
    at: usize,
    /// Where the frame, or the tagged field being read, ends.
    end: usize,
    flexible: bool,
    budget: usize,
}

impl Reader {
    #[must_use]
    pub fn new(data: Bytes) -> Self {
        let end = data.len();
        let budget = end.saturating_mul(BUDGET_PER_BYTE).saturating_add(BUDGET_BASE);
        Self { data, at: 0, end, flexible: false, budget }
    }

    /// Bytes that are not read yet.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.end - self.at
    }

    /// What is not read yet.
    #[must_use]
    pub fn rest(&self) -> Bytes {
        self.data.slice(self.at..self.end)
    }

    /// Reads without moving on.
    pub(crate) fn peek<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let at = self.at;
        let value = read(self);
        self.at = at;
        value
    }

    /// Sets whether lengths are compact and structures end with tagged fields (KIP-482).
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    /// Moves past `length` bytes and gives their range.
    fn advance(&mut self, length: usize) -> Result<std::ops::Range<usize>, DecodeError> {
        let remaining = self.remaining();
        if length > remaining {
            return Err(DecodeError::Truncated { needed: length, remaining });
        }
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let range = self.advance(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.data[range]);
        Ok(bytes)
    }

    fn slice(&mut self, length: usize) -> Result<Bytes, DecodeError> {
        let range = self.advance(length)?;
        Ok(self.data.slice(range))
    }

    /// Takes memory from the budget.
    fn charge(&mut self, bytes: usize) -> Result<(), DecodeError> {
        self.budget = self.budget.checked_sub(bytes).ok_or(DecodeError::OverBudget)?;
        Ok(())
    }

    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.i8()? != 0)
    }

    pub fn i8(&mut self) -> Result<i8, DecodeError> {
        Ok(i8::from_be_bytes(self.fixed()?))
    }

    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.fixed()?))
    }

    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.fixed()?))
    }

    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        Ok(i32::from_be_bytes(self.fixed()?))
    }

    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.fixed()?))
    }

    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.fixed()?))
    }

    pub fn f64(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_be_bytes(self.fixed()?))
    }

    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        Ok(Uuid(self.fixed()?))
    }

    /// Seven bits a byte, least significant first; at most five bytes.
    pub fn unsigned_varint(&mut self) -> Result<u32, DecodeError> {
        let mut value: u32 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::VarintTooLong)
    }

    /// A compact length, one more than it is; 0 is null.
    fn compact_length(&mut self) -> Result<Option<usize>, DecodeError> {
        Ok((self.unsigned_varint()? as usize).checked_sub(1))
    }

    /// A length of bytes or a count of elements; negative is null.
    fn length(&mut self) -> Result<Option<usize>, DecodeError> {
        if self.flexible { self.compact_length() } else { Ok(usize::try_from(self.i32()?).ok()) }
    }

    pub fn str(&mut self) -> Result<Str, DecodeError> {
        self.nullable_str()?.ok_or(DecodeError::UnexpectedNull)
    }

    pub fn nullable_str(&mut self) -> Result<Option<Str>, DecodeError> {
        if !self.flexible {
            return self.nullable_legacy_str();
        }
        let length = self.compact_length()?;
        self.text(length)
    }

    /// In the form of versions that are not flexible, whatever this one is.
    pub fn nullable_legacy_str(&mut self) -> Result<Option<Str>, DecodeError> {
        let length = usize::try_from(self.i16()?).ok();
        self.text(length)
    }

    fn text(&mut self, length: Option<usize>) -> Result<Option<Str>, DecodeError> {
        let Some(length) = length else { return Ok(None) };
        if length > MAX_STRING {
            return Err(DecodeError::StringTooLong(length));
        }
        Str::try_from(self.slice(length)?).map(Some)
    }

    pub fn bytes(&mut self) -> Result<Bytes, DecodeError> {
        self.nullable_bytes()?.ok_or(DecodeError::UnexpectedNull)
    }

    pub fn nullable_bytes(&mut self) -> Result<Option<Bytes>, DecodeError> {
        let length = self.length()?;
        length.map(|length| self.slice(length)).transpose()
    }

    pub fn records(&mut self) -> Result<Records, DecodeError> {
        self.nullable_records()?.ok_or(DecodeError::UnexpectedNull)
    }

    pub fn nullable_records(&mut self) -> Result<Option<Records>, DecodeError> {
        let Some(bytes) = self.nullable_bytes()? else { return Ok(None) };
        self.charge(if bytes.is_empty() { 0 } else { mem::size_of::<crate::Part>() })?;
        Ok(Some(Records::from(bytes)))
    }

    pub fn structure<T: Struct>(&mut self, version: i16) -> Result<T, DecodeError> {
        T::read(self, version)
    }

    pub fn nullable_structure<T: Struct>(
        &mut self,
        version: i16,
    ) -> Result<Option<T>, DecodeError> {
        if self.i8()? < 0 { Ok(None) } else { T::read(self, version).map(Some) }
    }

    pub fn array<T: Struct>(&mut self, version: i16) -> Result<Vec<T>, DecodeError> {
        self.nullable_array(version)?.ok_or(DecodeError::UnexpectedNull)
    }

    pub fn nullable_array<T: Struct>(
        &mut self,
        version: i16,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.length()? else { return Ok(None) };
        let mut elements = self.room(count, T::min_size(version))?;
        for _ in 0..count {
            elements.push(T::read(self, version)?);
        }
        Ok(Some(elements))
    }

    pub fn list<T: Item>(&mut self) -> Result<Vec<T>, DecodeError> {
        self.nullable_list()?.ok_or(DecodeError::UnexpectedNull)
    }

    pub fn nullable_list<T: Item>(&mut self) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.length()? else { return Ok(None) };
        let mut elements = self.room(count, T::min_size(self.flexible))?;
        for _ in 0..count {
            elements.push(T::read(self)?);
        }
        Ok(Some(elements))
    }

    /// Memory for `count` elements, once it is plausible that they follow.
    fn room<T>(&mut self, count: usize, least: usize) -> Result<Vec<T>, DecodeError> {
        self.plausible(count, least, mem::size_of::<T>())?;
        Ok(Vec::with_capacity(count))
    }

    fn plausible(&mut self, count: usize, least: usize, size: usize) -> Result<(), DecodeError> {
        let remaining = self.remaining();
        if count.saturating_mul(least.max(1)) > remaining {
            return Err(DecodeError::ArrayTooLong { count, least, remaining });
        }
        if count > MAX_ELEMENTS {
            return Err(DecodeError::TooManyElements(count));
        }
        self.charge(count.saturating_mul(size))
    }

    /// Refuses null where the version does not allow it.
    pub fn null_only_if<T>(
        &mut self,
        allowed: bool,
        read: impl FnOnce(&mut Self) -> Result<Option<T>, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let value = read(self)?;
        if value.is_none() && !allowed { Err(DecodeError::UnexpectedNull) } else { Ok(value) }
    }

    /// Ends a structure that has no tagged fields of its own.
    pub fn unknown_tags(&mut self) -> Result<Option<Box<UnknownTags>>, DecodeError> {
        self.tagged_fields(|_, _| Ok(false))
    }

    /// Ends a structure: `known` reads the tagged fields that it knows and says so; the others are
    /// kept.
    pub fn tagged_fields(
        &mut self,
        mut known: impl FnMut(u32, &mut Self) -> Result<bool, DecodeError>,
    ) -> Result<Option<Box<UnknownTags>>, DecodeError> {
        if !self.flexible {
            return Ok(None);
        }
        let count = self.unsigned_varint()? as usize;
        if count > MAX_TAGS {
            return Err(DecodeError::TooManyTags(count));
        }
        let mut unknown: Option<Box<UnknownTags>> = None;
        for place in 0..count {
            let tag = self.unsigned_varint()?;
            let length = self.unsigned_varint()? as usize;
            if length > self.remaining() {
                return Err(DecodeError::TagLength(tag));
            }
            let end = mem::replace(&mut self.end, self.at + length);
            if known(tag, self)? {
                if self.at != self.end {
                    return Err(DecodeError::TagLength(tag));
                }
            } else {
                self.keep_tag(tag, length, count - place, &mut unknown)?;
            }
            self.end = end;
        }
        if let Some(unknown) = &mut unknown {
            unknown.put_in_order()?;
        }
        Ok(unknown)
    }

    fn keep_tag(
        &mut self,
        tag: u32,
        length: usize,
        expected: usize,
        unknown: &mut Option<Box<UnknownTags>>,
    ) -> Result<(), DecodeError> {
        let data = self.slice(length)?;
        if unknown.is_none() {
            self.charge(UnknownTags::memory(expected))?;
        }
        unknown
            .get_or_insert_with(|| Box::new(UnknownTags::with_capacity(expected)))
            .push(tag, data);
        Ok(())
    }
}
