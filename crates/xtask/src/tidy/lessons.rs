//! `docs/LESSONS.md`: every test that it names exists, so that a lesson cannot lose its test unnoticed.

use super::Findings;
use anyhow::Context as _;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/LESSONS.md";

pub(crate) fn check(root: &Path) -> anyhow::Result<Findings> {
    let page = std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("no {PAGE}"))?;
    let mut findings = without_test(&page);
    for (file, test) in named(&page) {
        let path = place(file);
        let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        if !is_in(&text, file, test) {
            findings.push(format!("{PAGE}: no test {test} in {}", path.display()));
        }
    }
    Ok(findings)
}

/// Rows of tables that name no test: a lesson that nothing holds.
fn without_test(page: &str) -> Findings {
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| lesson"));
    let bare = rows.filter(|line| named(line).next().is_none());
    bare.map(|line| format!("{PAGE}: nothing holds: {line}")).collect()
}

/// What stands in backquotes as `file::test`.
fn named(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.split_once("::"))
}

/// The file's place in the repository, from the page's short names.
fn place(file: &str) -> PathBuf {
    if file.ends_with(".scenarios") {
        return Path::new("crates/xtask/differential").join(file);
    }
    match file.split_once('/') {
        Some((name @ ("engine" | "wire"), rest)) => {
            Path::new("crates").join(format!("weir-{name}")).join(rest)
        }
        _ => PathBuf::from(file),
    }
}

fn is_in(text: &str, file: &str, test: &str) -> bool {
    if file.ends_with(".scenarios") {
        return text.lines().any(|line| {
            line.strip_prefix("== ").and_then(|l| l.split_whitespace().next()) == Some(test)
        });
    }
    text.contains(&format!("fn {test}("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_test_is_found() {
        let page = "| lesson | held by |\n|---|---|\n| a | `x.rs::y` |\n| b | later |\n";
        assert_eq!(without_test(page).len(), 1);
        assert_eq!(named(page).collect::<Vec<_>>(), [("x.rs", "y")]);
    }

    #[test]
    fn tests_and_scenarios_are_found_by_their_whole_name() {
        assert!(is_in("#[test]\nfn whole() {}", "a.rs", "whole"));
        assert!(!is_in("#[test]\nfn whole_name() {}", "a.rs", "whole"));
        assert!(is_in("== list * 1-3\n", "a.scenarios", "list"));
        assert!(!is_in("== list-none\n", "a.scenarios", "list"));
        assert_eq!(place("wire/a.rs"), Path::new("crates/weir-wire/a.rs"));
        assert_eq!(place("tests/a.rs"), Path::new("tests/a.rs"));
    }
}
