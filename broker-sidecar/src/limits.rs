//! The operating system's limit of open files, and how it is divided.

/// Files for listeners aside: standard streams, locks, epoll, control API, log files of our own.
const OWN_FILES: u64 = 64;
/// A listener's own, and the connection that it accepted and that waits for room.
const FILES_OF_A_LISTENER: u64 = 2;
/// Where the system says no limit.
const UNLIMITED_FILES: u64 = 1 << 20;
/// Kafka has no bound; the local profile has this one.
const CONNECTIONS_MAX: u64 = 20_000;

/// How many files may be open, by what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileBudget {
    pub(crate) connections: usize,
    /// Segments and indexes that the engine may keep open.
    pub(crate) log_files: usize,
}

/// Raises the soft limit to the hard one and divides what there is.
pub(crate) fn file_budget(listeners: usize) -> FileBudget {
    divide(raise(), listeners as u64)
}

/// A quarter for log files, the rest for connections.
fn divide(limit: u64, listeners: u64) -> FileBudget {
    let left = limit.saturating_sub(listeners * FILES_OF_A_LISTENER + OWN_FILES).max(32);
    let connections = (left - left / 4).min(CONNECTIONS_MAX);
    let clamp = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    FileBudget { connections: clamp(connections), log_files: clamp(left - connections) }
}

#[cfg(unix)]
fn raise() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // A refusal leaves the soft limit, which is then what there is.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current.unwrap_or(UNLIMITED_FILES)
}

#[cfg(not(unix))]
fn raise() -> u64 {
    UNLIMITED_FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_half_open_connections_leave_room_under_a_hard_limit_of_20000() {
        let budget = divide(20_000, 6);
        assert!(budget.connections > 14_000 && budget.log_files > 4_000, "{budget:?}");
    }

    #[test]
    fn connections_that_wait_for_room_have_their_files() {
        let (limit, listeners) = (1_024, 200);
        let FileBudget { connections, log_files } = divide(limit, listeners);
        let waiting = listeners as usize;
        let all = OWN_FILES as usize + listeners as usize + connections + waiting + log_files;
        assert!(all <= limit as usize, "{all}");
    }

    #[test]
    fn a_tiny_limit_still_serves_somebody() {
        let budget = divide(64, 6);
        assert!(budget.connections >= 24 && budget.log_files >= 8, "{budget:?}");
    }
}
