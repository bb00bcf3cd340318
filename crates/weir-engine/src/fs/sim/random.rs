//! What a power loss keeps is chosen by chance, from a seed.

/// xorshift64*: enough to choose what a power loss keeps. 0 chooses "lost" always.
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if self.0 == 0 { 0 } else { (self.next() >> 11) % bound }
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(super) fn coin_or(&mut self, when_fixed: bool) -> bool {
        if self.0 == 0 { when_fixed } else { self.coin() }
    }
}
