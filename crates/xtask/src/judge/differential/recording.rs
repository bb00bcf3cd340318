//! What Apache Kafka answered, kept in a file, so that the engine is judged without Java as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A normalized answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub step: String,
    pub version: i16,
    pub value: Value,
}

/// By scenario.
pub(super) type Recording = BTreeMap<String, Vec<Told>>;

/// A line an answer: scenario, step, versions, JSON; neighbouring versions that say the same share one.
pub(super) fn write(path: &Path, recording: &Recording) -> Result<()> {
    let mut out = String::new();
    for (scenario, all) in recording {
        for same in all.chunk_by(|a, b| a.step == b.step && a.value == b.value) {
            let versions: Vec<_> = same.iter().map(|told| told.version.to_string()).collect();
            let Some(first) = same.first() else { continue };
            writeln!(out, "{scenario}\t{}\t{}\t{}", first.step, versions.join(","), first.value)?;
        }
    }
    std::fs::write(path, out).with_context(|| path.display().to_string())
}

pub(super) fn read(path: &Path) -> Result<Recording> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut recording = Recording::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.splitn(4, '\t').collect();
        let [scenario, step, versions, value] = parts[..] else {
            anyhow::bail!("not an answer: {line}")
        };
        let value: Value = serde_json::from_str(value)?;
        for version in versions.split(',') {
            let told =
                Told { step: step.to_owned(), version: version.parse()?, value: value.clone() };
            recording.entry(scenario.to_owned()).or_default().push(told);
        }
    }
    Ok(recording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let told = |version, value: Value| Told { step: "1 Metadata".into(), version, value };
        let all =
            vec![told(0, json!({"a": 1})), told(1, json!({"a": 1})), told(2, json!("closed"))];
        let recording = Recording::from([("a/b".to_owned(), all)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recording");
        write(&path, &recording).unwrap();
        assert_eq!(read(&path).unwrap(), recording);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    }
}
