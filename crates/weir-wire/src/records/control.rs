//! Control records: markers that brokers write between data. Key: version and type; value: by
//! type.

use super::RecordRef;

/// Type of a control record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlType {
    /// End of an aborted transaction.
    Abort,
    /// End of a committed transaction.
    Commit,
    /// KRaft: a leader was elected; value `LeaderChangeMessage`.
    LeaderChange,
    /// KRaft: first record of a snapshot; value `SnapshotHeaderRecord`.
    SnapshotHeader,
    /// KRaft: last record of a snapshot; value `SnapshotFooterRecord`.
    SnapshotFooter,
    /// KRaft: version of the protocol; value `KRaftVersionRecord`.
    KraftVersion,
    /// KRaft: the voters; value `VotersRecord`.
    KraftVoters,
    /// Written by a later version.
    Unknown(i16),
}

impl ControlType {
    /// Type of a code on the wire.
    pub fn from_code(code: i16) -> Self {
        match code {
            0 => Self::Abort,
            1 => Self::Commit,
            2 => Self::LeaderChange,
            3 => Self::SnapshotHeader,
            4 => Self::SnapshotFooter,
            5 => Self::KraftVersion,
            6 => Self::KraftVoters,
            other => Self::Unknown(other),
        }
    }

    /// Code on the wire.
    pub fn code(self) -> i16 {
        match self {
            Self::Abort => 0,
            Self::Commit => 1,
            Self::LeaderChange => 2,
            Self::SnapshotHeader => 3,
            Self::SnapshotFooter => 4,
            Self::KraftVersion => 5,
            Self::KraftVoters => 6,
            Self::Unknown(code) => code,
        }
    }

    /// Type of a control record; `None` where its key is none.
    pub fn of(record: &RecordRef<'_>) -> Option<Self> {
        let [_, _, high, low] = record.key?.first_chunk::<4>()?;
        Some(Self::from_code(i16::from_be_bytes([*high, *low])))
    }
}

/// Key of a control record of this type.
pub fn control_key(kind: ControlType) -> [u8; 4] {
    let [high, low] = kind.code().to_be_bytes();
    [0, 0, high, low]
}

/// End of a transaction, as a control record says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTxnMarker {
    /// Committed, or aborted.
    pub commit: bool,
    /// Epoch of the transaction coordinator that wrote it.
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// The marker in a control record; `None` for other control records.
    pub fn of(record: &RecordRef<'_>) -> Option<Self> {
        let commit = match ControlType::of(record)? {
            ControlType::Commit => true,
            ControlType::Abort => false,
            _ => return None,
        };
        let [_, _, epoch @ ..] = record.value?.first_chunk::<6>()?;
        Some(Self { commit, coordinator_epoch: i32::from_be_bytes(*epoch) })
    }

    /// Type of its control record.
    pub fn control_type(self) -> ControlType {
        if self.commit { ControlType::Commit } else { ControlType::Abort }
    }

    /// Value of its control record.
    pub fn value(self) -> [u8; 6] {
        let [a, b, c, d] = self.coordinator_epoch.to_be_bytes();
        [0, 0, a, b, c, d]
    }
}
