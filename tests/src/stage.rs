//! One journey, two hosts: the built window, and Chromium against `weir serve`.

use crate::driver::{self, Environment, Session};
use crate::home::{Home, Refused};
use crate::page::{Page, REFUSED};
use crate::programs::{Running, first_line};
use anyhow::Context as _;
use std::process::Stdio;

/// Width and height of a window, in pixels, unless a journey wants another.
pub const SIZE: (u32, u32) = (1440, 900);

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
    refused: Refused,
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
        Self::open_with(host, home, path, size, &[]).await
    }

    /// The same with variables of the programs that draw.
    pub async fn open_with(
        host: Host,
        home: &Home,
        path: &str,
        size: (u32, u32),
        environment: Environment<'_>,
    ) -> anyhow::Result<Self> {
        if host == Host::Chromium {
            return Self::in_chromium(home, path, size, environment).await;
        }
        driver::fill_display(home.path(), size)?;
        let session = driver::window_with(home.path(), size, path, environment).await?;
        Ok(Self { session, serve: None, refused: home.refused() })
    }

    async fn in_chromium(
        home: &Home,
        path: &str,
        size: (u32, u32),
        environment: Environment<'_>,
    ) -> anyhow::Result<Self> {
        let (serve, opening) = serve(home)?;
        let profile = home.path().join("chromium");
        let session = driver::chromium(&profile, size, environment).await?;
        session.client.goto(&format!("file://{opening}")).await?;
        let page = session.page();
        page.find("link", "Clusters").await?;
        if path != "/clusters" {
            page.go(path).await?;
        }
        Ok(Self { session, serve: Some(serve), refused: home.refused() })
    }

    pub fn page(&self) -> Page {
        self.session.page()
    }

    /// Ends `weir serve` under the open page.
    pub fn end_serve(&mut self) {
        self.serve = None;
    }
}

impl Drop for Stage {
    /// Asks the page, before it goes, what the content security policy refused; the journey fails on it.
    fn drop(&mut self) {
        // A page that was closed in the journey has nobody left to ask.
        let Ok(refused) = self.session.last_answer(REFUSED) else { return };
        self.refused.add(refused.as_array().into_iter().flatten().map(|what| what.to_string()));
    }
}

/// Starts `weir serve` and gives the path of the page that opens it.
pub fn serve(home: &Home) -> anyhow::Result<(Running, String)> {
    let mut command = home.weir(&["serve", "--no-open"])?;
    let mut serve = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::inherit()))?;
    let line = first_line(&mut serve).context("weir serve names no page")?;
    Ok((serve, line.trim().to_owned()))
}
