//! Judges that are not ours.

mod parity;

use anyhow::Result;

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Judge {
    /// Kafka's Java classes encode and decode the same random messages.
    Parity,
}

pub(crate) fn run(judge: Judge) -> Result<()> {
    match judge {
        Judge::Parity => parity::run(),
    }
}
