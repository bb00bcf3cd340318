//! From a frame to a handler and back: header, version, decoding, encoding.
//!
//! The table is the one place that says which APIs are served and in which versions; ApiVersions
//! answers from it, so an API that is not served is not advertised.

use bytes::Bytes;
use weir_wire::header::{RequestHeader, decode_request_header, encode_response};
use weir_wire::{ApiKey, Frame, Reader, Request, Response};

use crate::ctx::Ctx;
use crate::handlers;
use crate::reply::{Outcome, Reply, Waiter};

/// One served API.
pub(crate) struct Api {
    pub(crate) key: ApiKey,
    pub(crate) min: i16,
    pub(crate) max: i16,
    run: fn(&Ctx, Reader) -> Outcome,
}

/// One line of the table: key, versions, handler.
macro_rules! api {
    ($key:ident $min:literal ..= $max:literal, $handle:path) => {
        Api {
            key: ApiKey::$key,
            min: $min,
            max: $max,
            run: |ctx, reader| serve(ctx, reader, $handle),
        }
    };
}

/// Every served API, by key. Versions are those that Apache Kafka 4.4.0 advertises
/// (`kafka-apis.md`), Produce from 0 included: librdkafka would not compress otherwise (KAFKA-18659).
pub(crate) static TABLE: &[Api] = &[
    api!(Produce 0..=13, handlers::k00_produce::handle),
    api!(Fetch 4..=18, handlers::k01_fetch::handle),
    api!(ListOffsets 1..=11, handlers::k02_list_offsets::handle),
    api!(Metadata 0..=13, handlers::k03_metadata::handle),
    api!(OffsetCommit 2..=10, handlers::k08_offset_commit::handle),
    api!(OffsetFetch 1..=10, handlers::k09_offset_fetch::handle),
    api!(FindCoordinator 0..=6, handlers::k10_find_coordinator::handle),
    api!(JoinGroup 0..=9, handlers::k11_join_group::handle),
    api!(Heartbeat 0..=4, handlers::k12_heartbeat::handle),
    api!(LeaveGroup 0..=5, handlers::k13_leave_group::handle),
    api!(SyncGroup 0..=5, handlers::k14_sync_group::handle),
    api!(DescribeGroups 0..=6, handlers::k15_describe_groups::handle),
    api!(ListGroups 0..=5, handlers::k16_list_groups::handle),
    api!(SaslHandshake 0..=1, handlers::k17_sasl_handshake::handle),
    api!(ApiVersions 0..=5, handlers::k18_api_versions::handle),
    api!(CreateTopics 2..=7, handlers::k19_create_topics::handle),
    api!(DeleteTopics 1..=6, handlers::k20_delete_topics::handle),
    api!(DeleteRecords 0..=2, handlers::k21_delete_records::handle),
    api!(InitProducerId 0..=5, handlers::k22_init_producer_id::handle),
    api!(OffsetForLeaderEpoch 2..=4, handlers::k23_offset_for_leader_epoch::handle),
    api!(AddPartitionsToTxn 0..=5, handlers::k24_add_partitions_to_txn::handle),
    api!(AddOffsetsToTxn 0..=4, handlers::k25_add_offsets_to_txn::handle),
    api!(EndTxn 0..=5, handlers::k26_end_txn::handle),
    api!(WriteTxnMarkers 1..=2, handlers::k27_write_txn_markers::handle),
    api!(TxnOffsetCommit 0..=6, handlers::k28_txn_offset_commit::handle),
    api!(DescribeAcls 1..=3, handlers::k29_describe_acls::handle),
    api!(CreateAcls 1..=3, handlers::k30_create_acls::handle),
    api!(DeleteAcls 1..=3, handlers::k31_delete_acls::handle),
    api!(DescribeConfigs 1..=4, handlers::k32_describe_configs::handle),
    api!(AlterConfigs 0..=2, handlers::k33_alter_configs::handle),
    api!(AlterReplicaLogDirs 1..=2, handlers::k34_alter_replica_log_dirs::handle),
    api!(DescribeLogDirs 1..=5, handlers::k35_describe_log_dirs::handle),
    api!(SaslAuthenticate 0..=2, handlers::k36_sasl_authenticate::handle),
    api!(CreatePartitions 0..=3, handlers::k37_create_partitions::handle),
    api!(CreateDelegationToken 1..=3, handlers::k38_create_delegation_token::handle),
    api!(RenewDelegationToken 1..=2, handlers::k39_renew_delegation_token::handle),
    api!(ExpireDelegationToken 1..=2, handlers::k40_expire_delegation_token::handle),
    api!(DescribeDelegationToken 1..=3, handlers::k41_describe_delegation_token::handle),
    api!(DeleteGroups 0..=3, handlers::k42_delete_groups::handle),
    api!(ElectLeaders 0..=2, handlers::k43_elect_leaders::handle),
    api!(IncrementalAlterConfigs 0..=1, handlers::k44_incremental_alter_configs::handle),
    api!(
        AlterPartitionReassignments 0..=1,
        handlers::k45_alter_partition_reassignments::handle
    ),
    api!(ListPartitionReassignments 0..=0, handlers::k46_list_partition_reassignments::handle),
    api!(OffsetDelete 0..=0, handlers::k47_offset_delete::handle),
    api!(DescribeClientQuotas 0..=1, handlers::k48_describe_client_quotas::handle),
    api!(AlterClientQuotas 0..=1, handlers::k49_alter_client_quotas::handle),
    api!(
        DescribeUserScramCredentials 0..=0,
        handlers::k50_describe_user_scram_credentials::handle
    ),
    api!(AlterUserScramCredentials 0..=0, handlers::k51_alter_user_scram_credentials::handle),
    api!(DescribeQuorum 0..=2, handlers::k55_describe_quorum::handle),
    api!(UpdateFeatures 0..=2, handlers::k57_update_features::handle),
    api!(DescribeCluster 0..=2, handlers::k60_describe_cluster::handle),
    api!(DescribeProducers 0..=0, handlers::k61_describe_producers::handle),
    api!(UnregisterBroker 0..=0, handlers::k64_unregister_broker::handle),
    api!(DescribeTransactions 0..=0, handlers::k65_describe_transactions::handle),
    api!(ListTransactions 0..=2, handlers::k66_list_transactions::handle),
    api!(ConsumerGroupHeartbeat 0..=1, handlers::k68_consumer_group_heartbeat::handle),
    api!(ConsumerGroupDescribe 0..=1, handlers::k69_consumer_group_describe::handle),
    api!(ListConfigResources 0..=1, handlers::k74_list_config_resources::handle),
    api!(DescribeTopicPartitions 0..=0, handlers::k75_describe_topic_partitions::handle),
    api!(ShareGroupHeartbeat 1..=1, handlers::k76_share_group_heartbeat::handle),
    api!(ShareGroupDescribe 1..=1, handlers::k77_share_group_describe::handle),
    api!(ShareFetch 1..=2, handlers::k78_share_fetch::handle),
    api!(ShareAcknowledge 1..=2, handlers::k79_share_acknowledge::handle),
    api!(AddRaftVoter 0..=1, handlers::k80_add_raft_voter::handle),
    api!(RemoveRaftVoter 0..=0, handlers::k81_remove_raft_voter::handle),
    api!(InitializeShareGroupState 0..=0, handlers::k83_initialize_share_group_state::handle),
    api!(ReadShareGroupState 0..=0, handlers::k84_read_share_group_state::handle),
    api!(WriteShareGroupState 0..=1, handlers::k85_write_share_group_state::handle),
    api!(DeleteShareGroupState 0..=0, handlers::k86_delete_share_group_state::handle),
    api!(
        ReadShareGroupStateSummary 0..=1,
        handlers::k87_read_share_group_state_summary::handle
    ),
    api!(StreamsGroupHeartbeat 0..=1, handlers::k88_streams_group_heartbeat::handle),
    api!(StreamsGroupDescribe 0..=1, handlers::k89_streams_group_describe::handle),
    api!(DescribeShareGroupOffsets 0..=1, handlers::k90_describe_share_group_offsets::handle),
    api!(AlterShareGroupOffsets 0..=0, handlers::k91_alter_share_group_offsets::handle),
    api!(DeleteShareGroupOffsets 0..=0, handlers::k92_delete_share_group_offsets::handle),
    api!(
        StreamsGroupTopologyDescriptionUpdate 0..=0,
        handlers::k93_streams_group_topology_description_update::handle
    ),
    api!(UnregisterController 0..=0, handlers::k94_unregister_controller::handle),
];

/// The table's line for `key`.
pub(crate) fn find(key: i16) -> Option<&'static Api> {
    TABLE.iter().find(|api| api.key as i16 == key)
}

/// Whether the frame (without its length prefix) asks for a change of the cluster's metadata, which is
/// durable before it is answered: the thread waits for the disk.
pub(crate) fn waits_for_disk(frame: &[u8]) -> bool {
    const WAITING: [ApiKey; 19] = [
        ApiKey::CreateTopics,
        ApiKey::DeleteTopics,
        ApiKey::CreateAcls,
        ApiKey::DeleteAcls,
        ApiKey::AlterConfigs,
        ApiKey::AlterReplicaLogDirs,
        ApiKey::CreatePartitions,
        ApiKey::ElectLeaders,
        ApiKey::IncrementalAlterConfigs,
        ApiKey::AlterPartitionReassignments,
        ApiKey::AlterClientQuotas,
        ApiKey::AlterUserScramCredentials,
        ApiKey::UpdateFeatures,
        ApiKey::UnregisterBroker,
        ApiKey::AddRaftVoter,
        ApiKey::RemoveRaftVoter,
        ApiKey::UnregisterController,
        // The first one of a coordinator makes its topic; a producer's may need a block of ids.
        ApiKey::FindCoordinator,
        ApiKey::InitProducerId,
    ];
    let key = frame.first_chunk::<2>().map(|bytes| i16::from_be_bytes(*bytes));
    key.is_some_and(|key| WAITING.iter().any(|waiting| *waiting as i16 == key))
}

/// Answers one frame, without its length prefix.
pub(crate) fn dispatch(ctx: &mut Ctx, frame: Bytes) -> Outcome {
    let mut reader = Reader::new(frame);
    let header = match decode_request_header(&mut reader) {
        Ok(header) => header,
        Err(error) => return Outcome::Close(format!("request header: {error}")),
    };
    ctx.set_header(header);
    let (key, version) = (ctx.header().request_api_key, ctx.version());
    let Some(api) = find(key) else {
        return Outcome::Close(format!("API key {key} is not served"));
    };
    if (api.min..=api.max).contains(&version) {
        return (api.run)(ctx, reader);
    }
    if api.key == ApiKey::ApiVersions {
        return respond(ctx.header(), 0, &handlers::k18_api_versions::unsupported());
    }
    Outcome::Close(format!("{} version {version} is not served", api.key.name()))
}

fn serve<R>(ctx: &Ctx, mut reader: Reader, handle: fn(&Ctx, R) -> Reply<R::Response>) -> Outcome
where
    R: Request,
    R::Response: 'static,
{
    let request = match R::decode(&mut reader, ctx.version()) {
        Ok(request) => request,
        Err(error) => return Outcome::Close(format!("{} request: {error}", R::NAME)),
    };
    match handle(ctx, request) {
        Reply::Done(response) => respond(ctx.header(), ctx.version(), &response),
        Reply::Silent => Outcome::Done(None),
        Reply::Close(reason) => Outcome::Close(reason.to_owned()),
        Reply::Frame(waiter) => Outcome::Wait(waiter),
        Reply::Wait(future) => {
            let header = ctx.header().clone();
            Outcome::Wait(Waiter::new(async move {
                let Some(response) = future.await else { return Ok(None) };
                let frame = encode(&header, header.request_api_version, &response)?;
                Ok(Some(frame))
            }))
        }
    }
}

fn respond<R: Response>(header: &RequestHeader, version: i16, response: &R) -> Outcome {
    match encode(header, version, response) {
        Ok(frame) => Outcome::Done(Some(frame)),
        Err(reason) => Outcome::Close(reason),
    }
}

pub(crate) fn encode<R: Response>(
    header: &RequestHeader,
    version: i16,
    response: &R,
) -> Result<Frame, String> {
    encode_response(header.correlation_id, response, version)
        .map_err(|error| format!("{} response: {error}", R::NAME))
}
