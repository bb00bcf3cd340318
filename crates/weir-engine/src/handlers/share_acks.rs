//! Acknowledgements, as ShareFetch carries them along and ShareAcknowledge alone.

use weir_wire::{ErrorCode, Str, Uuid};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::share::config::ShareConfig;
use crate::share::key::ShareKey;
use crate::share::partition::{Ack, AckRange, Persisted};

/// One range as a request has it: first and last offset; one type for all of it, or one an offset.
pub(crate) struct Batch<'a> {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) types: &'a [i8],
}

/// The ranges of one partition: in order, not overlapping, with known types. Otherwise
/// INVALID_REQUEST; so is renewing where the request does not say that it renews (KIP-1222).
pub(crate) fn ranges<'a>(
    batches: impl Iterator<Item = Batch<'a>>,
    may_renew: bool,
) -> Result<Vec<AckRange>, ErrorCode> {
    let invalid = ErrorCode::INVALID_REQUEST;
    let mut all = Vec::new();
    // As in Kafka, -1 passes: it lies before everything.
    let mut next = -1;
    for Batch { first, last, types } in batches {
        let count = last.checked_sub(first).and_then(|span| usize::try_from(span).ok());
        // The last offset of one batch may begin the next: that is found when it is acknowledged twice.
        let count = count.filter(|_| first >= next).ok_or(invalid)?;
        if types.len() != 1 && types.len() - usize::from(!types.is_empty()) != count
            || types.is_empty()
        {
            return Err(invalid);
        }
        for (offset, kind) in (first..).zip(types) {
            let ack = Ack::from_wire(*kind).filter(|ack| may_renew || *ack != Ack::Renew);
            let end = if types.len() == 1 { last } else { offset };
            all.push((offset, end, ack.ok_or(invalid)?));
        }
        last.checked_add(1).ok_or(invalid)?;
        next = last;
    }
    Ok(all)
}

/// Whose acknowledgements.
pub(crate) struct Acknowledger<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) group: &'a Str,
    pub(crate) member: &'a Str,
    pub(crate) config: &'a ShareConfig,
}

impl Acknowledger<'_> {
    /// Acknowledges in one partition; answers what to wait for.
    pub(crate) fn acknowledge(
        &self,
        topic: Uuid,
        partition: i32,
        ranges: Result<Vec<AckRange>, ErrorCode>,
    ) -> Result<Option<Persisted>, Refusal> {
        let handle = self.ctx.partition_by_id(topic, partition)?;
        let ranges = ranges?;
        let broker = self.ctx.broker_id();
        handle.check_leader(broker, -1).map_err(|error| error.code())?;
        let key = ShareKey { group: self.group.detached(), topic, partition };
        let known = self.ctx.engine().share().known_partition(broker, &key);
        let known = known.ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        known.acknowledge(self.member, &ranges, self.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(batches: &[(i64, i64, &[i8])], may_renew: bool) -> Result<Vec<AckRange>, ErrorCode> {
        let batches =
            batches.iter().map(|(first, last, types)| Batch { first: *first, last: *last, types });
        ranges(batches, may_renew)
    }

    #[test]
    fn ranges_are_one_type_or_one_an_offset() {
        assert_eq!(of(&[(0, 9, &[1])], false).unwrap(), [(0, 9, Ack::Accept)]);
        let mixed = of(&[(0, 3, &[1, 1, 2, 0]), (4, 4, &[3])], false).unwrap();
        let expected = [
            (0, 0, Ack::Accept),
            (1, 1, Ack::Accept),
            (2, 2, Ack::Release),
            (3, 3, Ack::Gap),
            (4, 4, Ack::Reject),
        ];
        assert_eq!(mixed, expected);
        assert_eq!(of(&[(0, 1, &[4])], true).unwrap(), [(0, 1, Ack::Renew)]);
    }

    #[test]
    fn malformed_ranges_are_invalid() {
        let invalid = Err(ErrorCode::INVALID_REQUEST);
        for bad in [
            &[(5, 4, [1].as_slice())][..],
            &[(0, 4, &[])],
            &[(0, 4, &[1, 1])],
            &[(0, 0, &[7])],
            &[(0, 0, &[-1])],
            &[(0, 0, &[4])],
            &[(-2, 0, &[1])],
            &[(0, 4, &[1]), (3, 5, &[1])],
            &[(0, i64::MAX, &[1])],
        ] {
            assert_eq!(of(bad, false), invalid, "{bad:?}");
        }
    }
}
