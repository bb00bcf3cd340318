//! A virtual display of its own for each test that opens the window.

use crate::programs::{self, Running, first_line};
use anyhow::Context as _;
use std::collections::HashSet;
use std::path::Path;
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
        Self::start_with(width, height, &[])
    }

    /// The same; what it shows lies in a file of `folder` at every moment: [`Frame::read`].
    pub fn start_in(folder: &Path, width: u32, height: u32) -> anyhow::Result<Self> {
        let folder = folder.to_str().context("a folder of ASCII")?;
        Self::start_with(width, height, &["-fbdir", folder])
    }

    fn start_with(width: u32, height: u32, options: &[&str]) -> anyhow::Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut server = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"])
                .args(options)
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let line = first_line(&mut server).context("Xvfb names no display")?;
        Ok(Self { name: format!(":{}", line.trim()), _server: server })
    }

    /// What a window manager or a person does to the window of Weir (`x_window.py`; wants python3), to its end.
    pub fn window(&self, words: &[&str]) -> anyhow::Result<String> {
        programs::stdout(&mut window_command(&self.name, words))
    }
}

/// The command behind [`Display::window`].
pub fn window_command(display: &str, words: &[&str]) -> Command {
    let mut command = Command::new("python3");
    let script = include_str!("x_window.py");
    command.env("DISPLAY", display).args(["-c", script, "Weir"]).args(words);
    command
}

/// Pixels between those that are looked at, in both directions.
const STEP: usize = 4;
/// Pixels of a block's side.
const BLOCK: usize = 32;
/// Each channel of what is called bright.
const BRIGHT: u8 = 0xe0;

/// What a display shows now, seen through a grid.
#[derive(Debug)]
pub struct Frame {
    /// Different colours: of an empty window one, of a page with words dozens.
    pub colours: usize,
    /// Blocks of 32 x 32 pixels that are bright all over.
    pub bright: usize,
}

impl Frame {
    /// Reads the frame buffer of a display that was started in `folder`: an X window dump (XWDFile.h).
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let dump = std::fs::read(folder.join("Xvfb_screen0"))?;
        let word = |at: usize| -> anyhow::Result<usize> {
            let bytes = dump.get(4 * at..4 * at + 4).context("a short dump")?;
            Ok(u32::from_be_bytes(bytes.try_into()?) as usize)
        };
        let (header, width, height) = (word(0)?, word(4)?, word(5)?);
        let (bits, line, colours) = (word(11)?, word(12)?, word(19)?);
        anyhow::ensure!(bits == 32, "{bits} bits a pixel");
        // Each colour of the map is 12 bytes.
        let pixels = dump.get(header + 12 * colours..).context("no pixels")?;
        let pixel =
            |x: usize, y: usize| pixels.get(y * line + 4 * x..).and_then(|p| p.first_chunk::<3>());
        let grid = |from: usize, until: usize| (from..until).step_by(STEP);
        let seen = grid(0, height).flat_map(|y| grid(0, width).filter_map(move |x| pixel(x, y)));
        let colours = seen.collect::<HashSet<_>>().len();
        let is_bright = |x: usize, y: usize| {
            pixel(x, y).is_some_and(|channels| channels.iter().all(|one| *one >= BRIGHT))
        };
        let blocks =
            (0..height / BLOCK).flat_map(|row| (0..width / BLOCK).map(move |at| (at, row)));
        let bright = blocks.filter(|(at, row)| {
            let (x, y) = (at * BLOCK, row * BLOCK);
            grid(y, y + BLOCK).all(|y| grid(x, x + BLOCK).all(|x| is_bright(x, y)))
        });
        Ok(Self { colours, bright: bright.count() })
    }
}
