//! Where the window was: its size and place, kept between starts in `window.json`.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tauri::{LogicalSize, PhysicalPosition, PhysicalSize, Window};

const FILE: &str = "window.json";
/// Logical pixels of a first start.
pub(crate) const FIRST: (f64, f64) = (1360.0, 860.0);
/// The smallest window in which every page works, in logical pixels.
pub(crate) const SMALLEST: (f64, f64) = (900.0, 600.0);

/// Size and place in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    width: u32,
    height: u32,
    x: i32,
    y: i32,
    maximized: bool,
}

fn file(home: &Path) -> PathBuf {
    home.join(FILE)
}

/// The kept place; `None` at a first start or when the file is not readable as one.
pub(crate) fn load(home: &Path) -> Option<Place> {
    serde_json::from_slice(&std::fs::read(file(home)).ok()?).ok()
}

/// Keeps where the window is now. A place that cannot be kept is no reason to hinder closing.
pub(crate) fn save(home: &Path, window: &Window) {
    if let Err(error) = try_save(home, window) {
        tracing::warn!(%error, "the window's place was not kept");
    }
}

fn try_save(home: &Path, window: &Window) -> anyhow::Result<()> {
    let maximized = window.is_maximized()?;
    let (size, at) = (window.inner_size()?, window.outer_position()?);
    let place = Place { width: size.width, height: size.height, x: at.x, y: at.y, maximized };
    let new = file(home).with_extension("json.new");
    std::fs::write(&new, serde_json::to_vec(&place)?)?;
    std::fs::rename(new, file(home))?;
    Ok(())
}

/// A first window is no larger than its screen: a small one would lose its right edge.
pub(crate) fn fit(window: &tauri::WebviewWindow) -> tauri::Result<()> {
    let screen = window.current_monitor()?.or(window.primary_monitor()?);
    let Some(screen) = screen else { return Ok(()) };
    let room = screen.size().to_logical::<f64>(screen.scale_factor());
    let (width, height) = within(FIRST, (room.width, room.height));
    window.set_size(LogicalSize::new(width, height))
}

fn within(wanted: (f64, f64), room: (f64, f64)) -> (f64, f64) {
    let side = |wanted: f64, room: f64, least: f64| wanted.min(room).max(least);
    (side(wanted.0, room.0, SMALLEST.0), side(wanted.1, room.1, SMALLEST.1))
}

impl Place {
    /// Puts a window, not yet shown, where it was, if a screen is still there.
    pub(crate) fn apply(self, window: &tauri::WebviewWindow) -> tauri::Result<()> {
        window.set_size(PhysicalSize::new(self.width, self.height))?;
        if self.on_a_screen(window)? {
            window.set_position(PhysicalPosition::new(self.x, self.y))?;
        }
        if self.maximized {
            window.maximize()?;
        }
        Ok(())
    }

    fn on_a_screen(self, window: &tauri::WebviewWindow) -> tauri::Result<bool> {
        let inside = |start: i32, length: u32, at: i32| {
            i64::from(at) >= i64::from(start)
                && i64::from(at) < i64::from(start) + i64::from(length)
        };
        Ok(window.available_monitors()?.iter().any(|screen| {
            let (at, size) = (screen.position(), screen.size());
            inside(at.x, size.width, self.x) && inside(at.y, size.height, self.y)
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_first_window_fits_its_screen() {
        assert_eq!(within(FIRST, (1920.0, 1080.0)), FIRST);
        assert_eq!(within(FIRST, (1280.0, 800.0)), (1280.0, 800.0));
        assert_eq!(within(FIRST, (800.0, 480.0)), SMALLEST);
    }

    #[test]
    fn a_torn_file_is_a_first_start() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(load(home.path()), None);
        std::fs::write(file(home.path()), "{\"width\": 12").unwrap();
        assert_eq!(load(home.path()), None);
    }
}
