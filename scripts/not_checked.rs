// Included by what tests: nothing is skipped quietly.

/// Says what could not be checked here. `./test` names a file by WEIR_NOT_CHECKED: what stands there it says again at
/// its end, where nobody has to look for it among thousands of lines.
fn say_not_checked(what: &str, why: &str, kept: Option<std::ffi::OsString>) {
    use std::io::Write as _;
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    // Not eprintln!, which a test that passes swallows. Who closed standard error does not want to hear it.
    let _ = writeln!(std::io::stderr(), "not checked: {what} ({why})");
    let Some(path) = kept else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    // One write a line: tests run beside each other.
    let written = file.and_then(|mut file| file.write_all(format!("{what} ({why})\n").as_bytes()));
    if let Err(error) = written {
        let _ = writeln!(std::io::stderr(), "cannot write {}: {error}", path.display());
    }
}
