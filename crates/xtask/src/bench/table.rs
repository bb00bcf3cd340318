//! The figures of one run as a table: printed row by row, and kept for docs/RESULTS.md.

use anyhow::{Context as _, ensure};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The table that is being measured.
static TABLE: Mutex<Table> = Mutex::new(Table { text: String::new(), missing: Vec::new() });

struct Table {
    text: String,
    /// What could not be measured here, and why.
    missing: Vec<String>,
}

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the table of one command.
pub(crate) fn begin(name: &str, conditions: &str) {
    let head = format!(
        "### `cargo xtask bench {name}`\n\n{conditions}.\n\n| what | measured | limit | load |\n|---|---|---|---|\n"
    );
    print!("\n{head}");
    *table() = Table { text: head, missing: Vec::new() };
}

/// One row of the table, with the machine's load of the last minute at that moment.
pub(crate) fn row(what: &str, measured: &str, limit: &str) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?");
    let row = format!("| {what} | {measured} | {limit} | {load} |\n");
    print!("{row}");
    table().text.push_str(&row);
}

/// What cannot be measured here. The command fails by it, and docs/RESULTS.md keeps the table that it has: a row of it
/// must not go, or lose its figure, because of the machine that measured last.
pub(crate) fn missing(what: &str, why: &str) {
    println!("not measured: {what} ({why})");
    table().missing.push(format!("{what} ({why})"));
}

/// Fails where the table is not whole.
pub(crate) fn whole() -> anyhow::Result<()> {
    let missing = &table().missing;
    ensure!(missing.is_empty(), "not everything could be measured here: {}", missing.join("; "));
    Ok(())
}

/// Puts the table into docs/RESULTS.md, in the place of the last one of that name.
pub(crate) fn record(root: &Path, name: &str) -> anyhow::Result<()> {
    let path = root.join("docs").join("RESULTS.md");
    let text = fs::read_to_string(&path)?;
    fs::write(&path, replaced(&text, name, &table().text)?)?;
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
    fn a_table_that_lacks_a_figure_is_not_whole_and_the_next_one_is() {
        begin("load", "here");
        row("produce", "1 msg/s", "");
        whole().unwrap();
        missing("consume against kfake", "no Go");
        let said = whole().unwrap_err().to_string();
        assert!(said.contains("consume against kfake (no Go)"), "{said}");
        begin("app", "here");
        whole().unwrap();
    }

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
