//! The Weir window. Everything a person can do goes through one command, `call`, into `weir-api`;
//! this program owns only what a window owns: its frame, its place, the clipboard, one instance a home.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bridge;
mod frame;
mod host;
mod instance;
mod logs;
mod options;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = options::Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weir-desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: options::Options) -> anyhow::Result<()> {
    options::prepare_webview();
    let home = options.home()?;
    let _logs = logs::start(&home)?;
    let claim = match instance::claim(&home)? {
        instance::Claim::First(claim) => claim,
        instance::Claim::Shown => return Ok(()),
    };
    frame::run(home, options.open, claim)
}
