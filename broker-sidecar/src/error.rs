use std::path::PathBuf;

use weir_control::DirError;

/// Why the cluster does not start: one sentence that names the thing, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Dir(#[from] DirError),
    #[error("{} is a file; --dir needs a folder", path.display())]
    NotAFolder { path: PathBuf },
    #[error(
        "{} belongs to another program (it contains \"{entry}\"); choose an empty folder for the cluster",
        path.display()
    )]
    Foreign { path: PathBuf, entry: String },
    #[error(
        "{} holds a cluster's data but its cluster.json is missing; restore that file, or choose another folder",
        path.display()
    )]
    NoClusterJson { path: PathBuf },
    #[error("{} holds no cluster; make one with: weir cluster create NAME", path.display())]
    NoCluster { path: PathBuf },
    #[error("cannot use {}: {source}; choose a folder that you may write to", path.display())]
    Unusable { path: PathBuf, source: std::io::Error },
    #[error("{} is in use: its cluster is already running{}", path.display(), by_pid(*pid))]
    Locked { path: PathBuf, pid: Option<u32> },
    #[error(
        "this cluster was made with {flag} {stored}, not {asked}; leave the flag out, or use another --dir"
    )]
    Differs { flag: String, stored: String, asked: String },
    #[error("--set {key}: Kafka has no broker configuration of this name")]
    UnknownConfig { key: String },
    #[error("--set {key}={value}: {reason}")]
    BadConfig { key: String, value: String, reason: String },
    #[error("\"{field}\" in {}: {what}; repair it, or restore the file from a copy", path.display())]
    BadCluster { path: PathBuf, field: &'static str, what: String },
    #[error("--port {port} leaves no room for {brokers} brokers; the last port is 65535")]
    PortRange { port: u16, brokers: u16 },
    #[error("port {port} of broker {broker} is taken by another program; {advice}")]
    PortTaken { port: u16, broker: u16, advice: &'static str },
    #[error("no {brokers} free ports in a row were found between 19092 and 65535")]
    NoFreePorts { brokers: u16 },
    #[error("cannot listen on {address}: {source}; give --host an address of this machine")]
    Listen { address: String, source: std::io::Error },
    #[error("the cluster's data cannot be opened: {reason}")]
    Engine { reason: String },
    #[error("the runtime does not start: {0}")]
    Runtime(std::io::Error),
}

impl StartError {
    /// 2 for wrong usage, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::UnknownConfig { .. } | Self::BadConfig { .. } | Self::PortRange { .. } => 2,
            _ => 1,
        }
    }
}

fn by_pid(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}
