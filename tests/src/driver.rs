//! The two drivers behind one interface: WebKitWebDriver on the built window, ChromeDriver on `weir serve`.

use crate::broker::free_block;
use crate::page::Page;
use crate::programs::Running;
use crate::xvfb::Display;
use crate::{programs, wait};
use anyhow::Context as _;
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const START_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a page may take to its last answer; one that is gone gives none.
const LAST_ANSWER: Duration = Duration::from_secs(10);
const PICTURE_TIMEOUT: Duration = Duration::from_secs(30);

/// A session of a driver; ends the driver, its browser and its display when dropped.
#[derive(Debug)]
pub struct Session {
    /// The page.
    pub client: fantoccini::Client,
    /// Port of the driver, and the session's id there.
    at: (u16, String),
    _driver: Running,
    display: Option<Display>,
}

/// Variables of the programs that draw: name and value.
pub type Environment<'a> = &'a [(&'a str, &'a Path)];

/// Opens the Weir window of `home` under a display of its own.
pub async fn window(home: &Path, size: (u32, u32), open: &str) -> anyhow::Result<Session> {
    window_with(home, size, open, &[]).await
}

/// The same with further variables.
pub async fn window_with(
    home: &Path,
    size: (u32, u32),
    open: &str,
    environment: Environment<'_>,
) -> anyhow::Result<Session> {
    let display = Display::start(size.0, size.1)?;
    let port = free_block(1)?;
    let driver = Running::start(
        Command::new("WebKitWebDriver")
            .args([&format!("--port={port}"), "--host=127.0.0.1"])
            .env("DISPLAY", &display.name)
            .env("WEIR_HOME", home)
            .env("XDG_DATA_HOME", data_folder(home))
            .env("LANG", "C.UTF-8")
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )?;
    let options = json!({ "binary": programs::path("weir-desktop")?, "args": ["--open", open] });
    let client = connect(port, json!({ "webkitgtk:browserOptions": options })).await?;
    let at = (port, id(&client).await?);
    Ok(Session { client, at, _driver: driver, display: Some(display) })
}

/// Where the window's programs keep their data: with the home; beside what is Weir's it would make the folder another
/// program's.
pub fn data_folder(home: &Path) -> PathBuf {
    home.join("logs/webview")
}

/// Has the next window of `home` fill a display of this size: without a window manager nobody else fits it to one.
pub fn fill_display(home: &Path, (width, height): (u32, u32)) -> anyhow::Result<()> {
    let place = json!({ "width": width, "height": height, "x": 0, "y": 0, "maximized": false });
    Ok(std::fs::write(home.join("window.json"), place.to_string())?)
}

/// Opens headless Chromium with a profile of its own under `profile`.
pub async fn chromium(
    profile: &Path,
    size: (u32, u32),
    environment: Environment<'_>,
) -> anyhow::Result<Session> {
    let port = free_block(1)?;
    let driver = Running::start(
        Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )?;
    let args = [
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        format!("--window-size={},{}", size.0, size.1),
        format!("--user-data-dir={}", profile.display()),
    ];
    let options = json!({ "args": args });
    let client = connect(port, json!({ "goog:chromeOptions": options })).await?;
    let at = (port, id(&client).await?);
    Ok(Session { client, at, _driver: driver, display: None })
}

async fn id(client: &fantoccini::Client) -> anyhow::Result<String> {
    client.session_id().await?.context("a session has an id")
}

async fn connect(port: u16, capabilities: Value) -> anyhow::Result<fantoccini::Client> {
    let capabilities: Capabilities = serde_json::from_value(capabilities)?;
    let address = format!("http://127.0.0.1:{port}");
    wait::until("the driver to open the page", START_TIMEOUT, async || {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.clone())
            .connect(&address)
            .await
            .context("no session")?;
        Ok(Some(client))
    })
    .await
}

impl Session {
    /// The page of this session.
    pub fn page(&self) -> Page {
        Page(self.client.clone())
    }

    /// What a script gives, asked without the runtime: where a session ends nothing can be awaited any more. An error
    /// where the page or its window is gone.
    pub(crate) fn last_answer(&self, script: &str) -> anyhow::Result<Value> {
        let (port, id) = &self.at;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, *port))?;
        stream.set_read_timeout(Some(LAST_ANSWER))?;
        let body = json!({ "script": script, "args": [] }).to_string();
        write!(
            stream,
            "POST /session/{id}/execute/sync HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        while body_of(&answer).is_none() {
            let mut part = [0; 4096];
            let read = stream.read(&mut part)?;
            anyhow::ensure!(read > 0, "half an answer: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&part[..read]);
        }
        let mut answer: Value = serde_json::from_slice(body_of(&answer).unwrap_or_default())?;
        anyhow::ensure!(answer["value"].get("error").is_none(), "{}", answer["value"]);
        Ok(answer["value"].take())
    }

    /// The window's display, for the DISPLAY variable.
    pub fn display(&self) -> Option<&str> {
        self.display.as_ref().map(|display| display.name.as_str())
    }

    /// Keeps a picture of a run: of the virtual screen for the window, else of the page.
    pub async fn picture(&self, name: &str) -> anyhow::Result<()> {
        let path = pictures()?.join(format!("{name}.png"));
        if self.display.is_some() {
            return self.picture_at(&path);
        }
        let png = tokio::time::timeout(PICTURE_TIMEOUT, self.client.screenshot()).await??;
        Ok(std::fs::write(path, png)?)
    }

    /// Writes a picture of the window's virtual screen: its driver waits for a frame that an idle page never paints.
    pub fn picture_at(&self, path: &Path) -> anyhow::Result<()> {
        let display = self.display.as_ref().context("no window, no screen")?;
        let mut import = Command::new("import");
        import.args(["-display", &display.name, "-window", "root"]).arg(path);
        programs::stdout(&mut import).map(drop)
    }
}

/// The body of an HTTP answer with a Content-Length, once all of it is there.
fn body_of(answer: &[u8]) -> Option<&[u8]> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let length = std::str::from_utf8(&answer[..head]).ok()?.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    answer.get(head + 4..head + 4 + length)
}

/// Where pictures of a run are kept.
fn pictures() -> anyhow::Result<PathBuf> {
    let folder = programs::directory()?.join("pictures");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
