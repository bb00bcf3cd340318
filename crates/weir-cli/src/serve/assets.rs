//! The page and what it is made of, embedded; every address that is a route of the page answers the page.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use include_dir::{Dir, include_dir};

static DIST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../ui/dist");

const PAGE: &str = "index.html";
/// Built files carry a hash in their name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const EACH_TIME: &str = "no-store";

pub(crate) async fn get(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if path != PAGE
        && let Some(file) = DIST.get_file(path)
    {
        let cache = if path.starts_with("assets/") { FOR_EVER } else { EACH_TIME };
        return reply(path, file.contents(), cache);
    }
    // A missing script answered with the page would hide what is wrong.
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let page = DIST.get_file(PAGE).map(|file| file.contents()).unwrap_or_default();
    reply(PAGE, page, EACH_TIME)
}

fn reply(path: &str, body: &'static [u8], cache: &'static str) -> Response {
    ([(CONTENT_TYPE, media_type(path)), (CACHE_CONTROL, cache)], body).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
