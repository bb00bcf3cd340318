//! The command line of `weir-broker`.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use weir_control::files::ClusterFile;

/// Runs one local Kafka cluster: N brokers in one process, data in one directory.
#[derive(Debug, Parser)]
#[command(name = "weir-broker", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the cluster in DIR until it is told to stop (SIGTERM, SIGINT)
    Run(RunFlags),
    /// Keep the cluster in DIR running: restart its engine whenever it dies
    Keep(KeepFlags),
}

#[derive(Debug, Clone, Args)]
pub struct RunFlags {
    /// The cluster's directory, made where it does not exist
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// How many brokers, 1 to 100 [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u16).range(1..=i64::from(ClusterFile::BROKERS_MAX)))]
    pub brokers: Option<u16>,
    /// Address to listen on [default: 127.0.0.1 and ::1]; another one opens the cluster to the network
    #[arg(long, value_name = "ADDR")]
    pub host: Option<String>,
    /// Name that clients are told to connect to [default: localhost]
    #[arg(long, value_name = "NAME")]
    pub advertise: Option<String>,
    /// Port of the first broker; the others follow it. 0: any free ports [default: 9092 where free]
    #[arg(long, value_name = "P")]
    pub port: Option<u16>,
    /// A broker configuration under Kafka's name; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_set)]
    pub set: Vec<(String, String)>,
    /// Stop when standard input reaches its end
    #[arg(long)]
    pub exit_with_parent: bool,
}

impl RunFlags {
    /// Every default, in `dir`.
    pub fn of(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            brokers: None,
            host: None,
            advertise: None,
            port: None,
            set: Vec::new(),
            exit_with_parent: false,
        }
    }
}

#[derive(Debug, Clone, Args)]
pub struct KeepFlags {
    /// The cluster's directory
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

fn parse_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected KEY=VALUE, such as num.partitions=6".to_owned()),
    }
}
