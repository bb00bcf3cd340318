use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long to wait after the first, second, third and fourth death in a minute; the fifth is the last.
const DELAYS: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
];
const WINDOW: Duration = Duration::from_secs(60);

/// The deaths of the last minute.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    deaths: VecDeque<Instant>,
}

impl Backoff {
    /// Counts a death; how long to wait before the next launch, or `None` to give up.
    pub(super) fn died(&mut self, now: Instant) -> Option<Duration> {
        while self.deaths.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.deaths.pop_front();
        }
        self.deaths.push_back(now);
        DELAYS.get(self.deaths.len() - 1).copied()
    }

    pub(super) fn deaths(&self) -> u32 {
        u32::try_from(self.deaths.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_death_in_a_minute_is_the_last() {
        let mut backoff = Backoff::default();
        let start = Instant::now();
        let at = |s: u64| start + Duration::from_secs(s);
        let waits: Vec<_> = (0..5).map(|i| backoff.died(at(i)).map(|d| d.as_millis())).collect();
        assert_eq!(waits, [Some(100), Some(500), Some(2_000), Some(5_000), None]);
        assert_eq!(backoff.deaths(), 5);
    }

    #[test]
    fn deaths_older_than_a_minute_are_forgotten() {
        let mut backoff = Backoff::default();
        let start = Instant::now();
        for i in 0..100 {
            let wait = backoff.died(start + Duration::from_secs(61 * i));
            assert_eq!(wait, Some(Duration::from_millis(100)));
        }
    }
}
