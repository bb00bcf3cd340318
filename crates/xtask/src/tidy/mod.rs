//! `cargo xtask tidy`: the shape of the house, held by checks that fail with the file and the rule.

mod arrows;
mod files;
mod lessons;
mod licences;
mod manifest;
mod sources;
mod workspace;

use anyhow::{Context as _, bail};
use std::path::PathBuf;

/// What a check found: one line each, with the place in front.
type Findings = Vec<String>;

/// Runs every check; fails with all that was found.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = root()?;
    let files = files::tracked(&root)?;
    let workspace = workspace::read(&root)?;
    let checks: [(&str, Findings); 6] = [
        ("dependency table", manifest::check(&root)?),
        ("arrows between crates", arrows::check(&workspace)),
        ("sources", sources::check(&files)),
        ("file lengths", files::check_lengths(&files)),
        ("lessons", lessons::check(&root)?),
        ("licences", licences::check(&root, &workspace)?),
    ];
    let mut found = 0;
    for (name, findings) in &checks {
        println!("tidy: {name}: {}", if findings.is_empty() { "ok" } else { "NOT ok" });
        for finding in findings {
            println!("  {finding}");
        }
        found += findings.len();
    }
    if found > 0 {
        bail!("{found} findings");
    }
    Ok(())
}

/// The root of the repository.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("xtask lies two folders below the root")?;
    Ok(root.to_path_buf())
}
