//! The built window as a person starts it, without a driver: its first colours, its size, a second start.

use anyhow::{Context as _, ensure};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_tests::home::Home;
use weir_tests::page::APPEAR;
use weir_tests::programs::{self, Running};
use weir_tests::stage::{Host, SIZE, Stage};
use weir_tests::wait;
use weir_tests::xvfb::{Display, Frame, window_command};

/// More colours than a window has before its page: that one has words in it.
const DRAWN: usize = 40;
/// How long a page that is drawn is looked at further.
const FURTHER: Duration = Duration::from_secs(1);
/// Between two looks; a frame of the screen takes 16 ms.
const LOOK: Duration = Duration::from_millis(3);
/// Width, height and place of a window that somebody moved.
const MOVED: &str = "1100x700+40+30";

fn start(home: &Home, display: &Display) -> anyhow::Result<Running> {
    Running::start(&mut desktop(home, display)?)
}

fn desktop(home: &Home, display: &Display) -> anyhow::Result<Command> {
    let mut command = Command::new(programs::path("weir-desktop")?);
    command
        .env("DISPLAY", &display.name)
        .env("WEIR_HOME", home.path())
        // As the driver starts it: what the web view keeps is kept with the home.
        .env("XDG_DATA_HOME", home.path().join("logs/webview"))
        .env("LANG", "C.UTF-8")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

fn has_python(what: &str) -> bool {
    let has = programs::on_path("python3");
    if !has {
        programs::not_checked(what, "no python3");
    }
    has
}

#[tokio::test]
async fn a_dark_window_is_never_white() -> anyhow::Result<()> {
    crate::journey(Host::Window, first_colours).await
}

/// From the first pixel on; the light theme shows that white would have been seen.
async fn first_colours(host: Host, home: &Home) -> anyhow::Result<()> {
    for (theme, is_dark) in [("dark", true), ("light", false)] {
        let stage = Stage::open(host, home, "/clusters").await?;
        stage.page().call("settings.set", json!({ "patch": { "theme": theme } })).await?;
        drop(stage);
        let folder = tempfile::tempdir()?;
        let display = Display::start_in(folder.path(), SIZE.0, SIZE.1)?;
        let window = start(home, &display)?;
        let most = brightest(folder.path()).with_context(|| format!("the {theme} theme"))?;
        drop(window);
        ensure!(is_dark == (most == 0), "{theme}: {most} blocks were white");
    }
    Ok(())
}

/// The most bright blocks of any frame until the page is drawn, and a while further.
fn brightest(folder: &Path) -> anyhow::Result<usize> {
    let deadline = Instant::now() + APPEAR;
    let (mut most, mut drawn) = (0, None::<Instant>);
    while drawn.is_none_or(|at| at.elapsed() < FURTHER) {
        ensure!(Instant::now() < deadline, "no page within {APPEAR:?}");
        let frame = Frame::read(folder)?;
        most = most.max(frame.bright);
        if frame.colours >= DRAWN {
            drawn.get_or_insert_with(Instant::now);
        }
        std::thread::sleep(LOOK);
    }
    Ok(most)
}

#[tokio::test]
async fn size_and_place_are_kept_over_a_restart() -> anyhow::Result<()> {
    crate::journey(Host::Window, keeps_its_place).await
}

async fn keeps_its_place(_host: Host, home: &Home) -> anyhow::Result<()> {
    if !has_python("the window's size over a restart") {
        return Ok(());
    }
    let display = Display::start(SIZE.0, SIZE.1)?;
    let mut window = start(home, &display)?;
    wait::until("the window of a first start", APPEAR, async || {
        let size = display.window(&["size"])?;
        Ok((size.trim() != MOVED).then_some(()))
    })
    .await?;
    display.window(&["resize", "1100", "700", "40", "30"])?;
    is_at(&display, MOVED).await?;
    // Nothing runs and nothing is unsaved: it goes without a question.
    display.window(&["close"])?;
    let ended = programs::ends_within(&mut window, APPEAR)?.context("the window stays")?;
    ensure!(ended.success(), "{ended}");
    let _again = start(home, &display)?;
    is_at(&display, MOVED).await
}

async fn is_at(display: &Display, place: &str) -> anyhow::Result<()> {
    wait::until(&format!("the window at {place}"), APPEAR, async || {
        let size = display.window(&["size"])?;
        ensure!(size.trim() == place, "it is at {size}");
        Ok(Some(()))
    })
    .await
}

#[tokio::test]
async fn a_second_start_brings_the_first_window_to_the_front() -> anyhow::Result<()> {
    crate::journey(Host::Window, comes_to_the_front).await
}

async fn comes_to_the_front(_host: Host, home: &Home) -> anyhow::Result<()> {
    if !has_python("the window that comes to the front") {
        return Ok(());
    }
    let display = Display::start(SIZE.0, SIZE.1)?;
    let mut first = start(home, &display)?;
    wait::until("the window to listen", APPEAR, async || {
        display.window(&["size"])?;
        Ok(home.path().join("app.sock").exists().then_some(()))
    })
    .await?;
    let mut cover = Running::start(
        window_command(&display.name, &["cover"]).stdout(Stdio::piped()).stderr(Stdio::null()),
    )?;
    ensure!(programs::first_line(&mut cover)?.trim() == "covered");
    ensure!(cover.0.try_wait()?.is_none(), "the window was never behind another");
    // It ends at once, well, and opens nothing.
    let second = programs::output(&mut desktop(home, &display)?)?;
    ensure!(second.status.success(), "{second:?}");
    let ended = programs::ends_within(&mut cover, APPEAR)?.context("the window stays behind")?;
    ensure!(ended.success(), "{ended}");
    ensure!(first.0.try_wait()?.is_none(), "the first window has ended");
    Ok(())
}
