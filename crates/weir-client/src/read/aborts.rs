//! Which batches of a Fetch answer belong to transactions that were aborted. A leader answers a read of committed
//! records with every record and a list beside it (KIP-98): who reads sorts them out.

use std::collections::{HashSet, VecDeque};

use weir_wire::messages::fetch_response::AbortedTransaction;
use weir_wire::records::BatchHeader;

/// The list of one answer, walked along with its batches in order of offset.
#[derive(Debug, Default)]
pub(crate) struct Aborts {
    /// Producer and first offset of what comes, in order of offset.
    coming: VecDeque<(i64, i64)>,
    /// Producers inside an aborted transaction at the batch that was seen last.
    inside: HashSet<i64>,
}

impl Aborts {
    pub(crate) fn new(listed: &[AbortedTransaction]) -> Self {
        let mut coming: Vec<_> = listed.iter().map(|t| (t.first_offset, t.producer_id)).collect();
        coming.sort_unstable();
        let coming = coming.into_iter().map(|(offset, producer)| (producer, offset)).collect();
        Self { coming, inside: HashSet::new() }
    }

    /// Whether the next batch was aborted. A marker ends its producer's transaction and is itself never aborted.
    pub(crate) fn holds(&mut self, batch: &BatchHeader) -> bool {
        while let Some((producer, first)) = self.coming.front().copied() {
            if first > batch.last_offset() {
                break;
            }
            self.inside.insert(producer);
            self.coming.pop_front();
        }
        if batch.attributes.is_control() {
            self.inside.remove(&batch.producer_id);
            return false;
        }
        batch.attributes.is_transactional() && self.inside.contains(&batch.producer_id)
    }
}
