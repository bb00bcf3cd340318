//! Names of a log's files, as Kafka has them.

/// Kind of a segment's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Log,
    Index,
    TimeIndex,
    TxnIndex,
}

impl FileKind {
    pub(crate) const ALL: [Self; 4] = [Self::Log, Self::Index, Self::TimeIndex, Self::TxnIndex];

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Log => ".log",
            Self::Index => ".index",
            Self::TimeIndex => ".timeindex",
            Self::TxnIndex => ".txnindex",
        }
    }
}

/// What follows the extension while a file comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Suffix {
    /// In use.
    None,
    /// Removed, waiting for its last reader.
    Deleted,
    /// Being written by compaction; worthless after a crash.
    Cleaned,
    /// Written by compaction, replacing others; completed after a crash.
    Swap,
}

impl Suffix {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Deleted => ".deleted",
            Self::Cleaned => ".cleaned",
            Self::Swap => ".swap",
        }
    }

    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Deleted,
            2 => Self::Cleaned,
            3 => Self::Swap,
            _ => Self::None,
        }
    }
}

pub(crate) const EPOCH_CHECKPOINT: &str = "leader-epoch-checkpoint";
pub(crate) const PARTITION_METADATA: &str = "partition.metadata";
pub(crate) const OFFSETS_CHECKPOINT: &str = "log-offsets-checkpoint";

/// `00000000000000000042.log`
pub(crate) fn segment_file(base_offset: i64, kind: FileKind, suffix: Suffix) -> String {
    format!("{base_offset:020}{}{}", kind.extension(), suffix.text())
}

/// `00000000000000000042.snapshot`
pub(crate) fn snapshot_file(offset: i64) -> String {
    format!("{offset:020}.snapshot")
}

/// What a file of a log's directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Segment {
        base_offset: i64,
        kind: FileKind,
        suffix: Suffix,
    },
    Snapshot {
        offset: i64,
    },
    /// Worthless after a restart: a temporary, removed or half-cleaned file.
    Left,
    Other,
}

/// Reads a file name.
pub(crate) fn parse(name: &str) -> Named {
    let left = [".tmp", ".deleted", ".cleaned"];
    if left.iter().any(|end| name.ends_with(end)) {
        return Named::Left;
    }
    let (name, suffix) = match name.strip_suffix(".swap") {
        Some(rest) => (rest, Suffix::Swap),
        None => (name, Suffix::None),
    };
    let Some((digits, extension)) = name.split_at_checked(20) else {
        return Named::Other;
    };
    let Ok(base_offset) = digits.parse::<u64>() else {
        return Named::Other;
    };
    let Ok(base_offset) = i64::try_from(base_offset) else {
        return Named::Other;
    };
    if extension == ".snapshot" && suffix == Suffix::None {
        return Named::Snapshot { offset: base_offset };
    }
    let kind = FileKind::ALL.into_iter().find(|kind| kind.extension() == extension);
    kind.map_or(Named::Other, |kind| Named::Segment { base_offset, kind, suffix })
}
