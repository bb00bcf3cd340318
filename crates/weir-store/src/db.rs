use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::{StoreError, migrate};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// How long a statement waits for another process (window, command line and serve share the file).
const BUSY: Duration = Duration::from_secs(5);

/// How long an opening waits for other processes that open the same file.
const TURN_MAX: Duration = Duration::from_secs(30);
const TURN_PAUSE: Duration = Duration::from_millis(5);

/// A cheap-clone handle of the open database; the writer thread ends with the last one.
#[derive(Debug, Clone)]
pub struct Store {
    reader: Shared,
    writer: Sender<Job>,
    /// What is written outlives this process.
    kept: bool,
}

type Shared = Arc<Mutex<Connection>>;

impl Store {
    /// Opens or creates the database at `path` and brings it to the newest version.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a newer Weir's database and [`StoreError::Foreign`] for what is none of Weir's, which
    /// stay untouched.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = path.with_extension("lock");
        let is_new = !lock.exists();
        let opened = Self::open_alone(path);
        if is_new && matches!(opened, Err(StoreError::Foreign { .. } | StoreError::Newer { .. })) {
            // Nothing is left beside another program's file; who waits for the lock finds the same.
            let _ = std::fs::remove_file(lock);
        }
        opened
    }

    fn open_alone(path: &Path) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Open { path: path.to_owned(), source };
        let _alone = FirstOpen::wait(path)?;
        let mut conn = Connection::open(path).map_err(opened)?;
        conn.busy_timeout(BUSY)?;
        migrate::migrate(&mut conn, path).map_err(|error| error.about(path))?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        let reader =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(opened)?;
        reader.busy_timeout(BUSY)?;
        reader.pragma_update(None, "query_only", "ON")?;
        Self::over(Arc::new(Mutex::new(reader)), Arc::new(Mutex::new(conn)), true)
    }

    /// Over one connection, whose database ends with it.
    pub(crate) fn unkept(conn: Connection) -> Result<Self, StoreError> {
        let conn = Arc::new(Mutex::new(conn));
        Self::over(Arc::clone(&conn), conn, false)
    }

    fn over(reader: Shared, conn: Shared, kept: bool) -> Result<Self, StoreError> {
        let (writer, jobs) = channel();
        std::thread::Builder::new()
            .name("weir-store".into())
            .spawn(move || write_jobs(&conn, &jobs))
            .map_err(|_| StoreError::WriterGone)?;
        Ok(Self { reader, writer, kept })
    }

    /// Refuses what must outlive this process where nothing does.
    pub(crate) fn keeps(&self) -> Result<(), StoreError> {
        if self.kept { Ok(()) } else { Err(StoreError::NotKept) }
    }

    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        query(&lock(&self.reader))
    }

    /// Runs `change` in one transaction on the writer thread and waits for its commit.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = channel();
        let job: Job = Box::new(move |conn| {
            let _ = answer.send(in_transaction(conn, change));
        });
        self.writer.send(job).map_err(|_| StoreError::WriterGone)?;
        result.recv().map_err(|_| StoreError::WriterGone)?
    }
}

/// Held while a database is made, brought up to date and switched to WAL: SQLite does not wait for each of these
/// steps, and several programs may start at once.
struct FirstOpen {
    _file: File,
}

impl FirstOpen {
    /// Waits for the others, at most [`TURN_MAX`].
    fn wait(database: &Path) -> Result<Self, StoreError> {
        let path = database.with_extension("lock");
        let failed = |source| StoreError::Lock { path: path.clone(), source };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed)?;
        let deadline = Instant::now() + TURN_MAX;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(TURN_PAUSE);
                }
                Err(error) => return Err(failed(error.into())),
            }
        }
    }
}

fn in_transaction<T>(
    conn: &mut Connection,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // At once: one that reads first would not wait for another process that writes meanwhile, but fail.
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = change(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn write_jobs(conn: &Shared, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        job(&mut lock(conn));
    }
}

fn lock(conn: &Shared) -> MutexGuard<'_, Connection> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}
