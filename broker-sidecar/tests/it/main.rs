//! The real binary, spawned: what a user, a host and other people's clients see of it.
#![allow(clippy::unwrap_used)]
mod all_versions;
mod asking;
mod control_api;
mod disk_full;
mod dump_engine_log;
mod dump_log;
mod hostile;
mod java;
mod java_admin;
mod java_share;
mod java_tools;
mod java_transactions;
mod kcat;
mod keeper;
mod kill_nine;
mod log_dirs;
mod membership;
mod mishaps;
mod process;
mod programs;
mod secrets;
mod share_joins;
mod startup;
mod wrong_input;
