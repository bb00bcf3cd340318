//! One file a command.

pub(crate) mod broker;
pub(crate) mod cluster;
pub(crate) mod consume;
pub(crate) mod group;
mod operation;
mod outcomes;
pub(crate) mod produce;
pub(crate) mod quorum;
pub(crate) mod reference;
pub(crate) mod sample;
pub(crate) mod topic;
pub(crate) mod up;

use crate::args::{Command, Weir};
use crate::trouble::Trouble;

pub(crate) async fn run(weir: Weir) -> Result<(), Trouble> {
    let lang = weir.lang();
    match weir.command {
        Command::Up(args) => up::run(args, lang).await,
        Command::Cluster(command) => cluster::run(command, lang).await,
        Command::Topic(command) => topic::run(command, lang).await,
        Command::Produce(args) => produce::run(args, lang).await,
        Command::Consume(args) => consume::run(args, lang).await,
        Command::Group(command) => group::run(command, lang).await,
        Command::Broker(command) => broker::run(command).await,
        Command::Quorum(args) => quorum::run(args).await,
        Command::Serve(args) => crate::serve::run(args, lang).await,
        Command::Sample(command) => sample::run(command).await,
        Command::Reference(args) => reference::run(args, lang),
    }
}
