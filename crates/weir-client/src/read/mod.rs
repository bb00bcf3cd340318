//! One reader for browsing, tailing and searching: raw fetch by partition leader. Raw bytes are tested first; only
//! what may match is copied, in previews of at most 4 KB a row.

mod aborts;
mod block;
mod browse;
mod fetch;
mod merge;
mod partitions;
mod reader;
mod row;
mod tail;
mod undecided;
mod whole;

pub use browse::{
    Browse, BrowseEnd, BrowseFrom, BrowsePage, Cursor, Direction, PartitionRange, ROWS_MAX,
};
pub use reader::{MarkedMessage, Reader};
pub use tail::{Tail, TailBatch, TailEnd};
pub use undecided::{Place, mark_aborted};
