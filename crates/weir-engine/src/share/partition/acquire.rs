//! Giving offsets to a member, as Kafka does: what was never delivered in ranges of whole batches; what
//! is given again as it was given before, or as it is available once somebody said something of a part.

use weir_wire::Str;

use super::runs::{Acquired, Batch, Run, Runs, State};

/// How offsets are given.
#[derive(Debug)]
pub(crate) struct Take<'a> {
    pub(crate) member: &'a Str,
    /// Until when the locks hold (monotonic, ms).
    pub(crate) until: i64,
    /// Offsets that may still be given; a batch that begins below is given whole.
    pub(crate) left: i64,
    /// Never more than `left`, in the middle of a batch too (KIP-1206).
    pub(crate) is_strict: bool,
    /// Whether offsets that were never delivered may be given.
    pub(crate) may_begin: bool,
    /// A range of new offsets ends with the batch that makes it this long.
    pub(crate) batch_size: i64,
    /// `share.delivery.count.limit`.
    pub(crate) count_limit: i16,
    pub(crate) given: Vec<Acquired>,
}

impl Take<'_> {
    /// Records that were delivered so often may be what makes members fail: ever fewer of them are
    /// given at once.
    fn often(&self) -> i16 {
        ((self.count_limit + 1) / 2).max(2)
    }

    fn is_last_delivery(&self, count: i16) -> bool {
        self.count_limit > 2 && count == self.count_limit - 1
    }

    fn state(&self) -> State {
        State::Acquired { member: self.member.clone(), until: self.until }
    }
}

/// What is available of one batch in flight: first and last offset, deliveries.
#[derive(Debug)]
struct Piece {
    batch: Option<Batch>,
    runs: Vec<(i64, i64, i16)>,
}

impl Piece {
    /// The whole batch, which nobody said anything of in parts.
    fn whole(&self) -> Option<(i64, i64, i16)> {
        let batch = self.batch.filter(|batch| !batch.is_by_offset)?;
        let run = self.runs.first().copied()?;
        (run.0 == batch.first && run.1 == batch.last).then_some(run)
    }
}

impl Runs {
    /// Gives what is available of `batches` as they follow each other in the log without a gap.
    pub(crate) fn acquire(&mut self, batches: &[(i64, i64)], take: &mut Take<'_>) {
        let (Some(&(first, _)), Some(&(_, last))) = (batches.first(), batches.last()) else {
            return;
        };
        for piece in self.pieces(first, last) {
            if take.left <= 0 {
                return;
            }
            match piece.batch {
                None => self.acquire_gap(&piece, batches, take),
                Some(batch) => self.acquire_again(batch, &piece, take),
            }
        }
        if take.may_begin {
            self.acquire_new(batches, take);
        }
    }

    fn pieces(&self, first: i64, last: i64) -> Vec<Piece> {
        let first = first.max(self.start());
        let mut pieces: Vec<Piece> = Vec::new();
        for (from, run) in self.overlapping(first, last) {
            if run.state != State::Available {
                continue;
            }
            let part = ((*from).max(first), run.last.min(last), run.count);
            match pieces.last_mut().filter(|piece| piece.batch.is_some()) {
                Some(piece) if piece.batch == run.batch => piece.runs.push(part),
                _ => pieces.push(Piece { batch: run.batch, runs: vec![part] }),
            }
        }
        pieces
    }

    /// Between what was persisted: nobody knows whether it was delivered.
    fn acquire_gap(&mut self, piece: &Piece, batches: &[(i64, i64)], take: &mut Take<'_>) {
        let Some(&(from, to, count)) = piece.runs.first() else { return };
        let wanted = from.saturating_add(take.left - 1);
        let whole = batches.iter().find(|(_, last)| *last >= wanted).map_or(to, |(_, last)| *last);
        let to = to.min(if take.is_strict { wanted } else { whole });
        let batch = Batch { first: from, last: to, is_by_offset: false };
        self.hold((from, to), count, take);
        if let Some(run) = self.run_mut(from) {
            run.batch = Some(batch);
        }
        take.left -= to - from + 1;
        take.given.push(Acquired { first: from, last: to, count: count.saturating_add(1) });
    }

    fn acquire_again(&mut self, batch: Batch, piece: &Piece, take: &mut Take<'_>) {
        let counts = piece.runs.iter().map(|(_, _, count)| *count);
        let is_often = counts.max().unwrap_or(0) >= take.often();
        if is_often && !take.given.is_empty() {
            // Alone, in the next answer.
            take.left = 0;
            return;
        }
        let fits = |(from, to, _): &(i64, i64, i16)| !take.is_strict || to - from < take.left;
        match piece.whole().filter(fits).filter(|_| !is_often) {
            Some((first, last, count)) => {
                self.hold((first, last), count, take);
                take.left -= last - first + 1;
                take.given.push(Acquired { first, last, count: count.saturating_add(1) });
            }
            None => {
                let taken = self.acquire_by_offset(batch, piece, take);
                take.left = if is_often && taken > 0 { 0 } else { take.left - taken };
            }
        }
    }

    fn acquire_by_offset(&mut self, batch: Batch, piece: &Piece, take: &mut Take<'_>) -> i64 {
        let size = batch.last - batch.first + 1;
        let mut most = if take.is_strict { take.left } else { i64::MAX };
        let (mut taken, mut is_cautious) = (0, false);
        let before = take.given.len();
        for &(from, to, count) in &piece.runs {
            let is_last = take.is_last_delivery(count);
            if taken >= most || is_last && taken > 0 {
                break;
            }
            if count >= take.often() && !is_cautious {
                is_cautious = true;
                let shift = u32::try_from(count - take.often() + 1).unwrap_or(0);
                most = most.min(size.checked_shr(shift).unwrap_or(0).max(1));
            }
            let room = if is_last { 1 } else { most - taken };
            let to = to.min(from.saturating_add(room - 1));
            self.hold((from, to), count, take);
            let run = Acquired { first: from, last: to, count: count.saturating_add(1) };
            match take.given.get_mut(before..).and_then(<[Acquired]>::last_mut) {
                Some(last) if last.last + 1 == from && last.count == run.count => last.last = to,
                _ => take.given.push(run),
            }
            taken += to - from + 1;
            if is_last {
                break;
            }
        }
        taken
    }

    /// What was never delivered.
    fn acquire_new(&mut self, batches: &[(i64, i64)], take: &mut Take<'_>) {
        let mut open: Option<(i64, i64)> = None;
        let mut left = take.left;
        for &(base, last) in batches {
            let base = base.max(self.end()).max(self.start());
            if left <= 0 || last < base {
                continue;
            }
            left -= last - base + 1;
            open = match open {
                Some((first, _)) if take.is_strict || base - first < take.batch_size => {
                    Some((first, last))
                }
                Some(range) => {
                    self.begin(range, take);
                    Some((base, last))
                }
                None => Some((base, last)),
            };
        }
        if let Some(range) = open {
            self.begin(range, take);
        }
    }

    /// A batch is in flight from now on.
    fn begin(&mut self, (first, last): (i64, i64), take: &mut Take<'_>) {
        let asked = first.saturating_add(take.left - 1);
        let to = if take.is_strict { last.min(asked) } else { last };
        let batch = Some(Batch { first, last, is_by_offset: to < last });
        self.put(first, Run { last: to, state: take.state(), count: 1, batch });
        if to < last {
            self.put(to + 1, Run { last, state: State::Available, count: 0, batch });
        }
        take.left -= to - first + 1;
        take.given.push(Acquired { first, last: to, count: 1 });
    }

    /// Locks what was delivered `count` times for the member.
    fn hold(&mut self, (from, to): (i64, i64), count: i16, take: &Take<'_>) {
        self.split(from);
        self.split(to + 1);
        if let Some(run) = self.run_mut(from) {
            run.state = take.state();
            run.count = count.saturating_add(1);
        }
    }
}
