//! `scripts/setup.sh`, which `./run` and `./test` begin with, on machines that lack something: programs of the machine
//! are played by scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::ensure;
use tempfile::TempDir;
use weir_tests::programs;

/// A clone with the script alone, on a machine whose programs say what the test has them say.
struct Machine(TempDir);

impl Machine {
    fn new(played: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        for name in ["scripts", "bin"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/setup.sh");
        fs::copy(script, folder.path().join("scripts/setup.sh"))?;
        for (name, body) in played {
            let path = folder.path().join("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\n{body}\n"))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self(folder))
    }

    /// Exit code and all that is said by lines that follow the script.
    fn run(&self, lines: &str, ci: &str) -> anyhow::Result<(Option<i32>, String)> {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("set -euo pipefail; . scripts/setup.sh; {lines}")]);
        bash.current_dir(self.0.path()).env("CI", ci).env("HOME", self.0.path());
        bash.env("PATH", format!("{}:{path}", self.0.path().join("bin").display()));
        bash.env("WEIR_NOT_CHECKED", self.0.path().join("not-checked"));
        let output = programs::output(&mut bash)?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }
}

const SKIPS: &str = "not_checked 'kafkajs (no npm)' >/dev/null; not_checked 'kafkajs (no npm)' >/dev/null; \
     not_checked_summary; echo all tests passed";

#[test]
fn what_was_not_checked_stands_once_before_the_last_line() -> anyhow::Result<()> {
    let (code, said) = Machine::new(&[])?.run(SKIPS, "")?;
    ensure!(code == Some(0) && said.matches("not checked: kafkajs").count() == 1, "{said}");
    ensure!(said.ends_with("not checked: kafkajs (no npm)\nall tests passed\n"), "{said}");
    Ok(())
}

#[test]
fn where_everything_has_to_be_checked_a_skip_fails_the_run() -> anyhow::Result<()> {
    let machine = Machine::new(&[])?;
    let (code, said) = machine.run(SKIPS, "1")?;
    ensure!(code == Some(1) && said.contains("CI is set"), "{code:?}: {said}");
    ensure!(said.contains("kafkajs") && !said.contains("passed"), "{said}");
    fs::write(machine.0.path().join("not-checked"), "")?;
    let (code, said) = machine.run("not_checked_summary; echo passed", "1")?;
    ensure!(code == Some(0) && said == "passed\n", "{code:?}: {said}");
    Ok(())
}

/// As Debian's, whose package for environments is missing: it leaves the folder behind.
const PYTHON: &str =
    "[ \"$2\" = venv ] && mkdir -p \"$3/bin\" && echo 'ensurepip is not available'; exit 1";

#[test]
fn a_python_that_makes_no_environment_is_said_and_leaves_none() -> anyhow::Result<()> {
    let machine = Machine::new(&[("python3", PYTHON), ("dpkg-query", "printf installed")])?;
    let (code, said) = machine.run("make_python .cache/python; echo went on", "")?;
    ensure!(code == Some(1) && said.contains("python3-venv"), "{code:?}: {said}");
    ensure!(!said.contains("went on") && !said.contains("PyPI"), "{said}");
    ensure!(!machine.0.path().join(".cache/python").exists(), "half-made");
    Ok(())
}

#[test]
fn a_python_that_an_earlier_run_left_half_made_is_made_anew() -> anyhow::Result<()> {
    let whole = "[ \"$1\" = -c ] && exit 0; mkdir -p \"$3/bin\"; printf '#!/bin/sh\\n' >\"$3/bin/python\"; \
         chmod +x \"$3/bin/python\"";
    let machine = Machine::new(&[("python3", whole)])?;
    let stale = machine.0.path().join(".cache/python/bin/stale");
    fs::create_dir_all(&stale)?;
    let (code, said) = machine.run("make_python .cache/python; .cache/python/bin/python", "")?;
    ensure!(code == Some(0) && !stale.exists(), "{code:?}: {said}");
    Ok(())
}

#[test]
fn a_toolchain_without_lints_is_said_before_anything_is_built() -> anyhow::Result<()> {
    let machine = Machine::new(&[("cargo", "[ \"$1\" = fmt ]"), ("rustup", "exit 1")])?;
    let (code, said) = machine.run("need_rust_lints", "")?;
    ensure!(code == Some(1) && said.contains("rustup component add clippy"), "{code:?}: {said}");
    let machine = Machine::new(&[("cargo", "exit 0"), ("rustup", "exit 1")])?;
    let (code, said) = machine.run("need_rust_lints", "")?;
    ensure!(code == Some(0) && said.is_empty(), "{code:?}: {said}");
    Ok(())
}

#[test]
fn a_package_is_taken_by_the_name_that_apt_knows() -> anyhow::Result<()> {
    let ubuntu = "[ \"$2\" = chromium-chromedriver ] && echo '  Candidate: 1:85' || echo '  Candidate: (none)'";
    let apt = [("dpkg-query", "exit 1"), ("apt-cache", ubuntu), ("apt-get", ""), ("sudo", "")];
    let (code, said) =
        Machine::new(&apt)?.run("known_package chromium-driver chromium-chromedriver", "")?;
    ensure!(code == Some(0) && said == "chromium-chromedriver\n", "{code:?}: {said}");
    Ok(())
}
