//! What must not stand in sources: impure calls in pure crates, serde outside the edges, one UI feature
//! in another, marks of unfinished work, names of somebody's machine.

use super::Findings;
use super::files::File;

/// A rule: in files whose path starts with one of `within` and with none of `except`, `needle` is a finding.
struct Rule {
    within: &'static [&'static str],
    except: &'static [&'static str],
    needle: &'static str,
    why: &'static str,
}

const PURE: &[&str] =
    &["crates/weir-wire/src/", "crates/weir-engine/src/", "crates/weir-domain/src/"];
const RUST: &[&str] = &["crates/", "broker-sidecar/", "src-tauri/", "tests/"];
/// This file names what it looks for.
const SELF: &[&str] = &["crates/xtask/src/tidy/"];
const SERDE_EDGES: &[&str] = &[
    "crates/weir-api/",
    "crates/weir-control/",
    "crates/weir-store/",
    "crates/weir-cli/",
    "crates/xtask/",
    "src-tauri/",
    "tests/",
    // The line that says that the engine is ready.
    "broker-sidecar/src/run/ready.rs",
];

const RULES: &[Rule] = &[
    Rule { within: PURE, except: &[], needle: "std::fs", why: "a pure crate has no file system" },
    Rule { within: PURE, except: &[], needle: "std::net::Tcp", why: "a pure crate has no network" },
    Rule { within: PURE, except: &[], needle: "SystemTime::now", why: "a pure crate has no clock" },
    Rule { within: PURE, except: &[], needle: "Instant::now", why: "a pure crate has no clock" },
    Rule {
        within: &["crates/", "broker-sidecar/"],
        except: SERDE_EDGES,
        needle: "derive(Serialize",
        why: "only weir-api, weir-control and weir-store's rows serialize",
    },
    Rule {
        within: &["crates/", "broker-sidecar/"],
        except: SERDE_EDGES,
        needle: ", Serialize",
        why: "only weir-api, weir-control and weir-store's rows serialize",
    },
    Rule { within: RUST, except: SELF, needle: "#[ignore", why: "a test runs or does not exist" },
    Rule { within: RUST, except: SELF, needle: "todo!(", why: "finish it or leave it out" },
    Rule {
        within: RUST,
        except: SELF,
        needle: "unimplemented!(",
        why: "finish it or leave it out",
    },
    Rule {
        within: &["ui/src/"],
        except: &[],
        needle: "it.skip(",
        why: "a test runs or does not exist",
    },
    Rule {
        within: &["ui/src/"],
        except: &[],
        needle: "coming soon",
        why: "no entry without its page",
    },
    Rule {
        within: &["ui/src/"],
        except: &["ui/src/platform/"],
        needle: "@tauri-apps/",
        why: "Tauri is reached through ui/src/platform only",
    },
    Rule {
        within: &["ui/src/"],
        except: &["ui/src/platform/"],
        needle: "__TAURI_INTERNALS__",
        why: "Tauri is reached through ui/src/platform only",
    },
];

pub(crate) fn check(files: &[File]) -> Findings {
    let mut findings: Findings = files.iter().flat_map(broken_rules).collect();
    findings.extend(files.iter().flat_map(foreign_features));
    findings.extend(files.iter().flat_map(machine_names));
    findings
}

fn broken_rules(file: &File) -> Findings {
    RULES
        .iter()
        .filter(|rule| applies(rule, &file.path) && file.text.contains(rule.needle))
        .map(|rule| format!("{}: `{}`: {}", file.path, rule.needle, rule.why))
        .collect()
}

fn applies(rule: &Rule, path: &str) -> bool {
    let starts = |prefix: &&str| path.starts_with(*prefix);
    (path.ends_with(".rs") || path.starts_with("ui/"))
        && rule.within.iter().any(starts)
        && !rule.except.iter().any(starts)
}

const FEATURES: &str = "ui/src/features/";

/// `ui/src/features/a/...` must not import from `ui/src/features/b/`.
fn foreign_features(file: &File) -> Findings {
    let Some(own) = feature(&file.path) else { return Vec::new() };
    let imports =
        file.text.lines().filter(|line| line.contains(" from \"") || line.contains("import("));
    imports
        .filter_map(|line| Some((line, resolve(&file.path, line)?)))
        .filter(|(_, path)| feature(path).is_some_and(|other| other != own))
        .map(|(line, _)| format!("{}: a feature imports another: {}", file.path, line.trim()))
        .collect()
}

/// The feature that a path lies in; a file directly in the features' folder is in none.
fn feature(path: &str) -> Option<&str> {
    Some(path.strip_prefix(FEATURES)?.split_once('/')?.0)
}

/// The path that an import line names, from the root; `None` for a package.
fn resolve(from: &str, line: &str) -> Option<String> {
    let named = line.split('"').find(|part| part.starts_with('.') || part.starts_with("~/"))?;
    if let Some(rest) = named.strip_prefix("~/") {
        return Some(format!("ui/src/{rest}"));
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in named.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Paths of somebody's machine and hosts of registries do not belong into a project.
fn machine_names(file: &File) -> Findings {
    let names = ["/wo", "rk/"].concat();
    let hosts = [["registry.npm", "js.org"].concat(), ["index.crates", ".io"].concat()];
    let mut found = Vec::new();
    if file.text.contains(&format!("{names}wt/")) || file.text.contains(&format!("{names}main")) {
        found.push(format!("{}: a path of somebody's machine", file.path));
    }
    if hosts.iter().any(|host| file.text.contains(host)) {
        found.push(format!("{}: a registry's host", file.path));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn impure_calls_are_found_in_pure_crates_only() {
        assert_eq!(check(&[file("crates/weir-engine/src/a.rs", "use std::fs;")]).len(), 1);
        assert!(check(&[file("broker-sidecar/src/a.rs", "use std::fs;")]).is_empty());
    }

    #[test]
    fn one_feature_in_another_is_found() {
        for foreign in ["../groups/api", "~/features/groups/api"] {
            let line = format!("import {{ x }} from \"{foreign}\";");
            assert_eq!(
                check(&[file("ui/src/features/topics/List.tsx", &line)]).len(),
                1,
                "{foreign}"
            );
        }
        let shared = "import { x } from \"~/shared/format\";\nimport y from \"./row\";";
        let nested = file("ui/src/features/topics/a/View.tsx", "import y from \"../b/Row\";");
        assert!(check(&[nested]).is_empty(), "the same feature's other folder is no other feature");
        assert!(check(&[file("ui/src/features/topics/List.tsx", shared)]).is_empty());
    }
}
