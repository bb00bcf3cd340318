//! Members of a share group that all come at once, before there is a topic for its state: clients take any code but NONE
//! and the retriable ones for the end (librdkafka: FATAL).
use std::sync::Barrier;

use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::{ErrorCode, Str};

use crate::asking::Asking;
use crate::process::{Broker, LONG, wait_for};

const MEMBERS: usize = 12;

#[test]
fn the_first_members_of_a_share_group_are_all_let_in() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--brokers", "1", "--port", "0"]);
    let port = broker.bootstrap().rsplit(':').next().unwrap().parse().unwrap();
    make_ready(&mut Asking::connect(port));
    let together = Barrier::new(MEMBERS);
    let join = &|member| {
        let mut connection = Asking::connect(port);
        together.wait();
        ErrorCode(connection.ask(&heartbeat(member), 1).unwrap().error_code)
    };
    let codes: Vec<ErrorCode> = std::thread::scope(|scope| {
        let members: Vec<_> =
            (0..MEMBERS).map(|member| scope.spawn(move || join(member))).collect();
        members.into_iter().map(|member| member.join().unwrap()).collect()
    });
    let fine = [ErrorCode::NONE, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS];
    assert!(codes.iter().all(|code| fine.contains(code)), "{codes:?}");
}

/// A topic to read, and the coordinator of groups.
fn make_ready(connection: &mut Asking) {
    let topic = CreatableTopic {
        name: Str::from("jobs"),
        num_partitions: 1,
        replication_factor: 1,
        ..Default::default()
    };
    let create =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    assert_eq!(connection.ask(&create, 7).unwrap().topics[0].error_code, 0);
    let find = FindCoordinatorRequest {
        coordinator_keys: vec![Str::from("workers")],
        ..Default::default()
    };
    wait_for("a coordinator", LONG, || {
        let answer = connection.ask(&find, 4).unwrap();
        (answer.coordinators[0].error_code == 0).then_some(())
    });
}

fn heartbeat(member: usize) -> ShareGroupHeartbeatRequest {
    ShareGroupHeartbeatRequest {
        group_id: Str::from("workers"),
        member_id: Str::from(format!("member-{member}")),
        member_epoch: 0,
        subscribed_topic_names: Some(vec![Str::from("jobs")]),
        ..Default::default()
    }
}
