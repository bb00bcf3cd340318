//! Tables for people, JSON for programs. A reader that goes away ends the command quietly.

use std::io::{self, Write};

use serde_json::Value;

use crate::args::Format;
use crate::headings::heading;
use crate::trouble::Trouble;

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
                writeln!(out, "{name}{}  {value}", " ".repeat(longest - width(name)))?;
            }
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, json).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

/// Prints one line.
pub(crate) fn line(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints a sentence about what was done: for people only, programs read the exit code and JSON.
pub(crate) fn done(format: Format, text: &str, json: &Value) -> Result<(), Trouble> {
    match format {
        Format::Table => line(text),
        Format::Json => line(&json.to_string()),
    }
}

pub(crate) fn flush() {
    // The other end may be gone: there is nobody left to tell.
    let _ = io::stdout().flush();
}

fn table(out: &mut impl Write, headers: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let mut widths: Vec<_> = headers.iter().map(|header| width(header)).collect();
    for row in rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            *column = (*column).max(width(cell));
        }
    }
    let headers: Vec<_> = headers.iter().map(|header| (*header).to_owned()).collect();
    for row in std::iter::once(&headers).chain(rows) {
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
    fn sizes() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }
}
