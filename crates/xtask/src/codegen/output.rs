//! Writing generated files, or comparing them with the committed ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::jars::workspace;

/// Generated text by path from the workspace's root.
#[derive(Default)]
pub(crate) struct Files {
    texts: BTreeMap<String, String>,
    /// Folders that hold generated files only: what is no longer generated is removed.
    folders: Vec<String>,
}

impl Files {
    pub(crate) fn add(&mut self, path: String, text: String) {
        self.texts.insert(path, text);
    }

    pub(crate) fn owns(&mut self, folder: String) {
        self.folders.push(folder);
    }
}

/// Formats the files, then writes them or, with `check`, fails where one differs.
pub(crate) fn deliver(files: Files, check: bool) -> Result<()> {
    let Files { mut texts, folders } = files;
    format(&mut texts)?;
    let stale = stale_files(&texts, &folders)?;
    if check {
        return compare(&texts, &stale);
    }
    for path in stale {
        fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    }
    for (path, text) in &texts {
        write_if_changed(&workspace().join(path), text)?;
    }
    println!("{} generated files are up to date", texts.len());
    Ok(())
}

fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn compare(texts: &BTreeMap<String, String>, stale: &[PathBuf]) -> Result<()> {
    let differs = |path: &&String| {
        let committed = fs::read_to_string(workspace().join(path));
        committed.map_or(true, |committed| committed != texts[*path])
    };
    let mut wrong: Vec<String> = texts.keys().filter(differs).cloned().collect();
    wrong.extend(stale.iter().map(|path| format!("{} (no longer generated)", path.display())));
    if wrong.is_empty() {
        println!("{} generated files equal what the generator writes", texts.len());
        return Ok(());
    }
    bail!("these files differ from what `cargo xtask codegen` writes:\n  {}", wrong.join("\n  "))
}

fn stale_files(texts: &BTreeMap<String, String>, folders: &[String]) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for folder in folders {
        let Ok(entries) = fs::read_dir(workspace().join(folder)) else { continue };
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            if !texts.contains_key(&path) {
                stale.push(workspace().join(path));
            }
        }
    }
    Ok(stale)
}

/// Runs rustfmt once over all Rust files, in a folder of their own.
fn format(texts: &mut BTreeMap<String, String>) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("weir-codegen-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = format_in(&folder, texts);
    fs::remove_dir_all(&folder)?;
    result
}

fn format_in(folder: &Path, texts: &mut BTreeMap<String, String>) -> Result<()> {
    // Flat names with modules declared nowhere: rustfmt must not follow `pub mod` lines.
    let rust: Vec<String> = texts.keys().filter(|p| p.ends_with(".rs")).cloned().collect();
    let place = |i: usize| folder.join(format!("f{i}.rs"));
    for (i, path) in rust.iter().enumerate() {
        fs::write(place(i), hide_modules(&texts[path]))?;
    }
    let files = (0..rust.len()).map(place);
    let config = workspace().join("rustfmt.toml");
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--config-path"]).arg(config).args(files);
    ensure!(command.status().context("running rustfmt")?.success(), "rustfmt failed");
    for (i, path) in rust.into_iter().enumerate() {
        let formatted = fs::read_to_string(place(i))?;
        texts.insert(path, show_modules(&formatted));
    }
    Ok(())
}

fn hide_modules(text: &str) -> String {
    text.replace("pub mod ", "// pub mod ")
}

fn show_modules(text: &str) -> String {
    text.replace("// pub mod ", "pub mod ")
}
