//! Judges that are not ours.

#[cfg(feature = "house")]
mod differential;
#[cfg(feature = "house")]
mod librdkafka;
mod parity;

use anyhow::Result;

#[derive(clap::Subcommand)]
pub(crate) enum Judge {
    /// Kafka's Java classes encode and decode the same random messages.
    Parity,
    /// Apache Kafka and the built-in engine answer the same questions.
    #[cfg(feature = "house")]
    Differential(differential::Args),
    /// librdkafka's own tests against the built-in engine.
    #[cfg(feature = "house")]
    Librdkafka(librdkafka::Args),
}

pub(crate) fn run(judge: &Judge) -> Result<()> {
    match judge {
        Judge::Parity => parity::run(),
        #[cfg(feature = "house")]
        Judge::Differential(args) => differential::run(args),
        #[cfg(feature = "house")]
        Judge::Librdkafka(args) => librdkafka::run(args),
    }
}
