//! The Weir window. Everything a person can do goes through one command, `call`, into `weir-api`;
//! this program owns only what a window owns: its frame, its place, the clipboard, one instance a home.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bridge;
mod closing;
mod frame;
mod host;
mod instance;
mod logs;
mod options;
mod place;

use anyhow::anyhow;
use clap::Parser;
use std::process::ExitCode;
use weir_api::App;
use weir_api::dto::ApiError;
use weir_api::texts::{self, Lang};

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
    let app = App::open(options.home, weir_core::Host::Window).map_err(in_words)?;
    let _logs = logs::start(app.core().home())?;
    match instance::claim(app.core().home())? {
        instance::Claim::First(first) => frame::run(app, options.open, first),
        instance::Claim::Shown => Ok(()),
    }
}

/// A refusal of the core as a sentence for the terminal, where no page is there to show it.
fn in_words(error: ApiError) -> anyhow::Error {
    anyhow!("{}", texts::say(Lang::choose(None), &error))
}
