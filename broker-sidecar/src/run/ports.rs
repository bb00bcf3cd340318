//! Which ports the brokers listen on. The first cluster takes 9092 and up where free, later ones the next free
//! block from 19092; what was chosen is remembered for ever, and a remembered port never moves silently.
use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};
use weir_control::ClusterDir;
use weir_control::files::ClusterFile;

use crate::StartError;

const FIRST: u16 = 9092;
const NEXT: u16 = 19_092;
/// Kafka's `socket.listen.backlog.size` is 50: too few when 10,000 clients reconnect at once.
const BACKLOG: i32 = 1_024;
/// How many neighbouring clusters' ports are looked at.
const NEIGHBOURS_MAX: usize = 500;

/// How many ports above a cluster's own are tried for one broker more.
const NEXT_TRIES: usize = 1_000;

/// The listening sockets of one broker.
#[derive(Debug)]
pub(crate) struct BoundBroker {
    pub(crate) port: u16,
    pub(crate) listeners: Vec<TcpListener>,
}

/// Binds every broker's port as `cluster` says, choosing where nothing was chosen yet.
pub(crate) fn bind_all(
    dir: &ClusterDir,
    cluster: &ClusterFile,
) -> Result<Vec<BoundBroker>, StartError> {
    let addresses = addresses(cluster.host.as_deref())?;
    if cluster.ports.len() == usize::from(cluster.brokers) {
        let advice = "stop that program, or start this cluster when the port is free again";
        return bind_exactly(&addresses, &cluster.broker_ids(), &cluster.ports, advice);
    }
    match cluster.port {
        Some(0) => (0..cluster.brokers).map(|_| bind_any(&addresses)).collect(),
        Some(port) => {
            let advice = "stop that program, or choose another --port";
            bind_exactly(&addresses, &cluster.broker_ids(), &block(port, cluster.brokers)?, advice)
        }
        None => bind_default(dir, &addresses, cluster.brokers),
    }
}

/// Binds one broker's remembered port once more, after its listeners were closed.
pub(crate) fn bind_again(
    host: Option<&str>,
    broker: u16,
    port: u16,
) -> Result<BoundBroker, StartError> {
    let addresses = addresses(host)?;
    let advice = "stop that program, then start the broker again";
    bind_broker(&addresses, port).map_err(|e| explain(e, &addresses, port, broker, advice))
}

/// Binds a port for one broker more: the one that a broker of this id had before, else the next free one above those that the
/// cluster has; none that a neighbour remembers.
pub(crate) fn bind_next(
    dir: &ClusterDir,
    cluster: &ClusterFile,
    broker: u16,
) -> Result<BoundBroker, StartError> {
    let addresses = addresses(cluster.host.as_deref())?;
    let remembered = neighbours_ports(dir);
    let former = cluster.former_ports.get(&i32::from(broker)).copied();
    let former = former.filter(|port| !remembered.contains(port) && !cluster.ports.contains(port));
    if let Some(bound) = former.and_then(|port| bind_broker(&addresses, port).ok()) {
        return Ok(bound);
    }
    if cluster.port == Some(0) {
        return bind_any(&addresses);
    }
    let highest = cluster.ports.iter().copied().max().unwrap_or(FIRST);
    let free = |port: &u16| !remembered.contains(port) && !cluster.ports.contains(port);
    for port in (highest..=u16::MAX).skip(1).filter(free).take(NEXT_TRIES) {
        match bind_broker(&addresses, port) {
            Err(e) if e.kind() == ErrorKind::AddrInUse => {}
            Err(e) => return Err(explain(e, &addresses, port, broker, "")),
            Ok(bound) => return Ok(bound),
        }
    }
    Err(StartError::NoFreePorts { brokers: 1 })
}

/// Loopback in both families, or the one address that was asked for.
fn addresses(host: Option<&str>) -> Result<Vec<IpAddr>, StartError> {
    let Some(host) = host else {
        return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
    };
    if host == "localhost" {
        return addresses(None);
    }
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let address = address.map_err(|_| StartError::Listen {
        address: host.to_owned(),
        source: std::io::Error::new(ErrorKind::InvalidInput, "not an IP address"),
    })?;
    if !address.is_loopback() {
        tracing::warn!(
            %address,
            "listening beyond this machine: whoever reaches this address reads and writes every topic, without a password"
        );
    }
    Ok(vec![address])
}

fn block(first: u16, brokers: u16) -> Result<Vec<u16>, StartError> {
    match first.checked_add(brokers - 1) {
        Some(last) => Ok((first..=last).collect()),
        None => Err(StartError::PortRange { port: first, brokers }),
    }
}

fn bind_exactly(
    addresses: &[IpAddr],
    ids: &[i32],
    ports: &[u16],
    advice: &'static str,
) -> Result<Vec<BoundBroker>, StartError> {
    let brokers = ids.iter().zip(ports);
    brokers
        .map(|(&broker, &port)| {
            let broker = u16::try_from(broker).unwrap_or(0);
            bind_broker(addresses, port).map_err(|e| explain(e, addresses, port, broker, advice))
        })
        .collect()
}

fn explain(
    source: std::io::Error,
    addresses: &[IpAddr],
    port: u16,
    broker: u16,
    advice: &'static str,
) -> StartError {
    if source.kind() == ErrorKind::AddrInUse {
        return StartError::PortTaken { port, broker, advice };
    }
    let address =
        addresses.first().map_or_else(String::new, |ip| SocketAddr::new(*ip, port).to_string());
    StartError::Listen { address, source }
}

/// 9092 and up where that block is free, else the first free block from 19092.
fn bind_default(
    dir: &ClusterDir,
    addresses: &[IpAddr],
    brokers: u16,
) -> Result<Vec<BoundBroker>, StartError> {
    let remembered = neighbours_ports(dir);
    let mut first = FIRST;
    while let Ok(ports) = block(first, brokers) {
        match bind_block(addresses, &ports, &remembered)? {
            Ok(bound) => return Ok(bound),
            Err(_) if first == FIRST => first = NEXT,
            Err(taken) => first = taken.saturating_add(1),
        }
        if ports.last() == Some(&u16::MAX) {
            break;
        }
    }
    Err(StartError::NoFreePorts { brokers })
}

/// Binds a whole block, or names the port that is in the way.
fn bind_block(
    addresses: &[IpAddr],
    ports: &[u16],
    remembered: &HashSet<u16>,
) -> Result<Result<Vec<BoundBroker>, u16>, StartError> {
    // Looked at first: binding 99 ports to find the hundredth taken would be repeated for each block.
    if let Some(taken) = ports.iter().rev().find(|p| remembered.contains(p)) {
        return Ok(Err(*taken));
    }
    let mut bound = Vec::with_capacity(ports.len());
    for (broker, &port) in (1..).zip(ports) {
        match bind_broker(addresses, port) {
            Ok(listening) => bound.push(listening),
            Err(e) if e.kind() == ErrorKind::AddrInUse => return Ok(Err(port)),
            Err(e) => return Err(explain(e, addresses, port, broker, "")),
        }
    }
    Ok(Ok(bound))
}

/// Ports that stopped clusters beside this one remember: taking one would make their next start fail.
fn neighbours_ports(dir: &ClusterDir) -> HashSet<u16> {
    let Some(entries) = dir.root().parent().and_then(|p| std::fs::read_dir(p).ok()) else {
        return HashSet::new();
    };
    let others = entries.flatten().map(|e| e.path()).filter(|p| p != dir.root());
    let clusters =
        others.take(NEIGHBOURS_MAX).filter_map(|p| ClusterDir::new(p).load_cluster().ok()?);
    clusters.flat_map(|c| c.ports).collect()
}

fn bind_any(addresses: &[IpAddr]) -> Result<BoundBroker, StartError> {
    const ATTEMPTS: usize = 20;
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match bind_free(addresses) {
            Ok(bound) => return Ok(bound),
            Err(e) => last = Some(e),
        }
    }
    let source = last.unwrap_or_else(|| ErrorKind::AddrInUse.into());
    Err(explain(source, addresses, 0, 1, "stop some programs that listen on ports"))
}

/// A port that is free in the first family may be taken in the second: the caller tries again.
fn bind_free(addresses: &[IpAddr]) -> std::io::Result<BoundBroker> {
    let mut listeners = Vec::with_capacity(addresses.len());
    let mut port = 0;
    for ip in addresses {
        if let Some(listener) = listen_where_it_exists(*ip, port, listeners.is_empty())? {
            port = listener.local_addr()?.port();
            listeners.push(listener);
        }
    }
    Ok(BoundBroker { port, listeners })
}

fn bind_broker(addresses: &[IpAddr], port: u16) -> std::io::Result<BoundBroker> {
    let mut listeners = Vec::with_capacity(addresses.len());
    for ip in addresses {
        listeners.extend(listen_where_it_exists(*ip, port, listeners.is_empty())?);
    }
    Ok(BoundBroker { port, listeners })
}

/// `None` where the machine has no such address and another one already serves (no ::1 in many containers).
fn listen_where_it_exists(
    ip: IpAddr,
    port: u16,
    required: bool,
) -> std::io::Result<Option<TcpListener>> {
    match listen(SocketAddr::new(ip, port)) {
        Ok(listener) => Ok(Some(listener)),
        Err(e) if e.kind() == ErrorKind::AddrInUse || required => Err(e),
        Err(_) => Ok(None),
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // On Unix this allows a port in TIME_WAIT, never one that somebody listens on.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(brokers: u16) -> ClusterFile {
        ClusterFile::new("c", brokers)
    }

    #[test]
    fn a_taken_remembered_port_fails_by_name() {
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path().join("c"));
        let any = ClusterFile { port: Some(0), ..cluster(2) };
        let bound = bind_all(&dir, &any).unwrap();
        let ports: Vec<u16> = bound.iter().map(|b| b.port).collect();
        let text = bind_all(&dir, &ClusterFile { ports: ports.clone(), ..cluster(2) });
        let text = text.unwrap_err().to_string();
        assert!(text.contains(&format!("port {} of broker 1 is taken", ports[0])), "{text}");
        drop(bound);
        assert!(bind_all(&dir, &ClusterFile { ports, ..cluster(2) }).is_ok(), "free again");
    }

    #[test]
    fn ports_that_a_neighbour_remembers_are_left_to_it() {
        let temp = tempfile::tempdir().unwrap();
        let neighbour = ClusterDir::new(temp.path().join("a"));
        std::fs::create_dir(neighbour.root()).unwrap();
        let remembered = (9_092..9_100).chain(19_092..21_410).collect();
        neighbour.save_cluster(&ClusterFile { ports: remembered, ..cluster(1) }).unwrap();
        let bound = bind_all(&ClusterDir::new(temp.path().join("b")), &cluster(3)).unwrap();
        assert!(bound[0].port >= 21_410, "{}", bound[0].port);
        assert_eq!(bound[2].port, bound[0].port + 2, "a block in a row");
    }

    #[test]
    fn a_broker_that_comes_back_gets_its_former_port_where_it_is_free() {
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path().join("c"));
        let any = ClusterFile { port: Some(0), ..cluster(2) };
        // Between letting a port go and asking for it again, another program may take it.
        let comes_back = |_| {
            let mut bound = bind_all(&dir, &any).unwrap();
            let (first, second) = (bound[0].port, bound[1].port);
            let mut left = ClusterFile { ports: vec![first, second], ..any.clone() };
            left.set_brokers(vec![(1, first)]);
            assert_eq!(left.former_ports.get(&2), Some(&second));
            assert_ne!(bind_next(&dir, &left, 2).unwrap().port, second, "still taken");
            bound.pop();
            let again = bind_next(&dir, &left, 2).unwrap().port;
            left.set_brokers(vec![(1, first), (2, again)]);
            assert!(left.former_ports.is_empty(), "known again");
            again == second
        };
        assert!((0..10).any(comes_back));
    }

    #[test]
    fn a_block_ends_at_65535() {
        let temp = tempfile::tempdir().unwrap();
        let dir = ClusterDir::new(temp.path());
        let error = bind_all(&dir, &ClusterFile { port: Some(65_534), ..cluster(3) }).unwrap_err();
        assert!(error.to_string().contains("leaves no room"), "{error}");
    }

    #[test]
    fn a_host_that_is_no_address_is_refused() {
        let error = addresses(Some("example.invalid")).unwrap_err();
        assert!(error.to_string().contains("give --host an address"), "{error}");
    }
}
