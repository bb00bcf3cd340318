//! Real threads on real files: clients that write and read while brokers stop, die and come back, topics come and go under
//! the same name, and the engine is killed and starts again. Whatever happens, what was acknowledged is there for who asks
//! next, and no topic that exists is unknown.
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use weir_control::{ClusterDir, ControlClient};

use self::client::{Client, Ports};
use crate::process::{Broker, LONG, wait_for};

mod client;

/// Of the topic that is there all the time.
const KEPT: &str = "kept";
const PARTITIONS: usize = 12;
const WRITERS: usize = 3;
const READERS: usize = 2;
/// Kills of the whole engine, and how long it runs before each.
const KILLS: u32 = 4;
const RUNS: Duration = Duration::from_millis(1_300);
/// What a killed broker's session lasts: elections come while clients are at work.
const SESSION_MS: &str = "300";

/// What all threads know.
struct World {
    ports: Ports,
    /// Where what was acknowledged ends, by partition: every later answer has to tell of it.
    acknowledged: Vec<AtomicI64>,
    is_over: AtomicBool,
    /// Of the whole engine, which runs again.
    kills: AtomicUsize,
    /// Records written, looks taken, topics made and taken away, brokers that came back.
    counts: [AtomicUsize; 4],
}

impl World {
    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::SeqCst)
    }

    fn count(&self, what: usize) {
        self.counts[what].fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_was_acknowledged_is_there_for_who_asks_next_whatever_happens() {
    let temp = tempfile::tempdir().unwrap();
    let session = format!("broker.session.timeout.ms={SESSION_MS}");
    let flags = ["--brokers", "3", "--port", "0", "--set", session.as_str()];
    let mut broker = Broker::start(temp.path(), &flags);
    let world = World {
        ports: Ports::new(broker.ready.brokers.iter().map(|b| b.port)),
        acknowledged: (0..PARTITIONS).map(|_| AtomicI64::new(0)).collect(),
        is_over: AtomicBool::new(false),
        kills: AtomicUsize::new(0),
        counts: Default::default(),
    };
    Client::new(&world.ports).create(KEPT, PARTITIONS as i32);
    std::thread::scope(|scope| {
        // Ends the others where one of them, or this one, finds something.
        let _over = Over(&world);
        for at in 0..WRITERS {
            let world = &world;
            scope.spawn(move || guarded(world, || write(world, at)));
        }
        for at in 0..READERS {
            let world = &world;
            scope.spawn(move || guarded(world, || read(world, at)));
        }
        scope.spawn(|| guarded(&world, || come_and_go(&world)));
        scope.spawn(|| guarded(&world, || stop_and_start(&world, temp.path())));
        for _ in 0..KILLS {
            let until = Instant::now() + RUNS;
            wait_for("the run's end", LONG, || {
                (Instant::now() >= until || !world.goes_on()).then_some(())
            });
            if world.goes_on() {
                broker.kill();
                tells_of_no_fault(&broker.said());
                broker = Broker::start(temp.path(), &[]);
                world.kills.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let counts = world.counts.each_ref().map(|count| count.load(Ordering::SeqCst));
    assert!(counts.iter().all(|count| *count > 0), "something did not happen at all: {counts:?}");
    assert!(broker.terminate().success());
    tells_of_no_fault(&broker.said());
    let _again = Broker::start(temp.path(), &[]);
    all_is_there(&world);
}

/// Says that it is over when it is dropped.
struct Over<'a>(&'a World);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

/// A thread that finds something ends the others.
fn guarded(world: &World, act: impl FnOnce()) {
    struct Alarm<'a>(&'a World);
    impl Drop for Alarm<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.0.is_over.store(true, Ordering::SeqCst);
            }
        }
    }
    let _alarm = Alarm(world);
    act();
}

/// An idempotent producer of its share of the partitions: one batch at a time, again until it is acknowledged.
fn write(world: &World, at: usize) {
    let mut client = Client::new(&world.ports);
    let Some(producer) = client.until(world, Client::producer) else { return };
    let mut sequences = [0; PARTITIONS];
    for partition in (at..PARTITIONS).step_by(WRITERS).cycle() {
        let sequence = sequences[partition];
        let written = |client: &mut Client<'_>| client.write(KEPT, partition, producer, sequence);
        let Some(offset) = client.until(world, written) else { return };
        sequences[partition] += 1;
        let before = world.acknowledged[partition].fetch_max(offset + 1, Ordering::SeqCst);
        assert_eq!(
            offset, before,
            "{KEPT}-{partition}: the only producer of it writes it in order, once"
        );
        world.count(0);
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Asks where partitions end, and reads on from where it was.
fn read(world: &World, at: usize) {
    let mut client = Client::new(&world.ports);
    let mut next = [0; PARTITIONS];
    for partition in (0..PARTITIONS).cycle().skip(at * PARTITIONS / READERS) {
        let acknowledged = || world.acknowledged[partition].load(Ordering::SeqCst);
        let floor = acknowledged();
        let Some(end) = client.until(world, |client| client.end(KEPT, partition)) else { return };
        assert!(end >= floor, "{KEPT}-{partition} ends at {end}, {floor} were acknowledged");
        let (floor, from) = (acknowledged().max(end), next[partition]);
        let fetched = |client: &mut Client<'_>| client.fetch(KEPT, partition, from);
        let Some((end, offsets)) = client.until(world, fetched) else { return };
        assert!(end >= floor, "{KEPT}-{partition} ends at {end} after {floor}");
        for offset in offsets {
            assert_eq!(offset, next[partition], "{KEPT}-{partition}: no hole");
            next[partition] += 1;
        }
        world.count(1);
    }
}

/// A topic is made and deleted, again and again: each is new, and keeps what is written to it. One of its partitions is
/// written to, the other one only asked for; in the next topic it is the other way about.
fn come_and_go(world: &World) {
    const NAME: &str = "passing";
    /// So many are gone at once, the next one stays until the engine was killed.
    const SHORT_LIVED: usize = 9;
    let mut client = Client::new(&world.ports);
    let Some(producer) = client.until(world, Client::producer) else { return };
    for turn in 0.. {
        let (written, asked) = (turn % 2, (turn + 1) % 2);
        let made = client.until(world, |client| {
            // Who asked before a kill does not know whether it was made.
            client.delete(NAME)?;
            client.try_create(NAME, 2)
        });
        let ends =
            [0, 1].map(|partition| client.until(world, |client| client.end(NAME, partition)));
        let opened = client.until(world, |client| client.open(NAME, asked));
        let wrote = client.until(world, |client| client.write(NAME, written, producer, 0));
        if turn % SHORT_LIVED == SHORT_LIVED - 1 {
            let kills = world.kills.load(Ordering::SeqCst);
            wait_for("a kill", LONG, || {
                let is_killed = world.kills.load(Ordering::SeqCst) > kills;
                (is_killed || !world.goes_on()).then_some(())
            });
        }
        let kept = client.until(world, |client| client.fetch(NAME, written, 0));
        let (Some(()), [Some(a), Some(b)], Some(()), Some(offset), Some(kept)) =
            (made, ends, opened, wrote, kept)
        else {
            return;
        };
        assert_eq!((a, b, offset), (0, 0, 0), "{NAME} begins with what an earlier one had");
        assert_eq!(kept, (1, vec![0]), "{NAME} lost what was acknowledged");
        world.count(2);
    }
}

/// Brokers stop, or die, and come back, one after the other.
fn stop_and_start(world: &World, dir: &Path) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for id in [1, 2, 3].into_iter().cycle() {
        if !world.goes_on() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
        let Ok(Some(control)) = ClusterDir::new(dir).load_control() else { continue };
        let client = ControlClient::new(control).with_deadline(Duration::from_secs(5));
        // Whatever fails: the engine was killed, and starts with all of them.
        let came_back = runtime.block_on(async {
            let gone = match world.counts[3].load(Ordering::SeqCst) % 2 {
                0 => client.stop_broker(id).await.ok()?,
                _ => client.kill_broker(id).await.ok()?,
            };
            ended(&client, gone).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
            let back = client.start_broker(id).await.ok()?;
            ended(&client, back).await
        });
        if came_back.is_some() {
            world.count(3);
        }
    }
}

/// `None` where the engine is killed meanwhile.
async fn ended(client: &ControlClient, operation: weir_control::api::Operation) -> Option<()> {
    client.operation(&operation.id).await.ok()?;
    let ended = tokio::time::timeout(LONG, async {
        loop {
            match client.operation(&operation.id).await {
                Ok(operation) if operation.is_running() => {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                other => return other.ok(),
            }
        }
    });
    ended.await.ok()?.map(drop)
}

/// After a clean stop, too: every partition to its last acknowledged record.
fn all_is_there(world: &World) {
    let mut client = Client::new(&world.ports);
    for (partition, acknowledged) in world.acknowledged.iter().enumerate() {
        let acknowledged = acknowledged.load(Ordering::SeqCst);
        let mut next = 0;
        while next < acknowledged {
            let fetched = || client.once(|client| client.fetch(KEPT, partition, next)).ok();
            let (_, offsets) = wait_for("an answer", LONG, fetched);
            assert!(!offsets.is_empty(), "{KEPT}-{partition} ends at {next}, not {acknowledged}");
            next += offsets.len() as i64;
        }
    }
}

/// Neither a panic nor an error: nothing was wrong with the disk.
fn tells_of_no_fault(said: &str) {
    let is_fault = |line: &&str| line.contains("panicked") || line.contains("ERROR");
    let faults: Vec<&str> = said.lines().filter(is_fault).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
