//! Generated files: Kafka's messages and configurations, from Apache Kafka's own jars; the contract's
//! TypeScript; the reference of the command line; the licences of others.

mod api_keys;
mod configs;
mod contract;
mod definitions;
#[cfg(feature = "judge")]
mod docs;
mod errors;
pub(crate) mod jars;
mod message_file;
mod names;
mod notices;
mod output;
mod reference;
mod structs;
mod testing;
mod types;
mod versions;
mod wire;

use anyhow::Result;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to write.
    #[arg(value_enum, default_value_t = What::All)]
    what: What,
    /// Write nothing; fail where a committed file differs from what would be written.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(crate) enum What {
    /// The messages of weir-wire, from the definitions in Kafka's jars.
    Wire,
    /// The configuration definitions of weir-wire, from the classes in Kafka's jars.
    Configs,
    /// The engine's descriptions of topic configurations, from the console's texts.
    Docs,
    /// The user interface's TypeScript of the contract, by the program that weir-api has for it. With --check nothing: a
    /// test of weir-api compares them.
    Contract,
    /// docs/REFERENCE.md, by `weir reference`. With --check by the one that was built last.
    Reference,
    /// THIRD-PARTY.txt: the licences of what the package holds that others wrote.
    Notices,
    /// All of these.
    All,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let wants = |what| args.what == what || args.what == What::All;
    // The table of configurations is generated too: without features it may not be there yet.
    #[cfg(feature = "judge")]
    if wants(What::Docs) {
        output::deliver(docs::generate()?, args.check)?;
    }
    if wants(What::Notices) {
        output::deliver(notices::generate()?, args.check)?;
    }
    if wants(What::Contract) && !args.check {
        contract::write()?;
    }
    if wants(What::Reference) {
        output::deliver(reference::generate(!args.check)?, args.check)?;
    }
    if matches!(args.what, What::Docs | What::Notices | What::Contract | What::Reference) {
        return Ok(());
    }
    let Some(jars) = jars::fetch("generated files")? else { return Ok(()) };
    if wants(What::Wire) {
        output::deliver(wire::generate(&jars)?, args.check)?;
    }
    if wants(What::Configs) {
        output::deliver(configs::generate(&jars)?, args.check)?;
    }
    Ok(())
}
