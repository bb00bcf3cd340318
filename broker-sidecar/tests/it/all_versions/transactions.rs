//! The transactions' APIs, in the order of a transaction.
use weir_wire::messages::{
    add_offsets_to_txn_request::AddOffsetsToTxnRequest,
    add_partitions_to_txn_request::{
        AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
    },
    describe_producers_request::{DescribeProducersRequest, TopicRequest},
    describe_transactions_request::DescribeTransactionsRequest,
    end_txn_request::EndTxnRequest,
    find_coordinator_request::FindCoordinatorRequest,
    init_producer_id_request::InitProducerIdRequest,
    list_transactions_request::ListTransactionsRequest,
    txn_offset_commit_request::TxnOffsetCommitRequest,
    write_txn_markers_request::{
        WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
    },
};
use weir_wire::{ErrorCode, Str};

use super::{Round, name};
use crate::process::{LONG, wait_for};

fn id() -> Str {
    Str::from("every-version")
}

pub(super) fn ask(round: &mut Round) {
    let find = FindCoordinatorRequest {
        key_type: 1,
        coordinator_keys: vec![id()],
        ..FindCoordinatorRequest::default()
    };
    wait_for("a transaction coordinator", LONG, || {
        (round.asking.ask(&find, 4).unwrap().coordinators[0].error_code == 0).then_some(())
    });
    let init = InitProducerIdRequest {
        transactional_id: Some(id()),
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdRequest::default()
    };
    let producer = round.asking.ask(&init, 4).unwrap();
    assert_eq!(producer.error_code, 0, "{producer:?}");
    let producer = (producer.producer_id, producer.producer_epoch);
    additions(round, producer);
    ends(round, producer);
    describe(round, producer.0);
}

fn additions(round: &mut Round, (producer_id, producer_epoch): (i64, i16)) {
    let add = |v: i16| {
        let topics = vec![AddPartitionsToTxnTopic {
            name: name(),
            partitions: vec![0],
            ..Default::default()
        }];
        if v < 4 {
            return AddPartitionsToTxnRequest {
                v3_and_below_transactional_id: id(),
                v3_and_below_producer_id: producer_id,
                v3_and_below_producer_epoch: producer_epoch,
                v3_and_below_topics: topics,
                ..Default::default()
            };
        }
        let transaction = AddPartitionsToTxnTransaction {
            transactional_id: id(),
            producer_id,
            producer_epoch,
            verify_only: true,
            topics,
            ..Default::default()
        };
        AddPartitionsToTxnRequest { transactions: vec![transaction], ..Default::default() }
    };
    round.api(add, |a, v| {
        let topics = match v {
            0..4 => &a.results_by_topic_v3_and_below,
            _ => &a.results_by_transaction[0].topic_results,
        };
        topics[0].results_by_partition[0].partition_error_code == 0
    });
    let offsets = |_| AddOffsetsToTxnRequest {
        transactional_id: id(),
        producer_id,
        producer_epoch,
        group_id: Str::from("g"),
        ..Default::default()
    };
    round.api(offsets, |a, _| a.error_code == 0);
    round.api(|_| TxnOffsetCommitRequest::default(), |a, _| a.topics.is_empty());
}

fn ends(round: &mut Round, (producer_id, producer_epoch): (i64, i16)) {
    let end = |_| EndTxnRequest {
        transactional_id: id(),
        producer_id,
        producer_epoch,
        committed: true,
        ..Default::default()
    };
    // v5 takes the epoch for the next transaction's, which has nothing to commit.
    let nothing = ErrorCode::INVALID_TXN_STATE.0;
    round.api(end, |a, v| a.error_code == if v < 5 { 0 } else { nothing });
    let markers = |v: i16| WriteTxnMarkersRequest {
        markers: vec![WritableTxnMarker {
            producer_id,
            producer_epoch: producer_epoch + v,
            topics: vec![WritableTxnMarkerTopic {
                name: name(),
                partition_indexes: vec![0],
                ..Default::default()
            }],
            coordinator_epoch: 1,
            ..Default::default()
        }],
        ..Default::default()
    };
    round.api(markers, |a, _| a.markers[0].topics[0].partitions[0].error_code == 0);
}

fn describe(round: &mut Round, producer_id: i64) {
    let producers = |_| DescribeProducersRequest {
        topics: vec![TopicRequest {
            name: name(),
            partition_indexes: vec![0],
            ..Default::default()
        }],
        ..Default::default()
    };
    round.api(producers, |a, _| {
        let known = &a.topics[0].partitions[0].active_producers;
        known.iter().any(|known| known.producer_id == producer_id)
    });
    let transactions =
        |_| DescribeTransactionsRequest { transactional_ids: vec![id()], ..Default::default() };
    round.api(transactions, |a, _| {
        a.transaction_states[0].transaction_state.as_str() == "CompleteCommit"
    });
    let list = |_| ListTransactionsRequest::default();
    round.api(list, |a, _| a.error_code == 0 && a.transaction_states.len() == 1);
}
