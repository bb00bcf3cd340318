//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use weir_api::texts::Lang;

use crate::commands::{
    broker, cluster, consume, group, produce, quorum, reference, sample, topic, up,
};
use crate::{help, serve, usage};

/// A Kafka cluster on this machine in one command, and a console for any other.
#[derive(Debug, Parser)]
#[command(name = "weir", version, about, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Weir {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Language of sentences and of the summaries in help. By default that of LANG
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<Language>,
}

/// As people name a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    En,
    Ko,
}

impl Weir {
    /// Reads the command line; wrong usage ends here, with one sentence and code 2.
    pub(crate) fn read() -> Self {
        let args = help::language_first(std::env::args_os().collect());
        let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        let lang = Lang::choose(help::asked_lang(&words).as_deref());
        let matches = help::localised(Self::command(), lang).try_get_matches_from(args);
        let read = matches.and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| usage::end(&error, &words, lang))
    }

    pub(crate) fn lang(&self) -> Lang {
        match self.lang {
            Some(Language::En) => Lang::En,
            Some(Language::Ko) => Lang::Ko,
            None => Lang::choose(None),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a cluster named "local", or take up the one that is there, and print its address
    Up(up::UpArgs),
    /// Create, list, start, stop, delete clusters on this machine; connect to others
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// Create, list, show, change, delete topics
    #[command(subcommand)]
    Topic(topic::TopicCommand),
    /// Write messages: one value a line from standard input
    Produce(produce::ProduceArgs),
    /// Read messages: one value a line to standard output
    Consume(consume::ConsumeArgs),
    /// List and show consumer groups with their lag; reset their offsets, delete them
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// List brokers and their log dirs; stop, kill, start, add, remove those of a cluster on this machine, fail a log dir
    #[command(subcommand)]
    Broker(broker::BrokerCommand),
    /// Show the quorum of a cluster's controllers
    Quorum(quorum::QuorumArgs),
    /// Open the console in a browser
    Serve(serve::ServeArgs),
    /// The sample workload: a small live shop
    #[command(subcommand)]
    Sample(sample::SampleCommand),
    /// Print the reference of this version: every command, every call of the console's contract, in Markdown
    Reference(reference::ReferenceArgs),
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// How to print: a table for people, or JSON for programs (times in milliseconds since the epoch; 64-bit numbers as
    /// plain numbers)
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// Data folder: clusters, settings, logs. By default WEIR_HOME of the environment, else the platform's own
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// Which cluster. Without either: "local", or the only one there is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Target {
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME", conflicts_with = "bootstrap")]
    pub(crate) cluster: Option<String>,
    /// Any Kafka, by address; several with commas
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) bootstrap: Option<String>,
}

/// `KEY=VALUE`, a configuration.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE is expected")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}
