//! The window: its frame, its first colour, its one page.

use crate::host::{WINDOW, WindowHost};
use crate::{bridge, instance, place};
use anyhow::{Context as _, anyhow};
use std::sync::Arc;
use tauri::window::Color;
use tauri::{Manager as _, Theme, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use weir_api::App;
use weir_core::settings;

/// What the page paints first, so that nothing flashes before it (Cloudscape's layout backgrounds).
const LIGHT: Color = Color(0xff, 0xff, 0xff, 0xff);
const DARK: Color = Color(0x16, 0x1d, 0x26, 0xff);

/// Opens the window on a page and runs until it is closed.
pub(crate) fn run(
    app: App,
    window: Arc<WindowHost>,
    page: String,
    first: instance::First,
) -> anyhow::Result<()> {
    let core = app.core().clone();
    // A store that cannot be read now says so on the page.
    let settings = core.settings().unwrap_or_default();
    let builder = tauri::Builder::default()
        .manage(app)
        .invoke_handler(tauri::generate_handler![bridge::call])
        .on_window_event(move |window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                place::save(core.home().root(), window);
                if core.close_requested() {
                    api.prevent_close();
                }
            }
        })
        .setup(move |tauri| {
            window.attach(tauri.handle().clone());
            window.hold(first.handover());
            build(tauri, &page, &settings)?;
            first.serve(move || window.show())?;
            Ok(())
        });
    builder.run(tauri::generate_context!()).context("the window could not be opened")
}

/// `None` follows the system's theme.
fn chosen(theme: settings::Theme) -> Option<Theme> {
    match theme {
        settings::Theme::Dark => Some(Theme::Dark),
        settings::Theme::Light => Some(Theme::Light),
        settings::Theme::System => None,
    }
}

fn build(tauri: &tauri::App, page: &str, settings: &settings::Settings) -> anyhow::Result<()> {
    let theme = chosen(settings.theme);
    let (width, height) = place::FIRST;
    let address = WebviewUrl::App(page.trim_start_matches('/').into());
    let window = WebviewWindowBuilder::new(tauri, WINDOW, address)
        .title("Weir")
        .inner_size(width, height)
        .min_inner_size(place::SMALLEST.0, place::SMALLEST.1)
        .theme(theme)
        .background_color(first_colour(theme.unwrap_or(Theme::Light)))
        .initialization_script(remembered(settings))
        .visible(false)
        .on_navigation(is_ours)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .build()
        .map_err(|error| anyhow!("the window could not be opened: {error}"))?;
    // The system's theme is known only of a window that is there; it is not shown yet.
    window.set_background_color(Some(first_colour(theme.unwrap_or(window.theme()?))))?;
    match place::load(tauri.state::<App>().core().home().root()) {
        Some(place) => place.apply(&window)?,
        None => place::fit(&window)?,
    }
    Ok(window.show()?)
}

/// What the page remembers of its last start (`ui/src/app/theme.ts`), written before its first script: a first start
/// remembers nothing, and another host may have changed the settings since, so that a dark window would begin white.
/// Once a window: a page that is loaded anew knows better.
fn remembered(settings: &settings::Settings) -> String {
    let (theme, density) = (settings.theme.word(), settings.density.word());
    format!(
        "(() => {{ try {{ \
           if (sessionStorage.getItem('weir.told')) return; \
           sessionStorage.setItem('weir.told', '1'); \
           localStorage.setItem('weir.theme', '{theme}'); \
           localStorage.setItem('weir.density', '{density}'); \
         }} catch {{}} }})();"
    )
}

fn first_colour(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

/// Only the embedded page is ever shown; links go to the person's browser through the host.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        scheme => scheme == "about",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_window_shows_nothing_but_its_own_page() {
        let ours = |text: &str| is_ours(&Url::parse(text).unwrap());
        assert!(ours("tauri://localhost/clusters"));
        assert!(ours("http://tauri.localhost/clusters"));
        let foreign = [
            "https://example.com/",
            "http://localhost:8080/",
            "file:///etc/passwd",
            "data:text/html,x",
        ];
        for url in foreign {
            assert!(!ours(url), "{url} must be refused");
        }
    }
}
