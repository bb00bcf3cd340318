//! A virtual display of its own for each test that opens the window.

use crate::programs::{Running, first_line};
use anyhow::Context as _;
use std::process::{Command, Stdio};

/// A running Xvfb.
#[derive(Debug)]
pub struct Display {
    _server: Running,
    /// For the DISPLAY variable, such as `:91`.
    pub name: String,
}

impl Display {
    /// Starts a display of `width` x `height` pixels on a number that the server chooses.
    pub fn start(width: u32, height: u32) -> anyhow::Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut server = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let line = first_line(&mut server).context("Xvfb names no display")?;
        Ok(Self { name: format!(":{}", line.trim()), _server: server })
    }
}
