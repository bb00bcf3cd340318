//! The root manifest: each member with its purpose, each dependency with its reason.

use super::Findings;
use anyhow::Context as _;
use std::path::Path;

pub(crate) fn check(root: &Path) -> anyhow::Result<Findings> {
    let text = std::fs::read_to_string(root.join("Cargo.toml")).context("no root Cargo.toml")?;
    Ok(without_reason(&text))
}

fn without_reason(text: &str) -> Findings {
    let mut section = "";
    let mut findings = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') && !line.starts_with(' ') {
            section = trimmed;
        }
        let member = section == "[workspace]" && trimmed.starts_with('"');
        let dependency = section == "[workspace.dependencies]"
            && trimmed.contains(" = ")
            && !trimmed.starts_with('#')
            && !trimmed.starts_with("weir-");
        if (member || dependency) && !trimmed.contains(" # ") {
            findings.push(format!("Cargo.toml: no purpose or reason behind: {trimmed}"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_its_reason_is_found() {
        let text = "[workspace]\nmembers = [\n    \"a\", # does a\n    \"b\",\n]\n[workspace.dependencies]\nx = \"1\" # why\ny = \"1\"\n";
        assert_eq!(without_reason(text).len(), 2);
    }
}
