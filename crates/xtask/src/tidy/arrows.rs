//! Which of our crates may use which (docs/ARCHITECTURE.md), and which crate names each C library.

use super::Findings;
use super::workspace::{Dependency, Kind, Package};

/// Normal and build dependencies that are allowed among our crates: exactly these.
const ARROWS: &[(&str, &[&str])] = &[
    ("weir-wire", &[]),
    ("weir-domain", &[]),
    ("weir-control", &[]),
    ("weir-engine", &["weir-wire"]),
    ("weir-client", &["weir-domain", "weir-wire"]),
    ("weir-store", &["weir-domain"]),
    ("weir-core", &["weir-client", "weir-control", "weir-domain", "weir-store"]),
    ("weir-api", &["weir-core", "weir-domain"]),
    ("weir-cli", &["weir-api", "weir-core", "weir-domain"]),
    ("weir-desktop", &["weir-api", "weir-core", "weir-domain"]),
    ("weir-broker", &["weir-control", "weir-engine", "weir-wire"]),
    ("weir-testkit", &["weir-broker", "weir-wire"]),
];
/// May use anything; nothing depends on them.
const FREE: &[&str] = &["xtask", "weir-tests"];
/// The only one of ours that dev-dependencies add.
const DEV: &str = "weir-testkit";
/// Each C library is named, with all its features, by one crate.
const C_LIBRARIES: &[(&str, &str)] =
    &[("rdkafka", "weir-client"), ("rusqlite", "weir-store"), ("zstd", "weir-wire")];
/// Pure crates have no runtime.
const PURE: &[&str] = &["weir-wire", "weir-engine", "weir-domain"];
const RUNTIMES: &[&str] = &["tokio", "getrandom", "rand", "socket2", "rustix", "libc"];

pub(crate) fn check(packages: &[Package]) -> Findings {
    let ours: Vec<&Package> = packages.iter().filter(|package| package.ours).collect();
    let names: Vec<&str> = ours.iter().map(|package| package.name.as_str()).collect();
    ours.iter().flat_map(|package| check_package(package, &names)).collect()
}

fn check_package(package: &Package, ours: &[&str]) -> Findings {
    if FREE.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!("{}: a new crate needs its arrows in tidy/arrows.rs", package.name)];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| refuse(package, dependency, allowed, ours))
        .map(|why| format!("{}: {why}", package.name))
        .collect()
}

fn refuse(
    package: &Package,
    dependency: &Dependency,
    allowed: &[&str],
    ours: &[&str],
) -> Option<String> {
    let name = dependency.name.as_str();
    if ours.contains(&name) {
        // A crate's own tests may ask for a feature of it.
        let of_tests = name == DEV || name == package.name;
        let ok = allowed.contains(&name) || (dependency.kind == Kind::Dev && of_tests);
        return (!ok).then(|| format!("must not use {name}"));
    }
    if dependency.kind == Kind::Dev {
        return None;
    }
    if PURE.contains(&package.name.as_str()) && RUNTIMES.contains(&name) {
        return Some(format!("is pure and must not use {name}"));
    }
    if name.starts_with("tauri") && package.name != "weir-desktop" {
        return Some(format!("must not use {name}: Tauri stays in src-tauri"));
    }
    let (library, owner) = C_LIBRARIES.iter().find(|(library, _)| *library == name)?;
    (package.name != *owner).then(|| format!("must not name {library}: {owner} does"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependency: &str, kind: Kind) -> Package {
        Package {
            name: name.into(),
            version: "0.1.0".into(),
            licence: None,
            ours: true,
            dependencies: vec![Dependency { name: dependency.into(), kind }],
        }
    }

    fn found(name: &str, dependency: &str, kind: Kind) -> Findings {
        let other = Package { dependencies: vec![], ..package(dependency, "", Kind::Normal) };
        let ours = dependency.starts_with("weir");
        check_package(
            &package(name, dependency, kind),
            &if ours { vec![other.name.as_str()] } else { vec![] },
        )
    }

    #[test]
    fn a_forbidden_arrow_is_found_and_an_allowed_one_is_not() {
        assert_eq!(
            found("weir-wire", "weir-engine", Kind::Normal),
            ["weir-wire: must not use weir-engine"]
        );
        assert!(found("weir-engine", "weir-wire", Kind::Normal).is_empty());
        assert!(found("weir-client", "weir-testkit", Kind::Dev).is_empty());
        assert_eq!(found("weir-client", "weir-testkit", Kind::Build).len(), 1);
    }

    #[test]
    fn runtimes_tauri_and_second_owners_of_c_libraries_are_found() {
        assert_eq!(found("weir-engine", "tokio", Kind::Normal).len(), 1);
        assert_eq!(found("weir-core", "tauri", Kind::Normal).len(), 1);
        assert_eq!(found("weir-core", "rusqlite", Kind::Normal).len(), 1);
        assert!(found("weir-store", "rusqlite", Kind::Normal).is_empty());
    }
}
