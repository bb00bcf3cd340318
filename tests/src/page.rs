//! A page as a person meets it: by role and accessible name, never by class or test id.

use crate::wait;
use anyhow::{Context as _, bail};
use fantoccini::Client;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
pub use fantoccini::key::Key;
use serde_json::{Value, json};
use std::time::Duration;

/// How long something may take to appear or to go.
/// Generous: a busy machine is slow, and who waits for what comes loses nothing.
pub const APPEAR: Duration = Duration::from_secs(60);

/// How long a page may take to say what it shows, once a test has failed.
const LAST_WORDS: Duration = Duration::from_secs(10);
const DESCRIBE: &str = "return location.pathname + location.search + '\\n' + document.body.innerText + '\\n' + \
     [...document.querySelectorAll('input, textarea')].map(e => (e.labels?.[0]?.textContent ?? e.ariaLabel) + ' = ' + e.value).join('\\n')";

/// How long a click may be on its way.
const ARRIVE: Duration = Duration::from_secs(5);
/// Whether it may be pressed; if so, it is brought to the middle of the page: a driver scrolls just to the edge, under
/// what is sticky there. A page that is loaded anew by the click knows nothing of `__clicked`. A list of options goes as
/// the mouse is released: no click ever comes to them.
const AIM: &str = "const [aim] = arguments; \
     if (aim.disabled || aim.getAttribute('aria-disabled') === 'true') return false; \
     aim.scrollIntoView({block: 'center'}); window.__clicked = false; \
     const comes = aim.getAttribute('role') === 'option' ? 'mouseup' : 'click'; \
     aim.addEventListener(comes, () => { window.__clicked = true; }, { capture: true, once: true }); return true;";

/// More columns than any table has.
const COLUMNS_MAX: usize = 15;
/// More stops than any page has before its main part.
const TABS_MAX: usize = 120;
/// As `ui/src/platform` asks: the window's bridge, or `weir serve` with the page's bearer.
const CALL: &str = "const [name, args, done] = arguments; \
     const bridge = window.__TAURI_INTERNALS__; \
     const asked = bridge ? bridge.invoke('call', { name, args }) : fetch('/api/call/' + name, { method: 'POST', \
       headers: { 'content-type': 'application/json', authorization: 'Bearer ' + localStorage.getItem('weir.token') }, \
       body: JSON.stringify(args) }).then(answer => answer.json()); \
     asked.then(done, error => done({ failed: error }));";

const FIND: &str = include_str!("find.js");
/// The key under which WebDriver names an element (W3C WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// What the content security policy refused, as ui/public/boot.js keeps it from the first script on, over reloads.
pub(crate) const REFUSED: &str =
    "return JSON.parse(sessionStorage.getItem('weir.refused') ?? '[]')";

/// The page of one session.
#[derive(Debug, Clone)]
pub struct Page(pub Client);

impl Page {
    /// The first visible element with this role and name (`~text`: whose name contains it); waits for it.
    pub async fn find(&self, role: &str, name: &str) -> anyhow::Result<Element> {
        self.until(&format!("{role} \"{name}\""), APPEAR, async || self.seek(role, name).await)
            .await
    }

    /// The same, now or not at all.
    pub async fn seek(&self, role: &str, name: &str) -> anyhow::Result<Option<Element>> {
        let found = self.0.execute(FIND, vec![json!(role), json!(name)]).await?;
        let id = found.get(ELEMENT).and_then(Value::as_str).map(str::to_owned);
        Ok(id.map(|id| Element::from_element_id(self.0.clone(), ElementRef::from(id))))
    }

    /// Waits until nothing with this role and name is visible.
    pub async fn gone(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.until(&format!("{role} \"{name}\" to go"), APPEAR, async || {
            Ok(self.seek(role, name).await?.is_none().then_some(()))
        })
        .await
    }

    /// Clicks what has this role and name, once it may be pressed, and again while the page moved away from under the
    /// click.
    pub async fn click(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.until(&format!("{role} \"{name}\" to take a click"), APPEAR, async || {
            self.try_click(role, name).await
        })
        .await
    }

    /// One click, if what has this role and name is there and may be pressed; `None` if it did not arrive.
    async fn try_click(&self, role: &str, name: &str) -> anyhow::Result<Option<()>> {
        let Some(element) = self.seek(role, name).await? else { return Ok(None) };
        let at = serde_json::to_value(&element)?;
        if self.0.execute(AIM, vec![at]).await? != Value::Bool(true) {
            bail!("it may not be pressed");
        }
        element.click().await.context("not clickable")?;
        let arrived = wait::until("the click to arrive", ARRIVE, async || {
            let arrived = self.0.execute("return window.__clicked !== false", vec![]).await?;
            Ok((arrived == Value::Bool(true)).then_some(()))
        });
        Ok(arrived.await.ok())
    }

    /// Opens a menu and takes an entry of it, once it may be taken; a menu that the page closed is opened again.
    pub async fn choose(&self, menu: &str, entry: &str) -> anyhow::Result<()> {
        self.until(&format!("\"{entry}\" of the menu \"{menu}\""), APPEAR, async || {
            if self.seek("menuitem", entry).await?.is_none() {
                self.try_click("button", menu).await?;
                let open =
                    wait::until("the menu", ARRIVE, async || self.seek("menuitem", entry).await);
                if open.await.is_err() {
                    return Ok(None);
                }
            }
            self.try_click("menuitem", entry).await
        })
        .await
    }

    /// Replaces the text of a field, again while a default that comes late changes it.
    pub async fn fill(&self, role: &str, name: &str, text: &str) -> anyhow::Result<()> {
        self.until(&format!("{role} \"{name}\" to hold \"{text}\""), APPEAR, async || {
            let Some(field) = self.seek(role, name).await? else { return Ok(None) };
            // Not just to the edge, under what is sticky there.
            let at = serde_json::to_value(&field)?;
            self.0.execute("arguments[0].scrollIntoView({block: 'center'})", vec![at]).await?;
            field.click().await?;
            // WebDriver's own "clear" goes past the page's state; a person selects all and types.
            field.send_keys(&format!("{}a{}", Key::Control, Key::Null)).await?;
            if text.is_empty() {
                field.send_keys(&Key::Delete.to_string()).await?;
            }
            // Key by key, as a person does: the page draws in between.
            for key in text.chars() {
                field.send_keys(&key.to_string()).await?;
            }
            Ok((field.prop("value").await?.as_deref() == Some(text)).then_some(()))
        })
        .await
    }

    /// Waits until a field holds something: a default that comes from the cluster.
    pub async fn filled(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.until(&format!("a value in {role} \"{name}\""), APPEAR, async || {
            let Some(field) = self.seek(role, name).await? else { return Ok(None) };
            let value = field.prop("value").await?.unwrap_or_default();
            Ok((!value.is_empty()).then_some(()))
        })
        .await
    }

    /// Presses keys one after the other, wherever the focus is.
    pub async fn press(&self, keys: &str) -> anyhow::Result<()> {
        self.press_holding(None, keys).await
    }

    /// Presses a key that is no character.
    pub async fn press_key(&self, key: Key) -> anyhow::Result<()> {
        self.press(&key.to_string()).await
    }

    /// As [`Page::press`], with a modifier such as Control held down.
    pub async fn press_holding(&self, held: Option<Key>, keys: &str) -> anyhow::Result<()> {
        let down = |value: char| KeyAction::Down { value };
        let up = |value: char| KeyAction::Up { value };
        let mut actions = KeyActions::new("keyboard".to_owned());
        if let Some(key) = held {
            actions = actions.then(down(key.into()));
        }
        for key in keys.chars() {
            actions = actions.then(down(key)).then(up(key));
        }
        if let Some(key) = held {
            actions = actions.then(up(key.into()));
        }
        self.0.perform_actions(actions).await?;
        Ok(())
    }

    /// Presses Tab until what has the focus is called `wanted`, as [`Page::focused`] says it (`~text`: contains it).
    pub async fn tab_to(&self, wanted: &str) -> anyhow::Result<()> {
        let mut seen = Vec::new();
        for _ in 0..TABS_MAX {
            let focused = self.focused().await?;
            if is_called(&focused, wanted) {
                return Ok(());
            }
            seen.push(focused);
            self.press_key(Key::Tab).await?;
        }
        bail!("Tab does not reach {wanted}, but:\n{}", seen.join("\n"))
    }

    /// Into the page's table by Tab, to its first row by the arrow down, then along it by the arrow right; again from its
    /// first cell where rows that came meanwhile took the focus away.
    pub async fn arrows_to(&self, wanted: &str) -> anyhow::Result<()> {
        self.arrows_in(None, wanted).await
    }

    /// The same in the table of this name, where the page has several.
    pub async fn arrows_in(&self, table: Option<&str>, wanted: &str) -> anyhow::Result<()> {
        self.until(&format!("the arrows to reach {wanted}"), APPEAR, async || {
            self.enter_table(table).await?;
            self.press_holding(Some(Key::Control), &Key::Home.to_string()).await?;
            self.press_key(Key::Down).await?;
            let mut seen = Vec::new();
            for _ in 0..COLUMNS_MAX {
                let focused = self.focused().await?;
                if is_called(&focused, wanted) {
                    return Ok(Some(()));
                }
                seen.push(focused);
                self.press_key(Key::Right).await?;
            }
            bail!("they reach\n{}", seen.join("\n"))
        })
        .await
    }

    async fn enter_table(&self, table: Option<&str>) -> anyhow::Result<()> {
        let inside = "const [name] = arguments; const table = document.activeElement.closest('table, [role=grid]'); \
             return table !== null && (name === null || table.getAttribute('aria-label') === name)";
        for _ in 0..TABS_MAX {
            if self.0.execute(inside, vec![json!(table)]).await? == Value::Bool(true) {
                return Ok(());
            }
            self.press_key(Key::Tab).await?;
        }
        bail!("Tab does not reach a table")
    }

    /// Waits until the focus is on what is called `wanted`.
    pub async fn focus_is(&self, wanted: &str) -> anyhow::Result<()> {
        self.until(&format!("the focus on {wanted}"), APPEAR, async || {
            let focused = self.focused().await?;
            if is_called(&focused, wanted) { Ok(Some(())) } else { bail!("it is on {focused}") }
        })
        .await
    }

    /// Waits until the address is this.
    pub async fn is_at(&self, path: &str) -> anyhow::Result<()> {
        self.until(&format!("the page {path}"), APPEAR, async || {
            let at = self.0.execute("return location.pathname + location.search", vec![]).await?;
            Ok((at.as_str() == Some(path)).then_some(()))
        })
        .await
    }

    /// A command of the contract, asked as the page asks.
    pub async fn call(&self, name: &str, args: Value) -> anyhow::Result<Value> {
        Ok(self.0.execute_async(CALL, vec![json!(name), args]).await?)
    }

    /// Role and name of what has the focus, as `role "name"`.
    pub async fn focused(&self) -> anyhow::Result<String> {
        let script = "const e = document.activeElement; const label = e.getAttribute('aria-labelledby'); \
             const name = e.getAttribute('aria-label') || (label && document.getElementById(label.split(' ')[0])?.textContent) \
               || (e.labels?.[0]?.textContent) || e.getAttribute('placeholder') || e.textContent || ''; \
             return (e.getAttribute('role') || e.tagName.toLowerCase()) + ' \"' + name.replace(/\\s+/g, ' ').trim() + '\"';";
        let text = self.0.execute(script, vec![]).await?;
        text.as_str().map(str::to_owned).context("the focus has no name")
    }

    /// Goes to another page of the console, as its address bar would.
    pub async fn go(&self, path: &str) -> anyhow::Result<()> {
        let script = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'));";
        self.0.execute(script, vec![json!(path)]).await?;
        Ok(())
    }

    /// Everything that can be read on the page.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.0.execute("return document.body.innerText", vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page's text contains `wanted`.
    pub async fn shows(&self, wanted: &str) -> anyhow::Result<()> {
        self.shows_within(wanted, APPEAR).await
    }

    /// The same with a limit of its own.
    pub async fn shows_within(&self, wanted: &str, limit: Duration) -> anyhow::Result<()> {
        self.until(&format!("the text \"{wanted}\""), limit, async || {
            Ok(self.text().await?.contains(wanted).then_some(()))
        })
        .await
    }

    /// Waits until `check` gives a value; past the limit the error carries what the page says instead.
    pub async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        check: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let error = match wait::until(what, limit, check).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let said = tokio::time::timeout(LAST_WORDS, self.0.execute(DESCRIBE, vec![])).await;
        let said = said.ok().and_then(Result::ok).unwrap_or_default();
        bail!("{error:#}; the page says:\n{}", said.as_str().unwrap_or("(no answer)"))
    }

    /// Fails at once if the content security policy refused anything; a [`crate::stage::Stage`] asks at its end anyway.
    pub async fn policy_held(&self) -> anyhow::Result<()> {
        let refused = self.0.execute(REFUSED, vec![]).await?;
        if refused.as_array().is_some_and(|list| !list.is_empty()) {
            bail!("the content security policy refused {refused}");
        }
        Ok(())
    }
}

fn is_called(focused: &str, wanted: &str) -> bool {
    match wanted.strip_prefix('~') {
        Some(part) => focused.contains(part),
        None => focused == wanted,
    }
}
