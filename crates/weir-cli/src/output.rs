//! Tables for people, JSON for programs. A reader that goes away ends the command quietly.

use std::io::{self, Write};

use serde_json::Value;
use weir_api::texts::{Lang, with_josa};

use crate::args::Format;
use crate::headings::{self, heading};
use crate::plain::{plain, plain_lines};
use crate::trouble::Trouble;

/// A line for the person, beside the answer on standard output. Whose terminal is gone or whose disk is full reads none:
/// that is no reason to panic, as `eprintln!` would.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints rows either way: as a table, or as one JSON array of objects.
pub(crate) fn rows<T>(
    format: Format,
    items: &[T],
    headers: &[&str],
    cells: impl Fn(&T) -> Vec<String>,
    json: impl Fn(&T) -> Value,
) -> Result<(), Trouble> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Table => {
            let headers: Vec<_> = headers.iter().map(|name| heading(name)).collect();
            table(&mut out, &headers, &items.iter().map(cells).collect::<Vec<_>>())?;
        }
        Format::Json => {
            let all: Vec<_> = items.iter().map(json).collect();
            serde_json::to_writer_pretty(&mut out, &all).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

/// Prints one thing either way: names with values, or a JSON object.
pub(crate) fn one(format: Format, pairs: &[(&str, String)], json: &Value) -> Result<(), Trouble> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Table => {
            let longest = pairs.iter().map(|(name, _)| width(heading(name))).max().unwrap_or(0);
            for (name, value) in pairs {
                let name = heading(name);
                let indent = " ".repeat(longest - width(name));
                writeln!(out, "{name}{indent}  {}", plain(value))?;
            }
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, json).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

/// Prints a line for people, or several.
pub(crate) fn line(text: &str) -> Result<(), Trouble> {
    raw(&plain_lines(text))
}

/// Prints JSON in a line.
pub(crate) fn json_line(json: &Value) -> Result<(), Trouble> {
    raw(&json.to_string())
}

/// Prints text for programs, as it is.
pub(crate) fn raw(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints what was asked for in a line: for people, programs read JSON.
pub(crate) fn answer(format: Format, text: &str, json: &Value) -> Result<(), Trouble> {
    match format {
        Format::Table => line(&plain(text)),
        Format::Json => json_line(json),
    }
}

/// Prints a sentence about what was done, in the language of this run: for people only, programs read the exit code and
/// JSON.
pub(crate) fn done(format: Format, en: &str, ko: &str, json: &Value) -> Result<(), Trouble> {
    match headings::lang() {
        Lang::En => answer(format, en, json),
        Lang::Ko => answer(format, &with_josa(ko), json),
    }
}

pub(crate) fn flush() {
    // The other end may be gone: there is nobody left to tell.
    let _ = io::stdout().flush();
}

fn table(out: &mut impl Write, headers: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let mut widths: Vec<_> = headers.iter().map(|header| width(header)).collect();
    let plainly = |row: &Vec<String>| row.iter().map(|cell| plain(cell).into_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(plainly).collect();
    for row in &rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            *column = (*column).max(width(cell));
        }
    }
    let headers: Vec<_> = headers.iter().map(|header| (*header).to_owned()).collect();
    for row in std::iter::once(&headers).chain(&rows) {
        let mut text = String::new();
        for (at, (cell, column)) in row.iter().zip(&widths).enumerate() {
            text.push_str(cell);
            if at + 1 < row.len() {
                text.extend(std::iter::repeat_n(' ', column - width(cell) + 2));
            }
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Columns of a terminal: Hangul and other East Asian characters take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// `-` for what is not known.
pub(crate) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Numbers with commas between.
pub(crate) fn list<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// "1 message", "2 messages".
pub(crate) fn count(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How many partitions are not well: the worst of it.
pub(crate) fn health(offline: usize, under_replicated: usize) -> String {
    let (ok, under, off) = match headings::lang() {
        Lang::En => ("ok", "under-replicated", "offline"),
        Lang::Ko => ("정상", "복제 부족", "오프라인"),
    };
    match (offline, under_replicated) {
        (0, 0) => ok.to_owned(),
        (0, count) => format!("{count} {under}"),
        (offline, _) => format!("{offline} {off}"),
    }
}

/// Bytes for people: 1.5 MiB.
pub(crate) fn bytes(count: i64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_end_without_spaces() {
        let mut out = Vec::new();
        let rows = [vec!["a".into(), "1".into()], vec!["주문".into(), "22".into()]];
        table(&mut out, &["NAME", "N"], &rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "NAME  N\na     1\n주문  22\n");
    }

    #[test]
    fn a_name_neither_breaks_a_row_nor_reaches_the_terminal() {
        let mut out = Vec::new();
        table(&mut out, &["NAME", "N"], &[vec!["a\r\n\u{1b}[2J".into(), "1".into()]]).unwrap();
        let expected = "NAME                  N\na\\u{d}\\u{a}\\u{1b}[2J  1\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }
}
