//! The clean stop (`engine.md` section 3).

use crate::boot::Marks;
use crate::engine::{Engine, OpenError};

/// Active segments below this write nothing: replaying them is quick.
const SNAPSHOT_MIN_BYTES: u64 = 64 << 10;

pub(crate) fn close(engine: &Engine, hurry: &dyn Fn() -> bool) -> Result<(), OpenError> {
    let image = engine.image();
    for partition in image.topics().flat_map(|topic| topic.partitions()) {
        if hurry() {
            return Ok(());
        }
        if let Some(log) = partition.handle().opened() {
            log.close(SNAPSHOT_MIN_BYTES).map_err(crate::MetadataError::from)?;
        }
    }
    let store = engine.controller().store();
    if store.has_news() {
        engine.write_snapshot()?;
    }
    store.close()?;
    if hurry() {
        return Ok(());
    }
    let directory = &engine.config().directory;
    let io = |what: &'static str| move |e| OpenError::Io(what.to_owned(), e);
    engine.fs().sync_volume(directory).map_err(io("sync the volume"))?;
    if engine.is_doubtful() {
        return Ok(());
    }
    Marks::of(directory).end(engine.fs().as_ref()).map_err(io("write metadata/clean"))
}
