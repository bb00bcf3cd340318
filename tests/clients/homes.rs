//! The data folder that a command is pointed at: whose it is, and what is made in it.

use anyhow::ensure;
use std::path::Path;
use weir_tests::home::Home;
use weir_tests::programs;

fn run(home: &Home, variable: &str, args: &[&str]) -> anyhow::Result<(i32, String)> {
    let mut command = home.weir(args)?;
    // A home of its own for what would be the platform's data folder.
    command.env("WEIR_HOME", variable).env("XDG_DATA_HOME", home.path().join("data"));
    let output = programs::output(&mut command)?;
    let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok((output.status.code().unwrap_or(-1), error))
}

fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?.flatten();
    Ok(entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

#[test]
fn looking_makes_nothing_and_making_spares_other_programs_folders() -> anyhow::Result<()> {
    let home = Home::new()?;
    let folder = home.path().join("thesis");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("chapter.odt"), "x")?;
    let there = folder.display().to_string();
    for args in [
        &["cluster", "list", "--home", &there][..],
        &["topic", "list", "--home", &there],
        &["group", "list", "--home", &there],
        &["cluster", "stop", "x", "--home", &there],
    ] {
        run(&home, "", args)?;
        ensure!(names(&folder)? == ["chapter.odt"], "{args:?}: {:?}", names(&folder)?);
    }
    for args in
        [&["up", "--detach", "--home", &there][..], &["cluster", "create", "x", "--home", &there]]
    {
        let (code, error) = run(&home, "", args)?;
        ensure!(code == 1 && error.contains("chapter.odt"), "{args:?}: {code}: {error}");
        ensure!(error.contains("with --home"), "{args:?}: {error}");
        ensure!(names(&folder)? == ["chapter.odt"], "{args:?}: {:?}", names(&folder)?);
    }
    let (code, error) = run(&home, &there, &["up", "--detach"])?;
    ensure!(code == 1 && error.contains("with WEIR_HOME"), "{code}: {error}");
    let absent = home.path().join("absent").display().to_string();
    let (code, error) = run(&home, "", &["cluster", "list", "--home", &absent])?;
    ensure!(code == 0 && !Path::new(&absent).exists(), "{code}: {error}");
    Ok(())
}

#[test]
fn an_empty_variable_is_as_none() -> anyhow::Result<()> {
    let home = Home::new()?;
    let (code, error) = run(&home, "", &["cluster", "create", "one", "--brokers", "1"])?;
    ensure!(code == 0, "{error}");
    ensure!(home.path().join("data/weir/clusters/one/cluster.json").exists());
    let (code, error) = run(&home, "", &["cluster", "delete", "one", "--yes"])?;
    ensure!(code == 0, "{error}");
    Ok(())
}

/// Of a folder that holds nothing else of Weir's it is another program's file, whatever its name.
#[test]
fn a_file_that_is_no_database_is_named_and_nothing_is_made_beside_it() -> anyhow::Result<()> {
    let home = Home::new()?;
    let file = home.path().join("weir.db");
    std::fs::write(&file, "no database, whoever wrote this".repeat(99))?;
    for (args, wanted) in [
        (&["cluster", "list"][..], 0),
        (&["topic", "list"], 1),
        (&["up", "--detach"], 1),
        (&["cluster", "create", "one", "--brokers", "1"], 1),
    ] {
        let output = programs::output(&mut home.weir(args)?)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(wanted), "{args:?}: {error}");
        let named = error.contains(&file.display().to_string());
        ensure!(named && error.contains("Move it away"), "{args:?}: {error}");
        ensure!(!error.contains("disk") && !error.contains("not recorded"), "{args:?}: {error}");
        ensure!(names(home.path())? == ["weir.db"], "{args:?}: {:?}", names(home.path())?);
    }
    std::fs::remove_file(&file)?;
    home.run(&["cluster", "list"])?;
    Ok(())
}
