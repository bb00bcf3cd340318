//! The bytes of one file, and which of them a power loss leaves.

use super::random::Random;

#[derive(Debug, Default)]
pub(super) struct Inode {
    pub(super) data: Vec<u8>,
    durable: Vec<u8>,
    /// Below this position `durable` equals `data`.
    pub(super) clean_to: usize,
    /// Bytes that a failed sync marked as written though they were not: lost at a power loss.
    lost: Vec<(usize, usize)>,
    /// Whether bytes below `clean_to` may differ all the same: damaged, or lost.
    pub(super) differs: bool,
}

impl Inode {
    pub(super) fn sync(&mut self) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        self.durable.truncate(clean);
        self.durable.extend_from_slice(&self.data[clean..]);
        for (from, to) in &self.lost {
            let to = (*to).min(self.durable.len());
            if let Some(hole) = self.durable.get_mut(*from..to) {
                hole.fill(0);
            }
        }
        self.clean_to = self.data.len();
    }

    /// A sync failed: its pages count as clean from now on, and never reach the disk.
    pub(super) fn lose_unsynced(&mut self) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        self.lost.push((clean, self.data.len()));
        self.differs = true;
    }

    pub(super) fn drop_unsynced(&mut self, random: &mut Random) {
        let clean = self.clean_to.min(self.durable.len()).min(self.data.len());
        let truncated = clean < self.durable.len();
        if truncated && random.coin_or(false) {
            // The truncation was lost with all that followed it.
        } else if random.0 != 0 {
            self.keep_some(clean, random);
        }
        // Below `clean` both are the same, unless something was damaged.
        let same = if self.differs { 0 } else { clean };
        self.data.truncate(same);
        self.data.extend_from_slice(&self.durable[same..]);
        self.differs = false;
        self.clean_to = self.data.len();
        self.lost.clear();
    }

    /// A part of what was written since the last sync reaches the disk, maybe as zeros.
    fn keep_some(&mut self, clean: usize, random: &mut Random) {
        let kept = random.below((self.data.len() - clean) as u64 + 1) as usize;
        let same = if self.differs { 0 } else { clean };
        self.durable.truncate(same);
        self.durable.extend_from_slice(&self.data[same..clean + kept]);
        if kept > 0 && random.below(4) == 0 {
            // The size reached the disk before the data: a tail of zeros.
            let zeros = random.below(kept as u64) as usize + 1;
            let start = self.durable.len() - zeros;
            self.durable[start..].fill(0);
        }
    }
}
