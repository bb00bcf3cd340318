//! One partition's log: what is common to its operations.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::{Mutex, MutexGuard};

use super::context::LogContext;
use super::segment::{LogDir, Segment};
use super::view::{Segments, View};
use super::writer::{Phase, Writer};
use super::{ActiveProducer, EpochEnd, LogConfig, LogError, Recovered, Recovery};

/// One partition's log; see the module. All methods may be called from any thread. Methods that
/// return a `Result` recover the log first where that has not happened yet; the others never touch
/// a disk.
#[derive(Debug)]
pub struct PartitionLog {
    pub(super) context: Arc<LogContext>,
    pub(super) dir: Arc<LogDir>,
    pub(super) topic_id: [u8; 16],
    pub(super) config: ArcSwap<LogConfig>,
    pub(super) view: View,
    /// The append mutex: held across one `write`. Locks are taken in the order compacting,
    /// flushing, writer.
    pub(super) writer: Mutex<Writer>,
    pub(super) flushing: Mutex<()>,
    pub(super) compacting: Mutex<()>,
}

impl PartitionLog {
    /// A log without data, in `dir` (`<topic>-<partition>`), which need not exist and is made with
    /// the first append.
    pub fn empty(
        context: &Arc<LogContext>,
        dir: PathBuf,
        topic_id: [u8; 16],
        config: Arc<LogConfig>,
    ) -> Self {
        Self::new(context, dir, topic_id, config, Phase::Open)
    }

    /// A log whose directory exists. Nothing is read yet.
    pub fn existing(
        context: &Arc<LogContext>,
        dir: PathBuf,
        topic_id: [u8; 16],
        config: Arc<LogConfig>,
        recovery: Recovery,
    ) -> Self {
        Self::new(context, dir, topic_id, config, Phase::Unrecovered(recovery))
    }

    fn new(
        context: &Arc<LogContext>,
        dir: PathBuf,
        topic_id: [u8; 16],
        config: Arc<LogConfig>,
        phase: Phase,
    ) -> Self {
        let recovered = matches!(phase, Phase::Open);
        Self {
            context: context.clone(),
            dir: Arc::new(LogDir::new(dir)),
            topic_id,
            config: ArcSwap::new(config),
            view: View::new(context.no_segments(), recovered),
            writer: Mutex::new(Writer { phase, tail: None, pending_epoch: None }),
            flushing: Mutex::new(()),
            compacting: Mutex::new(()),
        }
    }

    /// Reads and repairs what is on disk, once; later calls answer the same without I/O. After a
    /// failed sync, call [`PartitionLog::revalidate`].
    pub fn recover(&self) -> Result<Recovered, LogError> {
        let mut writer = self.writer.lock();
        match writer.phase {
            Phase::Unrecovered(recovery) => self.load(&mut writer, recovery),
            _ => Ok(self.as_recovered(&writer)),
        }
    }

    /// Reads and checks the log anew, from its recovery point, as after a power loss: for a log
    /// that refuses writes.
    pub fn revalidate(&self) -> Result<Recovered, LogError> {
        let _flushing = self.flushing.lock();
        let mut writer = self.writer.lock();
        match writer.phase {
            Phase::Stopped => return Err(LogError::Stopped),
            Phase::Deleted => return Err(LogError::Deleted),
            Phase::Unrecovered(_) | Phase::Open | Phase::Failed(_) => {}
        }
        self.load(&mut writer, Recovery::PowerLoss)
    }

    /// Whether the log has been recovered (always, when it began empty).
    pub fn is_recovered(&self) -> bool {
        self.view.is_recovered()
    }

    /// Why the log refuses writes, if it does.
    pub fn failure(&self) -> Option<String> {
        match &self.writer.lock().phase {
            Phase::Failed(reason) => Some(reason.clone()),
            _ => None,
        }
    }

    /// First offset. 0 before recovery.
    pub fn log_start_offset(&self) -> i64 {
        self.view.log_start()
    }

    /// Log end offset (LEO): offset of the next record. 0 before recovery.
    pub fn log_end_offset(&self) -> i64 {
        self.view.log_end()
    }

    /// Bytes of all segments. 0 before recovery.
    pub fn size_bytes(&self) -> u64 {
        self.view.size()
    }

    /// First offset of the oldest open transaction: the last stable offset is the lesser of this
    /// and the high watermark. `None` where no transaction is open.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        self.view.first_unstable()
    }

    /// The high watermark moved: transactions whose markers are below it are over for readers too.
    pub fn replicated_to(&self, high_watermark: i64) -> Result<(), LogError> {
        if !self.view.has_unreplicated() {
            return Ok(());
        }
        let mut writer = self.open_writer()?;
        let producers = &mut writer.tail().producers;
        producers.replicated_to(high_watermark);
        self.view.set_unstable(producers);
        Ok(())
    }

    /// The producers that the log knows, by id.
    pub fn active_producers(&self) -> Result<Vec<ActiveProducer>, LogError> {
        let writer = self.open_writer()?;
        Ok(writer.tail.as_ref().map(|tail| tail.producers.active()).unwrap_or_default())
    }

    /// Offset below which everything survives a power loss.
    pub fn recovery_point(&self) -> i64 {
        self.view.flushed()
    }

    /// Uses another configuration from now on.
    pub fn set_config(&self, config: Arc<LogConfig>) {
        self.config.store(config);
    }

    /// Configuration in use.
    pub fn config(&self) -> Arc<LogConfig> {
        self.config.load_full()
    }

    /// Directory of the log.
    pub fn dir(&self) -> PathBuf {
        self.dir.path().to_path_buf()
    }

    /// Highest leader epoch of the log.
    pub fn latest_epoch(&self) -> Result<Option<i32>, LogError> {
        let writer = self.open_writer()?;
        Ok(latest_epoch(&writer))
    }

    /// Leader epoch that `offset` was written under.
    pub fn epoch_at(&self, offset: i64) -> Result<Option<i32>, LogError> {
        let writer = self.open_writer()?;
        if let Some((epoch, _)) = writer.pending_epoch.filter(|(_, start)| offset >= *start) {
            return Ok(Some(epoch));
        }
        Ok(writer.tail.as_ref().and_then(|tail| tail.epochs.at(offset)))
    }

    /// End offset of an epoch before the leader's own, as OffsetForLeaderEpoch answers it.
    pub fn end_offset_for_epoch(&self, epoch: i32) -> Result<EpochEnd, LogError> {
        let writer = self.open_writer()?;
        let mut epochs = writer.tail.as_ref().map(|tail| tail.epochs.clone()).unwrap_or_default();
        if let Some((pending, start)) = writer.pending_epoch {
            epochs.assign(pending, start);
        }
        Ok(epochs.end_of(epoch, self.view.log_end()))
    }

    /// Notes that a leader took over, before its first append (KIP-101). In memory only: epochs
    /// that wrote nothing need no disk.
    pub fn assign_epoch(&self, epoch: i32) -> Result<(), LogError> {
        let mut writer = self.open_writer()?;
        if latest_epoch(&writer).is_none_or(|latest| epoch > latest) {
            writer.pending_epoch = Some((epoch, self.view.log_end()));
        }
        Ok(())
    }

    /// Locks the writer of a log that is recovered (now, if need be) and not closed.
    pub(super) fn open_writer(&self) -> Result<MutexGuard<'_, Writer>, LogError> {
        let mut writer = self.writer.lock();
        match writer.phase {
            Phase::Unrecovered(recovery) => {
                self.load(&mut writer, recovery)?;
            }
            Phase::Stopped => return Err(LogError::Stopped),
            Phase::Deleted => return Err(LogError::Deleted),
            Phase::Open | Phase::Failed(_) => {}
        }
        Ok(writer)
    }

    /// Recovers where that has not happened yet, for readers.
    pub(super) fn ensure_recovered(&self) -> Result<(), LogError> {
        if !self.view.is_recovered() {
            drop(self.open_writer()?);
        }
        Ok(())
    }

    pub(super) fn check_writable(&self, writer: &Writer) -> Result<(), LogError> {
        match &writer.phase {
            Phase::Failed(reason) => Err(LogError::Failed(reason.clone())),
            Phase::Stopped => Err(LogError::Stopped),
            Phase::Deleted => Err(LogError::Deleted),
            _ => Ok(()),
        }
    }

    /// Stops writes for good (until a restart or [`PartitionLog::revalidate`]). A log that was deleted meanwhile, and
    /// its files renamed under who worked on them, has not failed.
    pub(super) fn fail(&self, writer: &mut Writer, reason: String) -> LogError {
        match writer.phase {
            Phase::Stopped => return LogError::Stopped,
            Phase::Deleted => return LogError::Deleted,
            Phase::Unrecovered(_) | Phase::Open | Phase::Failed(_) => {}
        }
        tracing::error!(dir = %self.dir.path().display(), reason, "log takes no more writes");
        writer.phase = Phase::Failed(reason.clone());
        LogError::Failed(reason)
    }

    pub(super) fn as_recovered(&self, writer: &Writer) -> Recovered {
        Recovered {
            log_start_offset: self.view.log_start(),
            log_end_offset: self.view.log_end(),
            latest_epoch: latest_epoch(writer).unwrap_or(-1),
            truncated_bytes: 0,
            scanned_bytes: 0,
        }
    }

    pub(super) fn active(&self) -> Option<Arc<Segment>> {
        self.view.segments().last().cloned()
    }

    /// Segment of `segments` that an offset falls in; the first one for offsets before it.
    pub(super) fn segment_index(segments: &Segments, offset: i64) -> usize {
        segments.partition_point(|segment| segment.base_offset() <= offset).saturating_sub(1)
    }
}

fn latest_epoch(writer: &Writer) -> Option<i32> {
    let pending = writer.pending_epoch.map(|(epoch, _)| epoch);
    pending.or_else(|| writer.tail.as_ref().and_then(|tail| tail.epochs.latest()))
}
