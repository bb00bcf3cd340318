//! `cargo xtask dist`: the Debian package with all three programs and everybody's licences, and the checks that it is
//! whole.

mod repack;

use anyhow::{Context as _, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs that travel beside the window.
const SIDECARS: [&str; 2] = ["weir-broker", "weir"];
const PROGRAMS: [&str; 3] = ["weir-desktop", "weir-broker", "weir"];
/// What the build scripts write when the UI was not built (scripts/ui_page.rs).
const PLACEHOLDER: &str = "weir-ui-placeholder";
/// Bytes; the limit that docs/RESULTS.md names.
const SIZE_MAX: u64 = 30_000_000;
/// Libraries that the programs load and the Debian package that brings each; `src-tauri/tauri.conf.json` names the
/// packages. GTK brings the rest (glib, cairo, gdk-pixbuf), WebKitGTK its JavaScript engine and soup.
const LIBRARIES: [(&str, &str); 18] = [
    ("ld-linux-x86-64.so.2", "libc6"),
    ("libc.so.6", "libc6"),
    ("libm.so.6", "libc6"),
    ("libgcc_s.so.1", "libgcc-s1"),
    ("libz.so.1", "zlib1g"),
    ("libsasl2.so.2", "libsasl2-2"),
    ("libssl.so.3", "libssl3"),
    ("libcrypto.so.3", "libssl3"),
    ("libgtk-3.so.0", "libgtk-3-0"),
    ("libgdk-3.so.0", "libgtk-3-0"),
    ("libgdk_pixbuf-2.0.so.0", "libgtk-3-0"),
    ("libcairo.so.2", "libgtk-3-0"),
    ("libgobject-2.0.so.0", "libgtk-3-0"),
    ("libglib-2.0.so.0", "libgtk-3-0"),
    ("libgio-2.0.so.0", "libgtk-3-0"),
    ("libwebkit2gtk-4.1.so.0", "libwebkit2gtk-4.1-0"),
    ("libjavascriptcoregtk-4.1.so.0", "libwebkit2gtk-4.1-0"),
    ("libsoup-3.0.so.0", "libwebkit2gtk-4.1-0"),
];
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// Builds the release programs and packages them; prints where the package is and its size.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    call(Command::new("npm").args(["run", "--silent", "build"]).current_dir(root.join("ui")))?;
    let page = std::fs::read_to_string(root.join("ui/dist/index.html"))?;
    ensure!(!page.contains(PLACEHOLDER), "ui/dist holds the placeholder page: run npm ci in ui/");
    call(
        Command::new("cargo")
            .args(["build", "--release", "--workspace", "--bins"])
            .current_dir(root),
    )?;
    let target = target(root)?;
    place_sidecars(root, &target)?;
    let config = "src-tauri/tauri.bundle.conf.json";
    call(
        Command::new("npx")
            .args(["--yes", TAURI_CLI, "bundle", "--bundles", "deb", "--config", config])
            .current_dir(root),
    )?;
    let deb = newest_deb(&target)?;
    repack::repack(root, &deb)?;
    check_libraries(&deb, &target)?;
    check_starts(&deb)?;
    check(&deb)
}

/// A cluster is made, used and deleted with the programs that lie in the package.
fn check_starts(deb: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    call(Command::new("dpkg-deb").arg("-x").arg(deb).arg(folder.path()))?;
    let weir = |arguments: &[&str]| {
        let mut command = Command::new(folder.path().join("usr/bin/weir"));
        command.args(arguments).env("WEIR_HOME", folder.path().join("home"));
        output(&mut command)
    };
    weir(&["up", "--detach", "--brokers", "3", "--topic", "orders:3"])?;
    let topics = weir(&["topic", "list"]);
    weir(&["cluster", "delete", "local", "--yes"])?;
    ensure!(topics?.contains("orders"), "the package's own broker has no topic orders");
    let window = folder.path().join("usr/bin/weir-desktop");
    let version = output(Command::new(window).arg("--version"))?;
    ensure!(version.contains(env!("CARGO_PKG_VERSION")), "weir-desktop is {version}");
    Ok(())
}

fn call(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn target(root: &Path) -> anyhow::Result<PathBuf> {
    let set = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(root.join(set.unwrap_or_else(|| "target".into())).join("release"))
}

/// Tauri's bundler wants each further program under its target triple.
fn place_sidecars(root: &Path, target: &Path) -> anyhow::Result<()> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let triple = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc names its host")?;
    let folder = root.join("src-tauri/binaries");
    std::fs::create_dir_all(&folder)?;
    for name in SIDECARS {
        std::fs::copy(target.join(name), folder.join(format!("{name}-{triple}")))
            .with_context(|| format!("{name} was not built"))?;
    }
    Ok(())
}

fn newest_deb(target: &Path) -> anyhow::Result<PathBuf> {
    let folder = target.join("bundle/deb");
    let mut found: Vec<_> = std::fs::read_dir(&folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect();
    found.sort_by_key(|path| path.metadata().and_then(|data| data.modified()).ok());
    found.pop().with_context(|| format!("no package in {}", folder.display()))
}

/// A library that no package of `Depends` brings is found here, not by the person who installs.
fn check_libraries(deb: &Path, target: &Path) -> anyhow::Result<()> {
    let depends = output(Command::new("dpkg-deb").arg("-f").arg(deb).arg("Depends"))?;
    for program in PROGRAMS {
        let headers = output(Command::new("objdump").arg("-p").arg(target.join(program)))?;
        for library in headers.lines().filter_map(|line| line.trim().strip_prefix("NEEDED")) {
            let library = library.trim();
            let (_, package) =
                LIBRARIES.iter().find(|(name, _)| *name == library).with_context(|| {
                    format!(
                        "{program} needs {library}: name its package in dist.rs and tauri.conf.json"
                    )
                })?;
            ensure!(
                depends.trim().split(", ").any(|named| named == *package),
                "{program} needs {library}: add {package} to \"depends\" in tauri.conf.json"
            );
        }
    }
    Ok(())
}

/// Whether a listing of `dpkg-deb -c` names the path: some bundlers write `./` before each, some do not.
fn holds(listing: &str, path: &str) -> bool {
    let named = |line: &str| {
        line.split_whitespace().last().map(|path| path.trim_start_matches("./").to_owned())
    };
    listing.lines().filter_map(named).any(|each| each == path)
}

fn check(deb: &Path) -> anyhow::Result<()> {
    let listing = output(Command::new("dpkg-deb").arg("-c").arg(deb))?;
    for name in PROGRAMS {
        if !holds(&listing, &format!("usr/bin/{name}")) {
            bail!("{} does not contain /usr/bin/{name}", deb.display());
        }
    }
    for path in repack::FILES {
        ensure!(holds(&listing, path), "{} does not contain /{path}", deb.display());
    }
    let size = deb.metadata()?.len();
    ensure!(size <= SIZE_MAX, "{} has {size} bytes, at most {SIZE_MAX}", deb.display());
    println!("{} ({size} bytes): {}", deb.display(), PROGRAMS.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_program_is_found_however_its_path_is_written() {
        let listing = "-rwxr-xr-x 0/0 26446984 2026-11-26 17:53 usr/bin/weir\n\
                       -rwxr-xr-x 0/0 10862400 2026-11-26 17:53 ./usr/bin/weir-broker\n";
        assert!(holds(listing, "usr/bin/weir") && holds(listing, "usr/bin/weir-broker"));
        assert!(!holds(listing, "usr/bin/weir-desktop") && !holds(listing, "bin/weir"));
    }
}
