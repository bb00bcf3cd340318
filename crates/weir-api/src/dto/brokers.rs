use serde::Serialize;
use ts_rs::TS;
use weir_core::brokers as core;
use weir_core::log_dirs;
use weir_domain as domain;

use super::{FromCore, I64, Text, dto, words};

words!(BrokerState = core::BrokerState as "snake_case" {
    Online, Stopped, Killed, Starting, Stopping, Unknown,
});

#[derive(Debug, Clone, Serialize, TS)]
pub struct BrokerRow {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    pub state: BrokerState,
    pub controller: bool,
    pub leaders: u32,
    pub replicas: u32,
    pub size: Option<I64>,
    /// Partitions with a replica here that is not in sync.
    pub under_replicated: u32,
    pub version: Option<String>,
    /// It hands its replicas on, to be removed.
    pub removing: bool,
    pub permits: BrokerPermits,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct BrokerPermits {
    pub stop: Option<Text>,
    pub kill: Option<Text>,
    pub start: Option<Text>,
    pub remove: Option<Text>,
    pub cancel_remove: Option<Text>,
}

impl FromCore<core::BrokerRow> for BrokerRow {
    fn from_core(row: core::BrokerRow) -> Self {
        Self {
            id: row.id,
            host: row.host,
            port: row.port,
            rack: row.rack,
            state: FromCore::from_core(row.state),
            controller: row.controller,
            leaders: row.leaders,
            replicas: row.replicas,
            size: FromCore::from_core(row.size),
            under_replicated: row.under_replicated,
            version: row.version,
            removing: row.removing,
            permits: BrokerPermits {
                stop: FromCore::from_core(row.stop),
                kill: FromCore::from_core(row.kill),
                start: FromCore::from_core(row.start),
                remove: FromCore::from_core(row.remove),
                cancel_remove: FromCore::from_core(row.cancel_remove),
            },
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct BrokerRows {
    pub rows: Vec<BrokerRow>,
    /// How much the busiest broker leads beyond the mean (0.25: a quarter more).
    pub skew: Option<f64>,
    pub permits: BrokersPermits,
    pub warnings: Vec<Text>,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct BrokersPermits {
    pub add: Option<Text>,
}

impl FromCore<core::BrokerPage> for BrokerRows {
    fn from_core(page: core::BrokerPage) -> Self {
        Self {
            rows: FromCore::from_core(page.rows),
            skew: page.skew,
            permits: BrokersPermits { add: FromCore::from_core(page.add) },
            warnings: FromCore::from_core(page.warnings),
        }
    }
}

dto!(
    /// The controllers' Raft quorum.
    Quorum from domain::Quorum {
        leader_id: i32,
        leader_epoch: i32,
        high_watermark: I64,
        voters: Vec<QuorumReplica>,
        /// Brokers that only follow.
        observers: Vec<QuorumReplica>,
    }
);

dto!(QuorumReplica from domain::QuorumReplica {
    replica_id: i32,
    log_end_offset: I64,
    /// `null` where it is not told.
    last_fetch_ms: Option<I64>,
    last_caught_up_ms: Option<I64>,
});

/// One log dir of one broker.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LogDirRow {
    pub broker: i32,
    pub path: String,
    /// Kafka's name of the error that the broker answers for it; `null`: it is online.
    pub error: Option<String>,
    /// Replicas that it holds; `null` where it is offline.
    pub replicas: Option<u32>,
    /// Of those replicas, in bytes.
    pub size: Option<I64>,
    /// Of the volume, in bytes; `null` where the broker does not tell.
    pub free: Option<I64>,
    pub total: Option<I64>,
    pub permits: LogDirPermits,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct LogDirPermits {
    pub offline: Option<Text>,
    pub online: Option<Text>,
}

impl FromCore<log_dirs::LogDirRow> for LogDirRow {
    fn from_core(row: log_dirs::LogDirRow) -> Self {
        Self {
            broker: row.broker,
            path: row.path,
            error: row.error,
            replicas: row.replicas,
            size: FromCore::from_core(row.size),
            free: FromCore::from_core(row.free),
            total: FromCore::from_core(row.total),
            permits: LogDirPermits {
                offline: FromCore::from_core(row.offline),
                online: FromCore::from_core(row.online),
            },
        }
    }
}

dto!(LogDirRows from log_dirs::LogDirPage { rows: Vec<LogDirRow>, warnings: Vec<Text> });
