//! Which port a new cluster would listen on, seen now: the engine chooses in the same order (`run/ports.rs` of the sidecar).

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const FIRST: u16 = 9_092;
const NEXT: u16 = 19_092;
/// Blocks that are looked at; on a machine with more taken ones nothing is foretold.
const TRIES: usize = 50;
/// Loopback refuses at once.
const KNOCK: Duration = Duration::from_millis(50);

/// The first port of so many in a row that nobody listens on and no cluster remembers.
pub(super) fn likely_port(remembered: &HashSet<u16>, brokers: u16) -> Option<u16> {
    first_free(brokers, |port| remembered.contains(&port) || is_taken(port))
}

fn first_free(brokers: u16, is_taken: impl Fn(u16) -> bool) -> Option<u16> {
    let mut first = FIRST;
    for _ in 0..TRIES {
        let last = first.checked_add(brokers.checked_sub(1)?)?;
        match (first..=last).rev().find(|port| is_taken(*port)) {
            None => return Some(first),
            Some(_) if first == FIRST => first = NEXT,
            Some(taken) => first = taken.checked_add(1)?,
        }
    }
    None
}

/// Knocks instead of binding: a port that is bound to look at it would be in the way of who starts just now.
fn is_taken(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, KNOCK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_kafka_s_usual_port_where_the_whole_block_is_free() {
        assert_eq!(first_free(3, |_| false), Some(9_092));
        assert_eq!(first_free(3, |port| port == 9_095), Some(9_092));
    }

    #[test]
    fn goes_to_the_next_block_and_behind_what_is_taken_there() {
        assert_eq!(first_free(3, |port| port == 9_094), Some(19_092));
        assert_eq!(first_free(3, |port| port == 9_094 || port == 19_093), Some(19_094));
    }

    #[test]
    fn foretells_nothing_where_all_is_taken() {
        assert_eq!(first_free(3, |_| true), None);
        assert_eq!(first_free(0, |_| false), None);
    }
}
