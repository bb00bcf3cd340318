//! The window: its frame, its first colour, what closing it does.

use crate::host::{WINDOW, WindowHost};
use crate::{bridge, instance, place};
use anyhow::Context as _;
use std::sync::Arc;
use tauri::window::Color;
use tauri::{Theme, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use weir_api::App;
use weir_core::home::Home;

/// What the page paints first, so that nothing flashes before it (Cloudscape's layout backgrounds).
const LIGHT: Color = Color(0xff, 0xff, 0xff, 0xff);
const DARK: Color = Color(0x16, 0x1d, 0x26, 0xff);

/// Opens the window and runs until it is closed.
pub(crate) fn run(home: Home, open: String, first: instance::First) -> anyhow::Result<()> {
    let host = Arc::new(WindowHost::default());
    let app = tauri::async_runtime::block_on(App::open(home.clone(), host.clone()))
        .map_err(crate::words::api_error)?;
    let app = Arc::new(app);
    let builder = tauri::Builder::default()
        .manage(Arc::clone(&app))
        .invoke_handler(tauri::generate_handler![bridge::call])
        .on_window_event({
            let (app, home) = (Arc::clone(&app), home.clone());
            move |window, event| {
                if let WindowEvent::CloseRequested { api, .. } = event {
                    place::save(home.root(), window);
                    if app.close_requested() {
                        api.prevent_close();
                    }
                }
            }
        })
        .setup(move |tauri| {
            host.attach(tauri.handle().clone());
            build(tauri, &home, &open, app.theme())?;
            first.serve(move || host.show())?;
            Ok(())
        });
    builder.run(tauri::generate_context!()).context("the window could not be opened")
}

fn build(tauri: &tauri::App, home: &Home, open: &str, theme: Option<Theme>) -> tauri::Result<()> {
    let (width, height) = place::first_size();
    let dark = theme == Some(Theme::Dark);
    let window = WebviewWindowBuilder::new(tauri, WINDOW, WebviewUrl::App(open.trim_start_matches('/').into()))
        .title("Weir")
        .inner_size(width, height)
        .min_inner_size(place::SMALLEST.0, place::SMALLEST.1)
        .theme(theme)
        .background_color(if dark { DARK } else { LIGHT })
        .visible(false)
        .on_navigation(is_ours)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .build()?;
    if let Some(place) = place::load(home.root()) {
        place.apply(&window)?;
    }
    window.show()
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
        for foreign in ["https://example.com/", "http://localhost:8080/", "file:///etc/passwd", "data:text/html,x"] {
            assert!(!ours(foreign), "{foreign} must be refused");
        }
    }
}
