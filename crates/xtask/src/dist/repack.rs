//! What Tauri's bundler leaves out of a Debian package: the papers of everybody whose work is in it, and a compression
//! that halves it.

use anyhow::{Context as _, ensure};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::{call, output};

/// Debian's place for papers.
const PAPERS: &str = "usr/share/doc/weir";
/// Of them, each where it lies in the package.
pub(super) const FILES: [&str; 2] =
    ["usr/share/doc/weir/copyright", "usr/share/doc/weir/THIRD-PARTY.txt.gz"];

/// Packs the package anew, in its place.
pub(super) fn repack(root: &Path, deb: &Path) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("weir-deb").tempdir()?;
    let tree = folder.path().join("tree");
    call(Command::new("dpkg-deb").arg("--raw-extract").arg(deb).arg(&tree))?;
    papers(root, &tree)?;
    told(&tree)?;
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "-Zxz", "-z9", "-Sextreme", "--build"]);
    call(pack.arg(&tree).arg(deb))
}

/// Licence and notice in the file that Debian wants as it is, the licences of others compressed beside it.
fn papers(root: &Path, tree: &Path) -> anyhow::Result<()> {
    let folder = tree.join(PAPERS);
    fs::create_dir_all(&folder)?;
    let read = |name: &str| fs::read_to_string(root.join(name)).with_context(|| name.to_owned());
    let others =
        "The licences of what others wrote of it are in THIRD-PARTY.txt.gz beside this file.";
    let copyright = format!("{}\n{others}\n\n{}", read("NOTICE")?, read("LICENSE")?);
    fs::write(folder.join("copyright"), copyright)?;
    fs::copy(root.join("THIRD-PARTY.txt"), folder.join("THIRD-PARTY.txt"))?;
    call(Command::new("gzip").args(["-9", "--no-name"]).arg(folder.join("THIRD-PARTY.txt")))?;
    for name in FILES {
        fs::set_permissions(tree.join(name), fs::Permissions::from_mode(0o644))?;
    }
    for path in ["usr/share/doc", PAPERS] {
        fs::set_permissions(tree.join(path), fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The package tells the sums of its files and how much they are together: both have changed.
fn told(tree: &Path) -> anyhow::Result<()> {
    let sums = "find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums";
    call(Command::new("sh").args(["-ec", sums]).current_dir(tree))?;
    let size =
        output(Command::new("du").args(["-sk", "--apparent-size", "usr"]).current_dir(tree))?;
    let size = size.split_whitespace().next().context("du says a size")?.to_owned();
    let path = tree.join("DEBIAN/control");
    let control = fs::read_to_string(&path)?;
    let line = |line: &str| match line.starts_with("Installed-Size:") {
        true => format!("Installed-Size: {size}\n"),
        false => format!("{line}\n"),
    };
    let told: String = control.lines().map(line).collect();
    ensure!(told.contains("Installed-Size:"), "the package tells no size: {control}");
    Ok(fs::write(&path, told)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package as the bundler makes it, of one program.
    #[test]
    fn a_package_gets_its_papers_and_its_sums_are_told_anew() {
        let root = tempfile::tempdir().unwrap();
        for name in ["NOTICE", "LICENSE", "THIRD-PARTY.txt"] {
            fs::write(root.path().join(name), format!("the text of {name}\n")).unwrap();
        }
        let tree = root.path().join("made");
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        fs::create_dir_all(tree.join("usr/bin")).unwrap();
        fs::write(tree.join("usr/bin/weir"), vec![b'x'; 100_000]).unwrap();
        fs::write(tree.join("DEBIAN/md5sums"), "stale  usr/bin/weir\n").unwrap();
        let control = "Package: weir\nVersion: 1\nArchitecture: amd64\nMaintainer: us\n\
                       Installed-Size: 1\nDescription: a test\n";
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        let deb = root.path().join("weir.deb");
        call(Command::new("dpkg-deb").args(["-Zgzip", "--build"]).arg(&tree).arg(&deb)).unwrap();

        repack(root.path(), &deb).unwrap();
        let members = output(Command::new("ar").arg("t").arg(&deb)).unwrap();
        assert!(members.contains("data.tar.xz"), "{members}");
        let out = root.path().join("out");
        call(Command::new("dpkg-deb").arg("-R").arg(&deb).arg(&out)).unwrap();
        let copyright = fs::read_to_string(out.join(FILES[0])).unwrap();
        assert!(copyright.contains("of NOTICE") && copyright.contains("of LICENSE"), "{copyright}");
        let others = output(Command::new("gzip").arg("-dc").arg(out.join(FILES[1]))).unwrap();
        assert_eq!(others, "the text of THIRD-PARTY.txt\n");
        let sums =
            Command::new("md5sum").args(["--check", "DEBIAN/md5sums"]).current_dir(&out).output();
        let sums = sums.unwrap();
        assert!(sums.status.success(), "{sums:?}");
        assert_eq!(String::from_utf8_lossy(&sums.stdout).lines().count(), 3);
        let control = fs::read_to_string(out.join("DEBIAN/control")).unwrap();
        let size = control.lines().find_map(|line| line.strip_prefix("Installed-Size: ")).unwrap();
        assert!(size.parse::<u32>().unwrap() > 90, "{control}");
    }
}
