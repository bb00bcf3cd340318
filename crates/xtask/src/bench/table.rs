//! The figures of one run as a table: printed row by row, and kept for docs/RESULTS.md.

use anyhow::Context as _;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The table that is being measured.
static TABLE: Mutex<String> = Mutex::new(String::new());

/// Starts the table of one command.
pub(crate) fn begin(name: &str, conditions: &str) {
    let head = format!(
        "### `cargo xtask bench {name}`\n\n{conditions}.\n\n| what | measured | limit | load |\n|---|---|---|---|\n"
    );
    print!("\n{head}");
    *TABLE.lock().unwrap_or_else(PoisonError::into_inner) = head;
}

/// One row of the table, with the machine's load of the last minute at that moment.
pub(crate) fn row(what: &str, measured: &str, limit: &str) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?");
    let row = format!("| {what} | {measured} | {limit} | {load} |\n");
    print!("{row}");
    TABLE.lock().unwrap_or_else(PoisonError::into_inner).push_str(&row);
}

/// Puts the table into docs/RESULTS.md, in the place of the last one of that name.
pub(crate) fn record(root: &Path, name: &str) -> anyhow::Result<()> {
    let path = root.join("docs").join("RESULTS.md");
    let text = fs::read_to_string(&path)?;
    let table = TABLE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    fs::write(&path, replaced(&text, name, &table)?)?;
    Ok(())
}

const END: &str = "<!-- end of bench -->";

/// `text` with the table of this name replaced, or added behind the last one.
fn replaced(text: &str, name: &str, table: &str) -> anyhow::Result<String> {
    let begin = format!("<!-- bench {name} -->\n");
    let block = format!("{begin}{table}{END}\n");
    if let Some((before, rest)) = text.split_once(&begin) {
        let (_, after) = rest.split_once(END).context("a table in docs/RESULTS.md has no end")?;
        return Ok(format!("{before}{block}{}", after.strip_prefix("\n").unwrap_or(after)));
    }
    match text.rfind(END).map(|at| text.split_at(at + END.len())) {
        Some((before, after)) => {
            Ok(format!("{before}\n\n{block}{}", after.strip_prefix('\n').unwrap_or(after)))
        }
        None => Ok(format!("{text}\n{block}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one_of_its_name_or_comes_behind_the_others() {
        let text =
            format!("a\n<!-- bench one -->\nold\n{END}\n\n<!-- bench two -->\n2\n{END}\n\nz\n");
        let one = replaced(&text, "one", "new\n").unwrap();
        assert_eq!(one, text.replace("old", "new"));
        let three = replaced(&text, "three", "3\n").unwrap();
        assert!(
            three.contains(&format!("2\n{END}\n\n<!-- bench three -->\n3\n{END}\n\nz\n")),
            "{three}"
        );
        let first = replaced("nothing yet\n", "one", "new\n").unwrap();
        assert_eq!(first, format!("nothing yet\n\n<!-- bench one -->\nnew\n{END}\n"));
        assert!(replaced("<!-- bench one -->\n", "one", "new").is_err());
    }
}
