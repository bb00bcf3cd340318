//! Licences of everything that is shipped. Advisories need a database that is not in the lock file:
//! `cargo deny check advisories`, where there is internet.

use super::Findings;
use super::workspace::Package;
use anyhow::Context as _;
use serde_json::Value;
use std::path::Path;

/// Licences that may be shipped with Weir.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "MPL-2.0+",
    "OFL-1.1",
    "OpenSSL",
    "Python-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

pub(crate) fn check(root: &Path, packages: &[Package]) -> anyhow::Result<Findings> {
    let mut findings: Findings = packages.iter().filter_map(refuse).collect();
    let lock = root.join("ui/package-lock.json");
    if lock.exists() {
        findings.extend(npm(&lock)?);
    }
    Ok(findings)
}

fn refuse(package: &Package) -> Option<String> {
    let name = format!("{} {}", package.name, package.version);
    match &package.licence {
        None => Some(format!("{name}: names no licence")),
        Some(licence) if !allowed(licence) => Some(format!("{name}: {licence}")),
        Some(_) => None,
    }
}

/// Whether an SPDX expression can be met: every part of an AND, one of an OR.
fn allowed(expression: &str) -> bool {
    let flat = expression.replace('/', " OR ").replace(['(', ')'], " ");
    flat.split(" AND ").all(|all| all.split(" OR ").any(|one| ALLOWED.contains(&one.trim())))
}

fn npm(lock: &Path) -> anyhow::Result<Findings> {
    let lock: Value =
        serde_json::from_slice(&std::fs::read(lock)?).context("ui/package-lock.json")?;
    let packages = lock["packages"].as_object().context("package-lock.json lists packages")?;
    let shipped = packages.iter().filter(|(path, value)| !path.is_empty() && value["dev"] != true);
    Ok(shipped
        .filter_map(|(path, value)| {
            let licence = value["license"].as_str().unwrap_or("no licence");
            (!allowed(licence)).then(|| format!("ui/{path}: {licence}"))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        assert!(allowed("MIT OR GPL-3.0"));
        assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(allowed("MIT/Apache-2.0"));
        assert!(!allowed("GPL-3.0"));
        assert!(!allowed("MIT AND GPL-3.0"));
    }
}
