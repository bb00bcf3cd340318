//! The states of a transactional id, with Kafka's numbers and names.

/// Where a transactional id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TxnState {
    /// A producer is initialized, no transaction was begun.
    Empty,
    /// A transaction is open.
    Ongoing,
    /// It will be committed: markers are being written.
    PrepareCommit,
    /// It will be aborted: markers are being written.
    PrepareAbort,
    /// The last transaction was committed.
    CompleteCommit,
    /// The last transaction was aborted.
    CompleteAbort,
}

impl TxnState {
    const ALL: [Self; 6] = [
        Self::Empty,
        Self::Ongoing,
        Self::PrepareCommit,
        Self::PrepareAbort,
        Self::CompleteCommit,
        Self::CompleteAbort,
    ];

    /// The state of a code in `__transaction_state`.
    pub(crate) fn from_code(code: i8) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }

    /// Its code in `__transaction_state`.
    pub(crate) fn code(self) -> i8 {
        self as i8
    }

    /// The state of a name that ListTransactions filters by.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether Kafka knows a state of this name. The last two are never seen from outside.
    pub(crate) fn is_name(name: &str) -> bool {
        Self::from_name(name).is_some() || matches!(name, "Dead" | "PrepareEpochFence")
    }

    /// Its name in DescribeTransactions and ListTransactions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
        }
    }

    /// Whether the outcome is decided and its markers are not all written.
    pub(crate) fn is_prepared(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }
}
