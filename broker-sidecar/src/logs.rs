//! Logs: to standard error, and to `DIR/logs/engine.log`, which is rotated and bounded.
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt;

/// A file grows to this, then becomes `engine.1.log`.
const FILE_MAX_BYTES: u64 = 4 << 20;
/// Older files beside the current one.
const OLD_FILES: u32 = 3;

/// The filter of what is logged, changed while the process runs.
static LEVELS: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Log levels that an administrator set, as `tracing`'s directives.
pub(crate) fn set_levels(directives: &str) {
    let Some(levels) = LEVELS.get() else { return };
    if let Err(error) = levels.reload(EnvFilter::new(directives)) {
        tracing::warn!(%error, "the log levels stay as they were");
    }
}

/// Starts logging. `WEIR_LOG` takes `tracing`'s directives; without it, information and above.
pub(crate) fn start(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = RotatingFile::open(folder.join("engine.log"))?;
    let filter = EnvFilter::try_from_env("WEIR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let to_stderr =
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Quiet(io::stderr()));
    let to_file = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file);
    let (filter, levels) = reload::Layer::new(filter);
    // A second start in one process (tests) keeps the first one's subscriber, and its levels.
    let _ = LEVELS.set(levels);
    let _ = tracing_subscriber::registry().with(filter).with(to_stderr).with(to_file).try_init();
    Ok(())
}

/// A writer whose failure is nobody's problem: the reader of standard error may be gone, the disk full.
struct Quiet<W>(W);

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The broker goes on without this line.
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// A log file that renames itself away when it is full.
#[derive(Debug, Clone)]
struct RotatingFile {
    open: Arc<Mutex<Open>>,
}

#[derive(Debug)]
struct Open {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl RotatingFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { open: Arc::new(Mutex::new(Open { path, file, bytes })) })
    }
}

impl Open {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.bytes > 0 && self.bytes + line.len() as u64 > FILE_MAX_BYTES {
            self.rotate()?;
        }
        self.bytes += line.len() as u64;
        self.file.write_all(line)
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..OLD_FILES).rev() {
            // Absent until there were as many.
            let _ = std::fs::rename(self.old(number), self.old(number + 1));
        }
        std::fs::rename(&self.path, self.old(1))?;
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.bytes = 0;
        Ok(())
    }

    fn old(&self, number: u32) -> PathBuf {
        self.path.with_extension(format!("{number}.log"))
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open.lock().write(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for RotatingFile {
    type Writer = Quiet<Self>;

    fn make_writer(&'a self) -> Self::Writer {
        Quiet(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_bounded_in_size_and_number() {
        let temp = tempfile::tempdir().unwrap();
        let mut log = RotatingFile::open(temp.path().join("engine.log")).unwrap();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..30 {
            log.write_all(&line).unwrap();
        }
        let mut names: Vec<String> = std::fs::read_dir(temp.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["engine.1.log", "engine.2.log", "engine.3.log", "engine.log"]);
        for name in names {
            assert!(temp.path().join(name).metadata().unwrap().len() <= FILE_MAX_BYTES);
        }
    }
}
