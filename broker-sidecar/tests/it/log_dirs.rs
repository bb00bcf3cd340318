//! A log dir that is taken offline over the control API, as clients see it.
use tokio::runtime::Builder;
use weir_control::ControlError;
use weir_control::api::{OperationKind, OperationState};
use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use weir_wire::messages::metadata_response::MetadataResponsePartition;
use weir_wire::{ErrorCode, Str};

use crate::asking::Asking;
use crate::control_api::done;
use crate::process::{Broker, LONG, wait_for};

const TOPIC: &str = "orders";
/// The broker whose second log dir fails.
const ID: i32 = 2;

#[test]
fn its_replicas_leave_the_isr_and_come_back() {
    let temp = tempfile::tempdir().unwrap();
    let flags = ["--brokers", "3", "--port", "0", "--set", "log.dirs=a,b"];
    let broker = Broker::start(temp.path(), &flags);
    let port = |at: usize| broker.ready.brokers[at].port;
    let (mut first, mut second) = (Asking::connect(port(0)), Asking::connect(port(1)));
    create(&mut first);
    let inside = held(&mut second).unwrap();
    assert!(!inside.is_empty() && inside.len() < 12, "both dirs have replicas: {inside:?}");

    let (client, runtime) =
        (broker.control(), Builder::new_current_thread().enable_all().build().unwrap());
    let set = |online| {
        let asked = runtime.block_on(client.set_log_dir(ID, "b", online)).unwrap();
        assert_eq!((asked.broker, asked.log_dir.as_deref()), (Some(ID), Some("b")));
        let ended = runtime.block_on(done(&client, asked));
        assert_eq!(ended.state, OperationState::Done, "{ended:?}");
        ended.kind
    };
    assert_eq!(set(false), OperationKind::LogDirOffline);
    assert_eq!(held(&mut second), Err(ErrorCode::KAFKA_STORAGE_ERROR));
    for partition in partitions(&mut first) {
        let is_out = inside.contains(&partition.partition_index);
        assert_eq!(partition.isr_nodes.contains(&ID), !is_out, "{partition:?}");
        assert_eq!(partition.offline_replicas.contains(&ID), is_out, "{partition:?}");
        assert!(partition.leader_id >= 0 && !(is_out && partition.leader_id == ID));
    }
    let last = runtime.block_on(client.set_log_dir(ID, "a", false)).unwrap_err();
    assert!(matches!(&last, ControlError::Refused { status: 409, .. }), "{last}");
    assert_eq!(set(true), OperationKind::LogDirOnline);
    wait_for("all replicas in sync", LONG, || {
        partitions(&mut first).iter().all(|it| it.isr_nodes.len() == 3).then_some(())
    });
    assert_eq!(held(&mut second), Ok(inside));

    for (id, name, words) in [(ID, "c", "no log dir \"c\""), (9, "b", "does not exist")] {
        let refused = runtime.block_on(client.set_log_dir(id, name, false)).unwrap_err();
        assert!(matches!(&refused, ControlError::Refused { status: 404, .. }), "{refused}");
        assert!(refused.to_string().contains(words), "{refused}");
    }
}

fn create(connection: &mut Asking) {
    let topic = CreatableTopic {
        name: Str::from(TOPIC),
        num_partitions: 12,
        replication_factor: 3,
        ..Default::default()
    };
    let create =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    assert_eq!(connection.ask(&create, 7).unwrap().topics[0].error_code, 0);
}

/// The topic's partitions with a replica in the broker's second log dir, or what it answers for that.
fn held(connection: &mut Asking) -> Result<Vec<i32>, ErrorCode> {
    let all = DescribeLogDirsRequest { topics: None, ..Default::default() };
    let answer = connection.ask(&all, 4).unwrap();
    let dir = answer.results.iter().find(|dir| dir.log_dir.ends_with("/b")).unwrap();
    if dir.error_code != 0 {
        return Err(ErrorCode(dir.error_code));
    }
    let topics = dir.topics.iter().filter(|topic| &*topic.name == TOPIC);
    Ok(topics.flat_map(|topic| topic.partitions.iter().map(|it| it.partition_index)).collect())
}

fn partitions(connection: &mut Asking) -> Vec<MetadataResponsePartition> {
    let topic = MetadataRequestTopic { name: Some(Str::from(TOPIC)), ..Default::default() };
    let request = MetadataRequest { topics: Some(vec![topic]), ..Default::default() };
    connection.ask(&request, 12).unwrap().topics.remove(0).partitions
}
