//! What partitions, connections and groups cost at 1, 10 and 100 times their number: linear, or it is a bug.
//! Each number on a cluster of its own; memory is what came to the empty cluster's.

use super::plot::{self, Line};
use super::process::{self, Broker, Used};
use super::wire::Connection;
use super::{ask, groups, row};
use std::path::Path;
use std::time::{Duration, Instant};
use weir_wire::messages::list_groups_request::ListGroupsRequest;

/// Threads that waited for the disk have ended by then.
const SETTLE: Duration = Duration::from_secs(12);
const IDLE: Duration = Duration::from_secs(4);
/// Partitions of a topic, and of a request that creates topics.
const PARTITIONS: i32 = 10;
const TOPICS_A_REQUEST: usize = 500;

/// What was measured at one number.
#[derive(Debug, Default)]
struct Cost {
    count: f64,
    /// KiB.
    memory: f64,
    /// Milliseconds until they were there.
    make: f64,
    /// Milliseconds of a request that lists them all, where there is one.
    list: Option<f64>,
    /// Milliseconds of processor time a second, while nothing happens.
    idle: f64,
}

type Make = fn(&Broker, usize) -> anyhow::Result<Made>;

/// What was made; connections live as long.
struct Made {
    list: Option<f64>,
    _connections: Vec<Connection>,
}

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    process::raise_open_files();
    let cases: [(&str, [usize; 3], Make); 3] = [
        ("partitions", [1_000, 10_000, 100_000], partitions),
        ("connections", [100, 1_000, 10_000], connections),
        ("groups", [100, 1_000, 10_000], groups_with_commits),
    ];
    for (what, counts, make) in cases {
        let costs: Vec<Cost> =
            counts.iter().map(|count| measure(*count, make)).collect::<Result<_, _>>()?;
        report(what, &costs);
        let path = root.join("docs").join("pictures").join(format!("cost-{what}.svg"));
        plot::write(&path, &format!("Cost by {what} (dashed: linear)"), what, &lines(&costs))?;
    }
    Ok(())
}

fn measure(count: usize, make: Make) -> anyhow::Result<Cost> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    let empty = process::memory_mib(broker.pid())?;
    let since = Instant::now();
    let made = make(&broker, count)?;
    let took = since.elapsed().as_secs_f64() * 1000.0;
    std::thread::sleep(SETTLE);
    let (before, since) = (Used::by(broker.pid())?, Instant::now());
    std::thread::sleep(IDLE);
    let idle = Used::by(broker.pid())?.seconds - before.seconds;
    Ok(Cost {
        count: count as f64,
        memory: (process::memory_mib(broker.pid())? - empty) * 1024.0,
        make: took - made.list.unwrap_or(0.0),
        list: made.list,
        idle: idle / since.elapsed().as_secs_f64() * 1000.0,
    })
}

fn partitions(broker: &Broker, count: usize) -> anyhow::Result<Made> {
    let mut connection = Connection::open(broker.port()?)?;
    let names: Vec<usize> = (0..count / PARTITIONS as usize).collect();
    let topic = |n: &usize| ask::topic(&format!("cost-{n:05}"), PARTITIONS, 3);
    let requests = names.chunks(TOPICS_A_REQUEST).map(|some| some.iter().map(topic).collect());
    ask::create(&mut connection, requests)?;
    let since = Instant::now();
    ask::metadata(&mut connection, None)?;
    let list = Some(since.elapsed().as_secs_f64() * 1000.0);
    Ok(Made { list, _connections: Vec::new() })
}

fn connections(broker: &Broker, count: usize) -> anyhow::Result<Made> {
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        let mut connection = Connection::open(broker.port()?)?;
        ask::metadata(&mut connection, Some("none"))?;
        connections.push(connection);
    }
    Ok(Made { list: None, _connections: connections })
}

fn groups_with_commits(broker: &Broker, count: usize) -> anyhow::Result<Made> {
    let mut any = Connection::open(broker.port()?)?;
    groups::create_topic(&mut any)?;
    groups::commit_over(&mut any, count)?;
    let since = Instant::now();
    for port in ask::ports(&ask::metadata(&mut any, None)?)?.into_values() {
        Connection::open(port)?.call(&ListGroupsRequest::default(), 5)?;
    }
    let list = Some(since.elapsed().as_secs_f64() * 1000.0);
    Ok(Made { list, _connections: Vec::new() })
}

fn report(what: &str, costs: &[Cost]) {
    let counts: Vec<String> = costs.iter().map(|cost| format!("{}", cost.count)).collect();
    let counts = format!("{} {what}", counts.join(" / "));
    let values = |of: &dyn Fn(&Cost) -> f64| {
        let values: Vec<String> = costs.iter().map(|cost| format!("{:.2}", of(cost))).collect();
        values.join(" / ")
    };
    row(&format!("{counts}: memory"), &format!("{} KiB", values(&|c| c.memory)), "linear");
    row(
        &format!("{counts}: memory of each"),
        &format!("{} KiB", values(&|c| c.memory / c.count)),
        // What is there once, whatever the number, weighs on the few.
        if what == "partitions" { "<= 1 KiB of the most" } else { "" },
    );
    row(&format!("{counts}: made"), &format!("{} ms", values(&|c| c.make)), "linear");
    if costs.iter().all(|cost| cost.list.is_some()) {
        let list = values(&|c| c.list.unwrap_or_default());
        row(&format!("{counts}: listed"), &format!("{list} ms"), "linear");
    }
    row(
        &format!("{counts}: idle"),
        &format!("{} ms of processor time a second", values(&|c| c.idle)),
        "linear",
    );
}

fn lines(costs: &[Cost]) -> Vec<Line> {
    let line = |name: &str, of: &dyn Fn(&Cost) -> Option<f64>| Line {
        name: name.to_owned(),
        points: costs
            .iter()
            .filter_map(|c| Some((c.count, of(c)?)))
            .filter(|p| p.1 > 0.0)
            .collect(),
    };
    let lines = [
        line("memory, KiB", &|c| Some(c.memory)),
        line("made, ms", &|c| Some(c.make)),
        line("listed, ms", &|c| c.list),
        line("idle, ms of processor time a second", &|c| Some(c.idle)),
    ];
    lines.into_iter().filter(|line| line.points.len() > 1).collect()
}
