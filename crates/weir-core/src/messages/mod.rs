//! Messages: browsed page by page, one whole, followed live, written.

mod browse;
mod cell;
mod produce;
mod tail;
mod whole;

pub use browse::{Browse, BrowseEnd, BrowseFrom, Browsed};
pub use cell::{Cell, CellKind, MessageRow};
pub use produce::{Encoding, NewMessage, Payload, Produced};
pub use whole::{Data, MessageFull};
