//! The Weir window. Everything a person can do goes through one command, `call`, into `weir-api`;
//! this program owns only what a window owns: its frame, its place, the clipboard, one instance a home.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bridge;
mod frame;
mod host;
mod instance;
mod logs;
mod options;
mod place;

use anyhow::anyhow;
use clap::Parser;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use weir_api::texts::{self, Lang};
use weir_api::{ApiError, App, Home};

fn main() -> ExitCode {
    let options = options::Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody may read it: the exit code stands.
            let _ = writeln!(std::io::stderr(), "weir-desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: options::Options) -> anyhow::Result<()> {
    check_display()?;
    options::prepare_webview();
    let home = Home::prepare_own(options.home.as_deref()).map_err(in_words)?;
    let _logs = logs::start(&home)?;
    let first = match instance::claim(&home)? {
        instance::Claim::First(first) => first,
        instance::Claim::Shown => return Ok(()),
    };
    let window = Arc::new(host::WindowHost::default());
    let host: Arc<dyn weir_api::Host> = window.clone();
    let app = App::open(home, host).map_err(in_words)?;
    frame::run(app, window, options.open, first)
}

/// GTK ends the program without one, and says so in words of its own.
fn check_display() -> anyhow::Result<()> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err(anyhow!(match Lang::choose(None) {
        Lang::En =>
            "there is no display here (DISPLAY is not set): `weir serve` opens the same console in a browser",
        Lang::Ko =>
            "디스플레이가 없습니다(DISPLAY가 설정되지 않았습니다): `weir serve`로 브라우저에서 같은 콘솔을 여십시오",
    }))
}

/// A refusal of the core as a sentence for the terminal, where no page is there to show it.
fn in_words(error: impl Into<ApiError>) -> anyhow::Error {
    anyhow!("{}", texts::say(Lang::choose(None), &error.into()))
}
