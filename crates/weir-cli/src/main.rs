//! `weir`: the console's commands without a window, and the console in a browser.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod commands;
mod context;
mod diagnosis;
mod headings;
mod help;
mod output;
mod plain;
mod serve;
mod signal;
mod time;
mod trouble;
mod usage;

use std::process::ExitCode;

use crate::args::Weir;
use crate::trouble::Trouble;

#[tokio::main]
async fn main() -> ExitCode {
    let weir = Weir::read();
    let lang = weir.lang();
    headings::speak(lang);
    let code = match commands::run(weir).await {
        Ok(()) | Err(Trouble::Quiet) => ExitCode::SUCCESS,
        Err(trouble) => {
            let trouble = diagnosis::diagnosed(trouble).await;
            trouble.tell(lang);
            ExitCode::from(trouble.code())
        }
    };
    // Threads of librdkafka that wait for a broker that is gone must not hold the end of the program.
    output::flush();
    code
}
