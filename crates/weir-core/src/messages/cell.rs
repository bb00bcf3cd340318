//! One message as a line of a list: previews, never whole values.

use weir_domain::{MessageRow as Read, Payload, TimestampType};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since the epoch; -1 when the record has none.
    pub timestamp: i64,
    /// Set by the broker on append, rather than by the producer.
    pub timestamp_of_append: bool,
    pub key: Option<Cell>,
    /// `None`: a tombstone.
    pub value: Option<Cell>,
    pub headers: u32,
    /// Bytes of key, value and headers, uncompressed.
    pub size: usize,
    pub control: bool,
    /// Of a transaction that was aborted.
    pub aborted: bool,
}

/// The beginning of a key or value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub kind: CellKind,
    pub preview: String,
    /// Bytes of the whole.
    pub size: usize,
    /// The preview is not all of it.
    pub cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    Json,
    Text,
    Hex,
}

/// Characters of a preview: what a wide cell shows, with room to search in.
const PREVIEW_CHARS: usize = 1_000;
/// Bytes of a preview that is no text; each takes two characters.
const PREVIEW_HEX_BYTES: usize = 256;

impl MessageRow {
    pub(super) fn of(row: &Read) -> Self {
        Self {
            partition: row.partition,
            offset: row.offset,
            timestamp: row.timestamp_ms,
            timestamp_of_append: row.timestamp_type == TimestampType::LogAppendTime,
            key: row.key.as_ref().map(Cell::of),
            value: row.value.as_ref().map(Cell::of),
            headers: row.headers_total as u32,
            size: row.size_bytes,
            control: row.control,
            aborted: row.aborted,
        }
    }

    /// About what it occupies in a ring.
    pub(crate) fn weight(&self) -> usize {
        let cell = |cell: &Option<Cell>| cell.as_ref().map_or(0, |cell| cell.preview.len());
        128 + cell(&self.key) + cell(&self.value)
    }
}

impl Cell {
    fn of(payload: &Payload) -> Self {
        match payload.text().filter(|text| is_readable(text)) {
            Some(text) => Self::of_text(text, payload),
            None => Self::of_bytes(payload),
        }
    }

    fn of_text(text: &str, payload: &Payload) -> Self {
        let end = text.char_indices().nth(PREVIEW_CHARS).map_or(text.len(), |(at, _)| at);
        let kind =
            if looks_like_json(text, payload.is_cut()) { CellKind::Json } else { CellKind::Text };
        Self {
            kind,
            preview: text[..end].to_owned(),
            size: payload.size_bytes,
            cut: end < payload.size_bytes,
        }
    }

    fn of_bytes(payload: &Payload) -> Self {
        let shown = &payload.bytes[..payload.bytes.len().min(PREVIEW_HEX_BYTES)];
        Self {
            kind: CellKind::Hex,
            preview: shown.iter().map(|byte| format!("{byte:02x}")).collect(),
            size: payload.size_bytes,
            cut: shown.len() < payload.size_bytes,
        }
    }
}

/// Text that is full of control characters is binary that happens to be UTF-8.
pub(super) fn is_readable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Objects and lists; a bare number or word is shown as text. What is cut can only look like it.
pub(super) fn looks_like_json(text: &str, cut: bool) -> bool {
    let trimmed = text.trim();
    let opens = trimmed.starts_with('{') || trimmed.starts_with('[');
    opens && (cut || serde_json::from_str::<serde::de::IgnoredAny>(trimmed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], kind: CellKind, preview: &str) {
        let cell = Cell::of(&Payload::whole(bytes));
        assert_eq!((cell.kind, cell.preview.as_str()), (kind, preview));
        assert!(!cell.cut);
    }

    #[test]
    fn kinds() {
        check(b"{\"a\":1}", CellKind::Json, "{\"a\":1}");
        check(b" [1]", CellKind::Json, " [1]");
        check(b"{broken", CellKind::Text, "{broken");
        check(b"17", CellKind::Text, "17");
        check("주문".as_bytes(), CellKind::Text, "주문");
        check(b"", CellKind::Text, "");
        check(&[0, 1, 255], CellKind::Hex, "0001ff");
        check(&[0, 1, 2], CellKind::Hex, "000102");
    }

    #[test]
    fn long_values_are_cut() {
        let cell = Cell::of(&Payload::whole("é".repeat(5_000)));
        assert_eq!(cell.preview.chars().count(), PREVIEW_CHARS);
        assert!(cell.cut);
        assert_eq!(cell.size, 10_000);
    }
}
