use std::fmt::Display;
use std::io::Write as _;

/// A line of the keeper on standard error, which is a file on the cluster's disk. On a full one the line is lost, where
/// `eprintln!` would end the keeper, and with it the engine.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "keeper: {line}");
}
