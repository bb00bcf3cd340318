//! One journey, two hosts: the built window, and Chromium against `weir serve`.

use crate::driver::{self, Session};
use crate::home::Home;
use crate::page::Page;
use crate::programs::{Running, first_line};
use anyhow::Context as _;
use std::process::Stdio;

const SIZE: (u32, u32) = (1440, 900);

/// Who shows the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Window,
    Chromium,
}

/// An open console on a data folder.
#[derive(Debug)]
pub struct Stage {
    pub session: Session,
    serve: Option<Running>,
}

impl Stage {
    /// Opens the console of `home` on a page such as `/clusters`.
    pub async fn open(host: Host, home: &Home, path: &str) -> anyhow::Result<Self> {
        Self::open_sized(host, home, path, SIZE).await
    }

    /// The same in a window of this width and height, in pixels.
    pub async fn open_sized(
        host: Host,
        home: &Home,
        path: &str,
        size: (u32, u32),
    ) -> anyhow::Result<Self> {
        let stage = match host {
            Host::Window => {
                driver::fill_display(home.path(), size)?;
                Self { session: driver::window(home.path(), size, path).await?, serve: None }
            }
            Host::Chromium => Self::in_chromium(home, path, size).await?,
        };
        stage.page().watch_policy().await?;
        Ok(stage)
    }

    async fn in_chromium(home: &Home, path: &str, size: (u32, u32)) -> anyhow::Result<Self> {
        let (serve, opening) = serve(home)?;
        let session = driver::chromium(&home.path().join("chromium"), size).await?;
        session.client.goto(&format!("file://{opening}")).await?;
        let page = session.page();
        page.find("link", "Clusters").await?;
        if path != "/clusters" {
            page.go(path).await?;
        }
        Ok(Self { session, serve: Some(serve) })
    }

    pub fn page(&self) -> Page {
        self.session.page()
    }

    /// Ends `weir serve` under the open page.
    pub fn end_serve(&mut self) {
        self.serve = None;
    }
}

/// Starts `weir serve` and gives the path of the page that opens it.
pub fn serve(home: &Home) -> anyhow::Result<(Running, String)> {
    let mut command = home.weir(&["serve", "--no-open"])?;
    let mut serve = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::inherit()))?;
    let line = first_line(&mut serve).context("weir serve names no page")?;
    Ok((serve, line.trim().to_owned()))
}
