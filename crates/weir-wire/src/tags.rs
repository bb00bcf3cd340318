//! Tagged fields that the definitions do not know (KIP-482): kept, and written back.

use bytes::Bytes;

use crate::DecodeError;

/// Unknown tagged fields of one structure, in ascending order of their tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownTags(Vec<(u32, Bytes)>);

impl UnknownTags {
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// The memory that so many fields take, besides their data.
    pub(crate) const fn memory(count: usize) -> usize {
        size_of::<Self>() + count * size_of::<(u32, Bytes)>()
    }

    /// Adds a field; whoever adds out of order calls [`UnknownTags::put_in_order`] at the end.
    pub(crate) fn push(&mut self, tag: u32, data: Bytes) {
        self.0.push((tag, data));
    }

    pub(crate) fn put_in_order(&mut self) -> Result<(), DecodeError> {
        if !self.0.is_sorted_by_key(|(tag, _)| *tag) {
            self.0.sort_by_key(|(tag, _)| *tag);
        }
        match self.0.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(DecodeError::DuplicateTag(pair[0].0)),
            None => Ok(()),
        }
    }

    /// Sets a field, replacing one of the same tag.
    pub fn insert(&mut self, tag: u32, data: Bytes) {
        match self.0.binary_search_by_key(&tag, |(tag, _)| *tag) {
            Ok(place) => self.0[place].1 = data,
            Err(place) => self.0.insert(place, (tag, data)),
        }
    }

    /// The fields by ascending tag.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Bytes)> {
        self.0.iter().map(|(tag, data)| (*tag, data))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
