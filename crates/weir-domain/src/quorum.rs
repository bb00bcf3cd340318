//! The controllers' Raft quorum (DescribeQuorum, KIP-836).

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub voters: Vec<QuorumReplica>,
    pub observers: Vec<QuorumReplica>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumReplica {
    pub replica_id: i32,
    pub log_end_offset: i64,
    /// Milliseconds since the Unix epoch; `None` where it is not told.
    pub last_fetch_ms: Option<i64>,
    pub last_caught_up_ms: Option<i64>,
}
