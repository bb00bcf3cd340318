//! Filters of lists and of messages: plain words, never code.

use crate::MessageRow;

/// Matches names: every word of the text must occur, letter case aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameFilter {
    words: Vec<String>,
}

impl NameFilter {
    pub fn new(text: &str) -> Self {
        Self { words: text.split_whitespace().map(str::to_lowercase).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn matches(&self, name: &str) -> bool {
        self.words.iter().all(|word| contains_ignoring_case(name, word))
    }
}

/// Which messages are wanted; every condition that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Bytes of the key, all of them.
    pub key_equals: Option<Vec<u8>>,
    pub key_contains: Option<Vec<u8>>,
    /// Key or value, whichever has it.
    pub contains: Option<Vec<u8>>,
    pub value_contains: Option<Vec<u8>>,
    /// Some header has this key.
    pub header_key: Option<String>,
    /// Some header with `header_key` (or any, when that is not set) has this value.
    pub header_value: Option<Vec<u8>>,
    /// Keep only messages without (`true`) or only with a value (`false`).
    pub tombstone: Option<bool>,
}

/// What a filter looks at: the raw record, before anything is copied or cut.
#[derive(Debug, Clone, Copy)]
pub struct RawMessage<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

impl MessageFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether headers have to be read at all.
    pub fn reads_headers(&self) -> bool {
        self.header_key.is_some() || self.header_value.is_some()
    }

    pub fn matches(&self, message: &RawMessage<'_>) -> bool {
        self.key_matches(message.key)
            && self.value_matches(message.value)
            && self.either_matches(message)
            && (!self.reads_headers() || self.headers_match(message.headers))
    }

    fn key_matches(&self, key: Option<&[u8]>) -> bool {
        self.key_equals.as_deref().is_none_or(|wanted| key == Some(wanted))
            && holds(self.key_contains.as_deref(), key)
    }

    fn value_matches(&self, value: Option<&[u8]>) -> bool {
        self.tombstone.is_none_or(|wanted| wanted == value.is_none())
            && holds(self.value_contains.as_deref(), value)
    }

    fn either_matches(&self, message: &RawMessage<'_>) -> bool {
        let wanted = self.contains.as_deref();
        holds(wanted, message.key) || holds(wanted, message.value)
    }

    fn headers_match(&self, headers: &[(&[u8], Option<&[u8]>)]) -> bool {
        headers.iter().any(|(key, value)| {
            self.header_key.as_deref().is_none_or(|wanted| wanted.as_bytes() == *key)
                && self.header_value.as_deref().is_none_or(|wanted| *value == Some(wanted))
        })
    }
}

/// Orders rows newest first, as a merged list over partitions shows them.
pub fn newest_first(a: &MessageRow, b: &MessageRow) -> std::cmp::Ordering {
    (b.timestamp_ms, b.partition, b.offset).cmp(&(a.timestamp_ms, a.partition, a.offset))
}

fn holds(wanted: Option<&[u8]>, bytes: Option<&[u8]>) -> bool {
    wanted.is_none_or(|wanted| bytes.is_some_and(|bytes| contains(bytes, wanted)))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || haystack.windows(needle.len()).any(|window| window == needle)
}

/// `word` is lower case already. ASCII names, which Kafka's are, need no copy.
fn contains_ignoring_case(name: &str, word: &str) -> bool {
    if name.is_ascii() && word.is_ascii() {
        let (name, word) = (name.as_bytes(), word.as_bytes());
        return word.is_empty() || name.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    }
    name.to_lowercase().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_every_word() {
        let filter = NameFilter::new(" Ord  eu ");
        assert!(filter.matches("eu.orders"));
        assert!(filter.matches("ORDERS-EU"));
        assert!(!filter.matches("orders"));
        assert!(NameFilter::new("").matches("anything"));
    }

    fn check(filter: MessageFilter, expected: bool) {
        let headers = [(&b"a"[..], Some(&b"1"[..])), (b"a", None)];
        let message =
            RawMessage { key: Some(b"k-17"), value: Some(b"{\"n\":1}"), headers: &headers };
        assert_eq!(filter.matches(&message), expected, "{filter:?}");
    }

    #[test]
    fn messages_match_all_conditions() {
        check(MessageFilter::default(), true);
        check(MessageFilter { key_equals: Some(b"k-17".into()), ..Default::default() }, true);
        check(MessageFilter { key_equals: Some(b"k-1".into()), ..Default::default() }, false);
        check(MessageFilter { contains: Some(b"k-17".into()), ..Default::default() }, true);
        check(MessageFilter { contains: Some(b"\"n\"".into()), ..Default::default() }, true);
        check(MessageFilter { contains: Some(b"none".into()), ..Default::default() }, false);
        check(MessageFilter { key_contains: Some(b"-1".into()), ..Default::default() }, true);
        check(MessageFilter { value_contains: Some(b"\"n\"".into()), ..Default::default() }, true);
        check(MessageFilter { header_value: Some(b"1".into()), ..Default::default() }, true);
        check(MessageFilter { header_key: Some("b".into()), ..Default::default() }, false);
        check(MessageFilter { tombstone: Some(true), ..Default::default() }, false);
        check(MessageFilter { tombstone: Some(false), ..Default::default() }, true);
    }
}
