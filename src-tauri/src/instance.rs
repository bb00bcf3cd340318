//! One window a data folder: the first start holds `app.lock` for life and listens on a socket of its
//! own (0600); a second start says "show" to it and ends. An operating-system lock, so a crash frees it.

use anyhow::{Context as _, bail};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use weir_core::Home;
use weir_core::lock::AppLock;

const SHOW: &[u8] = b"show\n";
/// How long a second start waits for the first window's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The longest path that a Unix socket address holds, less its terminating zero.
const SOCKET_PATH_MAX: usize = 107;

/// What claiming the data folder gave.
pub(crate) enum Claim {
    /// This process is the window of the folder.
    First(First),
    /// Another window was there and came to the front.
    Shown,
}

/// Held as long as the window lives.
#[derive(Debug)]
pub(crate) struct First {
    handover: Handover,
    listener: UnixListener,
}

/// The claim on the folder, to be given up before the process ends.
#[derive(Debug, Clone)]
pub(crate) struct Handover {
    lock: Arc<Mutex<Option<AppLock>>>,
    socket: PathBuf,
}

impl Handover {
    /// From now on the next process to come is the window of the folder.
    pub(crate) fn release(&self) {
        // Under the lock, so that the next one's socket is never the one that goes.
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            let _ = std::fs::remove_file(&self.socket);
        }
        *lock = None;
    }
}

/// Claims `home` for this process, or shows the window that has it.
pub(crate) fn claim(home: &Home) -> anyhow::Result<Claim> {
    let socket = checked(home.app_socket())?;
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    loop {
        if let Some(lock) = AppLock::acquire(home).map_err(crate::in_words)? {
            return Ok(Claim::First(listen(lock, socket)?));
        }
        // The other one may have the lock and not listen yet, or may be about to end.
        match show(&socket) {
            Err(_) if Instant::now() < deadline => std::thread::sleep(LOOK_EVERY),
            shown => return shown,
        }
    }
}

fn checked(socket: PathBuf) -> anyhow::Result<PathBuf> {
    let length = socket.as_os_str().len();
    if length > SOCKET_PATH_MAX {
        bail!(
            "the data folder's path is too long for a socket ({length} of at most {SOCKET_PATH_MAX} \
             bytes): choose a shorter one with --home"
        );
    }
    Ok(socket)
}

fn listen(lock: AppLock, socket: PathBuf) -> anyhow::Result<First> {
    // We hold the lock, so a socket that is still there belongs to a window that died.
    match std::fs::remove_file(&socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace {}", socket.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(&socket)
        .with_context(|| format!("cannot listen on {}", socket.display()))?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))
        .with_context(|| format!("cannot protect {}", socket.display()))?;
    let handover = Handover { lock: Arc::new(Mutex::new(Some(lock))), socket };
    Ok(First { handover, listener })
}

fn show(socket: &Path) -> anyhow::Result<Claim> {
    let mut stream = UnixStream::connect(socket)
        .context("Weir is already open with this data folder, but its window does not answer")?;
    stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(SHOW).context("the open Weir window does not answer")?;
    Ok(Claim::Shown)
}

impl First {
    pub(crate) fn handover(&self) -> Handover {
        self.handover.clone()
    }

    /// Calls `show` for every second start, on a thread of its own, for as long as the process lives.
    pub(crate) fn serve(self, show: impl Fn() + Send + 'static) -> std::io::Result<()> {
        std::thread::Builder::new().name("one-window".into()).spawn(move || {
            for stream in self.listener.incoming().flatten() {
                if asked_to_show(stream) {
                    show();
                }
            }
        })?;
        Ok(())
    }
}

impl Drop for First {
    fn drop(&mut self) {
        self.handover.release();
    }
}

fn asked_to_show(mut stream: UnixStream) -> bool {
    let mut word = [0; SHOW.len()];
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).is_ok()
        && stream.read_exact(&mut word).is_ok()
        && word == SHOW
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_second_start_shows_the_first_window_and_a_third_takes_over_after_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let Claim::First(first) = claim(&home).unwrap() else {
            panic!("an unused folder must be claimed")
        };
        let mode = std::fs::metadata(home.app_socket()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner may talk to the window");
        let (shown, shows) = mpsc::channel();
        first.serve(move || shown.send(()).unwrap()).unwrap();
        assert!(matches!(claim(&home).unwrap(), Claim::Shown));
        shows.recv_timeout(ANSWER_TIMEOUT).expect("the first window must be told to show itself");
    }

    /// As of two clicks in a row: the first window has the lock and does not listen yet.
    #[test]
    fn a_second_start_waits_for_a_first_that_only_begins() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let lock = AppLock::acquire(&home).unwrap().unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| claim(&home).map(|claim| matches!(claim, Claim::Shown)));
            std::thread::sleep(5 * LOOK_EVERY);
            let _first = listen(lock, home.app_socket()).unwrap();
            assert!(second.join().unwrap().unwrap());
        });
    }

    #[test]
    fn a_window_that_restarts_gives_the_folder_to_its_successor() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let Claim::First(first) = claim(&home).unwrap() else { panic!("unused") };
        let handover = first.handover();
        first.serve(|| panic!("the old window is not asked")).unwrap();
        handover.release();
        let Claim::First(second) = claim(&home).unwrap() else { panic!("it was given up") };
        // Asked twice: what is the successor's stays.
        handover.release();
        assert!(home.app_socket().exists());
        drop(second);
    }

    #[test]
    fn a_socket_left_by_a_crash_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        drop(UnixListener::bind(home.app_socket()).unwrap());
        assert!(matches!(claim(&home).unwrap(), Claim::First(_)));
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_refused_in_one_sentence() {
        let error = checked(Path::new("/").join("x".repeat(200))).unwrap_err().to_string();
        assert!(error.contains("too long") && error.contains("--home"), "{error}");
    }
}
