//! How many connections each address has to a broker (`max.connections.per.ip` and its overrides).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weir_engine::Engine;

/// Connections that are open, by address.
#[derive(Debug, Default)]
pub(super) struct ByAddress(Mutex<HashMap<IpAddr, u32>>);

impl ByAddress {
    /// Counts one more connection; `None` where the address has `most` already.
    pub(super) fn one_more(self: &Arc<Self>, address: IpAddr, most: u32) -> Option<Counted> {
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= most {
            if *count == 0 {
                open.remove(&address);
            }
            return None;
        }
        *count += 1;
        Some(Counted { of: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection that counts.
#[derive(Debug)]
pub(super) struct Counted {
    of: Arc<ByAddress>,
    address: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.of.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// How many connections an address may have to a broker, by its configurations now.
pub(super) fn most_from(engine: &Engine, broker: i32, address: IpAddr) -> u32 {
    let image = engine.image();
    let value = |key| image.configs().broker_value(Some(broker), key).unwrap_or_default();
    let all = value("max.connections.per.ip").trim().parse().unwrap_or(u32::MAX);
    overridden(&value("max.connections.per.ip.overrides"), address).unwrap_or(all)
}

/// `host:count,host:count`; a host is an address or `localhost`, for the engine looks up no names.
fn overridden(overrides: &str, address: IpAddr) -> Option<u32> {
    let of_entry = |entry: &str| {
        let (host, count) = entry.trim().rsplit_once(':')?;
        let is_it = match host.trim().trim_matches(['[', ']']) {
            "localhost" => address.is_loopback(),
            host => host.parse::<IpAddr>().is_ok_and(|known| known == address),
        };
        is_it.then(|| count.trim().parse().ok())?
    };
    overrides.split(',').find_map(of_entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_count_while_they_are_open() {
        let (open, one) = (Arc::new(ByAddress::default()), IpAddr::from([127, 0, 0, 1]));
        let first = open.one_more(one, 2).unwrap();
        let _second = open.one_more(one, 2).unwrap();
        assert!(open.one_more(one, 2).is_none());
        assert!(open.one_more(IpAddr::from([127, 0, 0, 2]), 2).is_some(), "another address");
        drop(first);
        assert!(open.one_more(one, 2).is_some());
        assert!(open.one_more(IpAddr::from([10, 0, 0, 1]), 0).is_none(), "none at all");
        assert_eq!(open.lock().len(), 1, "who has none is forgotten");
    }

    #[test]
    fn overrides_are_by_address() {
        let one = IpAddr::from([127, 0, 0, 1]);
        let overrides = "10.0.0.1:5, localhost:7,::1:9";
        assert_eq!(overridden(overrides, one), Some(7));
        assert_eq!(overridden("127.0.0.1:3", one), Some(3));
        assert_eq!(overridden("::1:9", IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])), Some(9));
        assert_eq!(overridden(overrides, IpAddr::from([10, 0, 0, 2])), None);
        assert_eq!(overridden("", one), None);
    }
}
