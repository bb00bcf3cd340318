//! Text of others on a terminal: names of groups, members and clients may hold anything, and a terminal obeys some of
//! it. What it would obey, or what would make a line look like another, is written as Rust escapes it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line: line breaks and tabs are escaped as well.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Text of several lines, with tabs.
pub(crate) fn plain_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// A record's bytes: what is no text is shown as it cannot be read.
pub(crate) fn plain_bytes(bytes: &[u8]) -> String {
    plain_lines(&String::from_utf8_lossy(bytes)).into_owned()
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let obeyed = |c: char| is_obeyed(c) && !stays(c);
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if obeyed(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c)); // a String takes everything
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Controls (C0, DEL, C1), line and paragraph separators, and what turns the direction of text.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(plain("g\u{1b}[31mE\r\nN"), "g\\u{1b}[31mE\\u{d}\\u{a}N");
        assert_eq!(
            plain("a\u{9b}b\u{202e}c\u{2066}d\u{7f}"),
            "a\\u{9b}b\\u{202e}c\\u{2066}d\\u{7f}"
        );
        assert_eq!(plain("주문 orders-1 é 👩‍💻"), "주문 orders-1 é 👩‍💻");
        assert_eq!(plain_lines("a\n\tb\u{1b}"), "a\n\tb\\u{1b}");
        assert_eq!(plain_bytes(b"\x1b]0;x\x07\xff\n"), "\\u{1b}]0;x\\u{7}\u{fffd}\n");
    }
}
