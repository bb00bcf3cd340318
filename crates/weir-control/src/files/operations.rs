use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::atomic;
use crate::api::{Operation, OperationKind};
use crate::{DirError, DirLock};

/// `operations.jsonl`: one JSON object a line, appended by keeper and engine. A line holds an operation as it
/// then was; the last line of an id wins. A torn last line (power loss) is skipped. Who writes holds `operations.lock`, so
/// that no line of one process is lost while the other trims.
#[derive(Debug, Clone)]
pub struct OperationsLog {
    path: PathBuf,
}

/// Read at most this much from the end: older operations are history that nobody pages to.
const READ_MAX_BYTES: u64 = 4 << 20;
/// How long another writer is waited for.
const LOCK_WITHIN: Duration = Duration::from_secs(2);
/// Beyond it the file is written anew with the newest operations.
const TRIM_AT_BYTES: u64 = 2 << 20;
/// What is kept then, beside what still runs: so many operations, each in its last form, of so many bytes together.
const KEPT_MAX: usize = 2_000;
const KEPT_BYTES_MAX: usize = 1 << 20;

impl OperationsLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Appends one line in one write, so that two processes never mix theirs.
    pub fn append(&self, operation: &Operation) -> Result<(), DirError> {
        let torn = |source| DirError::Torn { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(operation).map_err(torn)?;
        line.push(b'\n');
        // Without it, on a full disk or beside somebody who is slow, the line is written all the same, and nothing trimmed.
        let lock = self.lock();
        let length = self.append_line(&line).map_err(DirError::io("write", &self.path))?;
        if lock.is_some() && length > TRIM_AT_BYTES {
            // The line is written; a trim that finds no room is tried with the next one.
            let _ = self.trim();
        }
        Ok(())
    }

    /// Whoever else writes is done in a moment, and with a trim in some.
    fn lock(&self) -> Option<DirLock> {
        let path = self.path.with_extension("lock");
        let deadline = Instant::now() + LOCK_WITHIN;
        loop {
            match DirLock::acquire(&path) {
                Ok(None) if Instant::now() < deadline => {}
                Ok(lock) => return lock,
                Err(_) => return None,
            }
        }
    }

    /// Replaces the file by one with the newest operations, whole or not at all.
    fn trim(&self) -> Result<(), DirError> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        for operation in self.read()?.iter().rev() {
            let torn = |source| DirError::Torn { path: self.path.clone(), source };
            let mut line = serde_json::to_vec(operation).map_err(torn)?;
            line.push(b'\n');
            let fits = lines.len() < KEPT_MAX && bytes + line.len() <= KEPT_BYTES_MAX;
            if fits || operation.is_running() {
                bytes += line.len();
                lines.push(line);
            }
        }
        lines.reverse();
        atomic::write(&self.path, &lines.concat(), atomic::DURABLE)
    }

    /// The file's length afterwards.
    fn append_line(&self, line: &[u8]) -> std::io::Result<u64> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&self.path)?;
        if self.ends_torn(&mut file)? {
            let mut whole = Vec::with_capacity(line.len() + 1);
            whole.push(b'\n');
            whole.extend_from_slice(line);
            file.write_all(&whole)?;
        } else {
            file.write_all(line)?;
        }
        Ok(file.metadata()?.len())
    }

    /// A tail without a line end belongs to a write that never finished: the next line must not grow onto it.
    fn ends_torn(&self, file: &mut std::fs::File) -> std::io::Result<bool> {
        if file.seek(SeekFrom::End(0))? == 0 {
            return Ok(false);
        }
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0_u8];
        file.read_exact(&mut last)?;
        Ok(last[0] != b'\n')
    }

    /// Every operation in its newest form, in the order in which they began.
    pub fn read(&self) -> Result<Vec<Operation>, DirError> {
        let text = self.read_tail().map_err(DirError::io("read", &self.path))?;
        let mut operations: Vec<Operation> = Vec::new();
        let mut place: HashMap<String, usize> = HashMap::new();
        for line in text.split(|b| *b == b'\n') {
            let Ok(operation) = serde_json::from_slice::<Operation>(line) else { continue };
            match place.get(&operation.id) {
                Some(at) => operations[*at] = operation,
                None => {
                    place.insert(operation.id.clone(), operations.len());
                    operations.push(operation);
                }
            }
        }
        Ok(operations)
    }

    /// What an earlier process of the same `owner` left running ends as failed. Answers every operation.
    pub fn settle(
        &self,
        owner: impl Fn(OperationKind) -> bool,
    ) -> Result<Vec<Operation>, DirError> {
        let mut operations = self.read()?;
        for operation in &mut operations {
            if operation.is_running() && owner(operation.kind) {
                *operation = operation.clone().interrupt();
                self.append(operation)?;
            }
        }
        Ok(operations)
    }

    fn read_tail(&self) -> std::io::Result<Vec<u8>> {
        let mut file = match std::fs::File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(READ_MAX_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(READ_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
