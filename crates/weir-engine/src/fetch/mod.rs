//! What Fetch is made of: the partitions a client wants, what changed in them, and sessions
//! (KIP-227).
//!
//! A [`FetchSet`] is a list of partitions with the offsets that are wanted next. A poll looks only
//! at those that have news: an append marks the partition's bit in the set and wakes the poll. A
//! session keeps its set between requests. Without one a request names all it wants, and the set is kept with the
//! connection for the next one: a client that names the same again costs no more than one with a session.

mod kept;
mod news;
mod session;
mod set;
mod slot;
#[cfg(test)]
mod tests;

pub(crate) use kept::{KEPT_MIN, KeptFetches, KeptGuard, Terms};
pub(crate) use news::News;
pub(crate) use session::{FetchSession, FetchSessions};
pub(crate) use set::{Choose, FetchLimits, FetchSet, Found, Look, Mode};
pub(crate) use slot::{TopicKey, Wanted};
