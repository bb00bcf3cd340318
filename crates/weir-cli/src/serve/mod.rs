//! `weir serve`: the same page in a browser. Loopback only; whoever can read one file of this user's gets in.

mod api;
mod assets;
mod guard;
mod listen;
mod logs;
mod page;
mod session;
#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use weir_api::texts::Lang;
use weir_api::{App, Headless, Home, HostKind};

use crate::args::{Common, Format};
use crate::output;
use crate::trouble::Trouble;

use self::page::OpeningPage;
use self::session::Sessions;
use crate::signal;

/// The console in a browser, on this machine only.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServeArgs {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Print the path of the page that opens the console, instead of opening it. The page signs one browser in, once,
    /// within 60 seconds.
    #[arg(long)]
    pub(crate) no_open: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// A produced message of 10 MB, in base64, with room.
const BODY_MAX_BYTES: usize = 24 << 20;
/// What a browser that is not signed in may send: a code.
const CODE_MAX_BYTES: usize = 4 << 10;
/// Open requests that a browser leaves behind end with this at the latest.
const REQUEST_WITHIN: Duration = Duration::from_secs(90);

/// Serves until Ctrl-C, a termination signal or the end of its terminal.
pub(crate) async fn run(args: ServeArgs, lang: Lang) -> Result<(), Trouble> {
    let home = Home::prepare_own(args.common.home.as_deref())?;
    let _logs = logs::start(&home).map_err(not_started)?;
    let app = App::open(home.clone(), Arc::new(Headless(HostKind::Serve)))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|error| not_bound(address, &error))?;
    let port = listener.local_addr()?.port();
    let sessions = Arc::new(Sessions::default());
    let code = sessions.new_code().map_err(not_started)?;
    let page = OpeningPage::write(home.root(), port, &code).map_err(not_started)?;
    let opened = !args.no_open && page.open();
    match args.common.output {
        Format::Table => show(&page, port, opened, lang),
        Format::Json => output::json_line(&ready(&page, port))?,
    }
    let gone = page.remove_later(Arc::clone(&sessions));
    let served = serve(listener, port, app, sessions);
    tokio::select! {
        () = served => {} // it does not end by itself
        () = signal::asked_to_end() => {}
    }
    gone.abort();
    page.remove();
    Ok(())
}

/// What the system said stays as it is.
fn not_started(error: anyhow::Error) -> Trouble {
    Trouble::failed(
        format!("the console cannot be served: {error:#}"),
        format!("콘솔을 시작할 수 없습니다: {error:#}"),
    )
}

fn not_bound(address: SocketAddr, error: &std::io::Error) -> Trouble {
    Trouble::failed(
        format!("cannot listen on {address}: choose another port with --port ({error})"),
        format!("{address}에서 수신할 수 없습니다: --port로 다른 포트를 선택하세요 ({error})"),
    )
}

async fn serve(listener: TcpListener, port: u16, app: App, sessions: Arc<Sessions>) {
    listen::serve(listener, router(port, app, sessions), listen::Limits::default()).await;
}

/// Who may call is looked at before a byte of a body is read.
pub(crate) fn router(port: u16, app: App, sessions: Arc<Sessions>) -> Router {
    let state = api::Served { app, sessions };
    let admit = from_fn_with_state(state.clone(), api::admit);
    let sign_in = from_fn_with_state(guard::Strangers::default(), guard::sign_in);
    let session = post(api::session).route_layer(sign_in);
    let session = session.layer(DefaultBodyLimit::max(CODE_MAX_BYTES));
    Router::new()
        .route("/api/session", session)
        .route("/api/call/{name}", post(api::call).route_layer(admit))
        .route("/api/{*rest}", any(api::nothing))
        .fallback(assets::get)
        .with_state(state)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn_with_state(guard::Guard::new(port), guard::check))
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

/// For programs, in a line: where the console is, and the page that signs a browser in, which holds the code.
fn ready(page: &OpeningPage, port: u16) -> Value {
    json!({ "event": "ready", "address": address(port), "page": page.path().display().to_string() })
}

fn show(page: &OpeningPage, port: u16, opened: bool, lang: Lang) {
    let address = address(port);
    if opened {
        match lang {
            Lang::En => output::say(format_args!("The console is at {address}. Ctrl-C ends it.")),
            Lang::Ko => {
                output::say(format_args!("콘솔 주소는 {address}입니다. Ctrl-C로 끝냅니다."))
            }
        }
        return;
    }
    // A reader that went away: the page is there all the same.
    let _ = writeln!(std::io::stdout(), "{}", page.path().display());
    let seconds = session::CODE_LIFETIME.as_secs();
    match lang {
        Lang::En => output::say(format_args!(
            "Open this page in a browser within {seconds} s; it signs one browser in, once. After that the console is at \
             {address}. Ctrl-C ends it."
        )),
        Lang::Ko => output::say(format_args!(
            "{seconds}초 안에 이 페이지를 브라우저로 여세요. 한 브라우저에 한 번만 로그인됩니다. 그 후 콘솔 주소는 {address}입니다. \
             Ctrl-C로 끝냅니다."
        )),
    }
}
