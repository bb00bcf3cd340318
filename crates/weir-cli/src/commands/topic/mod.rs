//! `weir topic`.

mod change;
mod config;
mod list;
mod moves;
pub(crate) mod show;

use clap::{Args, Subcommand};
use weir_api::texts::Lang;

use crate::args::{Common, Target, pair};
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum TopicCommand {
    /// Create topics
    Create(CreateArgs),
    /// List topics
    List(ListArgs),
    /// Show a topic with its partitions
    Show(ShowArgs),
    /// Delete topics with their messages
    Delete(DeleteArgs),
    /// Raise the number of partitions
    AddPartitions(AddPartitionsArgs),
    /// Show or change a topic's configuration
    Config(ConfigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The topics' names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// By default the cluster's
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Replicas of each partition. By default the cluster's
    #[arg(long, value_parser = clap::value_parser!(i16).range(1..))]
    replication_factor: Option<i16>,
    /// A configuration; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    config: Vec<(String, String)>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only names that contain these words
    #[arg(long, value_name = "WORDS")]
    filter: Option<String>,
    /// With the cluster's own topics
    #[arg(long)]
    internal: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The topic's name
    name: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The topics' names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Yes, delete them with all messages
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct AddPartitionsArgs {
    /// The topic's name
    name: String,
    /// How many the topic has afterwards
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
    total: i32,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The topic's name
    name: String,
    /// Change a configuration; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Reset a configuration to its default; may be given several times
    #[arg(long, value_name = "KEY")]
    reset: Vec<String>,
    /// Show all, not only what was set for the topic or differs from Kafka's defaults
    #[arg(long)]
    all: bool,
    /// Say what each configuration does: all of them, or only these
    #[arg(long, value_name = "KEY", num_args = 0.., conflicts_with_all = ["set", "reset"])]
    describe: Option<Vec<String>>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: TopicCommand, lang: Lang) -> Result<(), Trouble> {
    match command {
        TopicCommand::Create(args) => change::create(args, lang).await,
        TopicCommand::List(args) => list::run(args).await,
        TopicCommand::Show(args) => show::run(args).await,
        TopicCommand::Delete(args) => change::delete(args, lang).await,
        TopicCommand::AddPartitions(args) => change::add_partitions(args).await,
        TopicCommand::Config(args) => config::run(args, lang).await,
    }
}
