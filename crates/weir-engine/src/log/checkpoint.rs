//! `log-offsets-checkpoint`: what of a log's offsets its segments do not say. Written at roll and by
//! DeleteRecords; a log that had neither has none. The text form of Kafka's checkpoints: version,
//! number of entries, an entry a line.

use std::io;

use super::names::OFFSETS_CHECKPOINT;
use super::segment::LogDir;
use crate::fs::Fs;

const CHECKPOINT_MAX: u64 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OffsetsCheckpoint {
    /// First offset that may be read.
    pub(crate) log_start: i64,
    /// Everything below survives a power loss.
    pub(crate) recovery_point: i64,
    /// Compaction has come to here.
    pub(crate) cleaned_to: i64,
}

impl OffsetsCheckpoint {
    /// Zeros where there is none, or none that can be read: then everything is validated.
    pub(crate) fn load(fs: &dyn Fs, dir: &LogDir) -> io::Result<Self> {
        match fs.read(&dir.file(OFFSETS_CHECKPOINT), CHECKPOINT_MAX) {
            Ok(content) => {
                let text = String::from_utf8_lossy(&content).into_owned();
                Ok(Self::parse(&text).unwrap_or_default())
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => Ok(Self::default()),
            Err(e) => Err(e),
        }
    }

    /// Durable when it returns.
    pub(crate) fn store(self, fs: &dyn Fs, dir: &LogDir) -> io::Result<()> {
        let Self { log_start, recovery_point, cleaned_to } = self;
        let text = format!(
            "0\n3\nlog-start-offset {log_start}\nrecovery-point {recovery_point}\n\
             cleaned-to {cleaned_to}\n"
        );
        fs.replace(&dir.file(OFFSETS_CHECKPOINT), text.as_bytes(), true)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if (lines.next()?, lines.next()?) != ("0", "3") {
            return None;
        }
        let log_start = lines.next()?.strip_prefix("log-start-offset ")?.parse().ok()?;
        let recovery_point = lines.next()?.strip_prefix("recovery-point ")?.parse().ok()?;
        let cleaned_to = lines.next()?.strip_prefix("cleaned-to ")?.parse().ok()?;
        Some(Self { log_start, recovery_point, cleaned_to })
    }
}
