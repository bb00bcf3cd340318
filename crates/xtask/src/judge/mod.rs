//! Judges that are not ours.

#[cfg(feature = "house")]
mod differential;
#[cfg(feature = "house")]
mod franz_go;
#[cfg(feature = "house")]
mod java;
#[cfg(feature = "house")]
mod javascript;
#[cfg(feature = "house")]
mod librdkafka;
mod parity;
#[cfg(feature = "house")]
mod rdkafka;

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
    /// franz-go's own tests of its client and its administrator.
    #[cfg(feature = "house")]
    FranzGo(franz_go::Args),
    /// Apache Kafka's Java programs: Streams, Connect, MirrorMaker, the commands.
    #[cfg(feature = "house")]
    Java(java::Args),
    /// @confluentinc/kafka-javascript, built from its package.
    #[cfg(feature = "house")]
    Javascript,
    /// The integration tests of the Rust crate rdkafka.
    #[cfg(feature = "house")]
    Rdkafka(rdkafka::Args),
}

pub(crate) fn run(judge: &Judge) -> Result<()> {
    match judge {
        Judge::Parity => parity::run(),
        #[cfg(feature = "house")]
        Judge::Differential(args) => differential::run(args),
        #[cfg(feature = "house")]
        Judge::Librdkafka(args) => librdkafka::run(args),
        #[cfg(feature = "house")]
        Judge::FranzGo(args) => franz_go::run(args),
        #[cfg(feature = "house")]
        Judge::Java(args) => java::run(args),
        #[cfg(feature = "house")]
        Judge::Javascript => javascript::run(),
        #[cfg(feature = "house")]
        Judge::Rdkafka(args) => rdkafka::run(args),
    }
}
