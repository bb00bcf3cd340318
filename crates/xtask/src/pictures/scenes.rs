//! The screens, each in both themes and both languages, through what befalls a cluster: none yet, running, a broker
//! killed, the engine killed, stopped.

use super::gallery::{self, Sheet};
use super::screens::{self, Screen, Step};
use super::{CLUSTER, SIZE, drawn, make_cluster, open, warm};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use weir_control::ClusterDir;
use weir_tests::driver::Session;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Key, Page};
use weir_tests::programs;

const CONNECTION: &str = "staging";
/// Charts are drawn, animations have ended.
const SETTLE: Duration = Duration::from_millis(1800);
/// Language and theme of a sheet's four pictures.
pub(super) const TAKES: [(&str, &str); 4] =
    [("en", "light"), ("en", "dark"), ("ko", "light"), ("ko", "dark")];
/// Whether the page is in this language and theme and has drawn its head.
const SHOWN: &str = "const [language, dark] = arguments; const main = document.querySelector('main') ?? document.body; \
     return document.documentElement.lang === language \
       && document.documentElement.classList.contains('weir-dark') === dark && main.querySelector('h1, h2') !== null";
/// As a fault of the page's own would; taken back when the page is loaded anew.
const SABOTAGE: &str =
    "String.prototype.localeCompare = () => { throw new Error('made for this picture'); };";

struct Taker<'a> {
    session: Session,
    only: &'a [String],
    folder: &'a Path,
    /// Screens that did not come, with what was there instead: the others are taken all the same.
    missing: RefCell<Vec<String>>,
}

pub(super) async fn take(docs: &Path, only: &[String]) -> anyhow::Result<()> {
    let raw = tempfile::Builder::new().prefix("weir-screens").tempdir()?;
    let home = Home::new()?;
    let session = open(&home, SIZE, "/clusters").await?;
    let taker = Taker { session, only, folder: raw.path(), missing: RefCell::default() };
    taker.all(&screens::EMPTY).await;
    make_cluster(&home)?;
    // Rates are measured while somebody looks.
    taker.session.page().go(&format!("/c/{CLUSTER}")).await?;
    warm(&home).await?;
    taker.all(&screens::RUNNING).await;
    taker.a_connection(&home).await?;
    taker.a_broker_killed(&home).await?;
    taker.the_engine_killed(&home).await?;
    home.run(&["cluster", "stop", CLUSTER])?;
    taker.all(&screens::STOPPED).await;
    home.run(&["cluster", "create", "second", "--brokers", "1"])?;
    taker.all(&screens::BROKEN).await;
    let missing = taker.missing.take();
    drop(taker);
    gallery::write(docs, &sheets(raw.path()))?;
    ensure!(missing.is_empty(), "{}", missing.join("\n\n"));
    Ok(())
}

/// What was taken of all screens, in their order.
fn sheets(folder: &Path) -> Vec<Sheet> {
    let scenes: [&[Screen]; 7] = [
        &screens::EMPTY,
        &screens::RUNNING,
        &screens::CONNECTED,
        &screens::DEGRADED,
        &screens::HEALING,
        &screens::STOPPED,
        &screens::BROKEN,
    ];
    let screens = scenes.into_iter().flatten();
    screens
        .map(|screen| Sheet {
            name: screen.name,
            says: screen.says,
            pictures: TAKES.map(|take| folder.join(file(screen, take))),
        })
        .collect()
}

fn file(screen: &Screen, (language, theme): (&str, &str)) -> String {
    format!("{}-{language}-{theme}.png", screen.name)
}

impl Taker<'_> {
    async fn all(&self, screens: &[Screen]) {
        for screen in screens.iter().filter(|screen| self.wants(screen.name)) {
            match self.screen(screen).await {
                Ok(()) => println!("{}", screen.name),
                Err(error) => self.missing.borrow_mut().push(format!("{}: {error:#}", screen.name)),
            }
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.contains(only.as_str()))
    }

    async fn screen(&self, screen: &Screen) -> anyhow::Result<()> {
        for (at, take) in TAKES.into_iter().enumerate() {
            let path = self.folder.join(file(screen, take));
            self.picture(screen, at / 2, take, &path).await?;
        }
        Ok(())
    }

    /// `spoken` is the language's place among [`screens::Names`].
    async fn picture(
        &self,
        screen: &Screen,
        spoken: usize,
        (language, theme): (&str, &str),
        path: &Path,
    ) -> anyhow::Result<()> {
        let page = self.session.page();
        let patch = json!({ "language": language, "theme": theme, "density": "comfortable" });
        page.call("settings.set", json!({ "patch": patch })).await?;
        // From another page: what the last picture left open is gone.
        page.go("/about").await?;
        page.find("heading", ["About Weir", "Weir 정보"][spoken]).await?;
        if screen.steps.iter().any(|step| matches!(step, Step::Sabotage)) {
            page.0.execute(SABOTAGE, vec![]).await?;
        }
        page.go(&screen.path.replace('~', &format!("/c/{CLUSTER}"))).await?;
        shown(&page, language, theme).await?;
        page.shows(screen.there[spoken]).await?;
        for step in screen.steps {
            act(&page, *step, spoken).await?;
        }
        drawn(&page).await?;
        tokio::time::sleep(SETTLE).await;
        self.session.picture_at(path)?;
        // The drawer would stay open beside the next page: the key that opens it closes it.
        if screen.steps.iter().any(|step| matches!(step, Step::Keys("a"))) {
            page.press("a").await?;
        }
        page.press_key(Key::Escape).await
    }

    /// Only for its own picture: the palette would find every topic twice.
    async fn a_connection(&self, home: &Home) -> anyhow::Result<()> {
        let first = home.run(&["cluster", "show", CLUSTER, "--output", "json"])?;
        let first: Value = serde_json::from_str(&first)?;
        let at = first["bootstrap"].as_str().context("a bootstrap address")?;
        home.run(&["cluster", "connect", CONNECTION, at, "--read-only"])?;
        self.all(&screens::CONNECTED).await;
        home.run(&["cluster", "delete", CONNECTION, "--yes"]).map(drop)
    }

    async fn a_broker_killed(&self, home: &Home) -> anyhow::Result<()> {
        home.run(&["broker", "kill", "2", "--cluster", CLUSTER])?;
        self.all(&screens::DEGRADED).await;
        home.run(&["broker", "start", "2", "--cluster", CLUSTER]).map(drop)
    }

    /// Its keeper would have it back in a tenth of a second: it is held until the pictures are taken.
    async fn the_engine_killed(&self, home: &Home) -> anyhow::Result<()> {
        let dir = ClusterDir::new(home.path().join("clusters").join(CLUSTER));
        let engine = dir.load_control()?.context("a running engine has control.json")?.pid;
        let keeper = parent_of(engine)?;
        signal("-STOP", &keeper)?;
        signal("-KILL", &engine.to_string())?;
        self.all(&screens::HEALING).await;
        signal("-CONT", &keeper)?;
        let page = self.session.page();
        page.go(&format!("/c/{CLUSTER}")).await?;
        page.gone("text", "복구 중").await
    }
}

async fn shown(page: &Page, language: &str, theme: &str) -> anyhow::Result<()> {
    page.until(&format!("{language}, {theme}"), APPEAR, async || {
        let wanted = vec![json!(language), json!(theme == "dark")];
        let shown = page.0.execute(SHOWN, wanted).await?;
        Ok((shown == Value::Bool(true)).then_some(()))
    })
    .await
}

async fn act(page: &Page, step: Step, spoken: usize) -> anyhow::Result<()> {
    match step {
        Step::Click(role, name) => page.click(role, name[spoken]).await,
        Step::Choose(menu, entry) => page.choose(menu[spoken], entry[spoken]).await,
        Step::Fill(name, text) => page.fill("textbox", name[spoken], text).await,
        Step::Keys(keys) => page.press(keys).await,
        Step::Palette(text) => {
            page.press_holding(Some(Key::Control), "k").await?;
            page.focus_is(["combobox \"Search everything\"", "combobox \"전체 검색\""][spoken])
                .await?;
            page.press(text).await
        }
        Step::Sabotage => Ok(()),
    }
}

fn signal(name: &str, process: &str) -> anyhow::Result<()> {
    programs::stdout(Command::new("kill").args([name, process])).map(drop)
}

/// The process that started this one.
fn parent_of(process: u32) -> anyhow::Result<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    Ok(line.context("a process has a parent")?.trim().to_owned())
}
