//! `weir serve` as a script starts it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use weir_tests::home::Home;
use weir_tests::programs::{Running, first_line};

/// One line says where the console is and which page signs a browser in; the code is in the page alone.
#[test]
fn a_script_learns_the_address_and_the_page_from_one_line() -> anyhow::Result<()> {
    let home = Home::new()?;
    let mut command = home.weir(&["serve", "--no-open", "--output", "json"])?;
    let mut serve = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let line = first_line(&mut serve)?;
    let ready: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
    ensure!(ready["event"] == "ready", "{line}");
    let page = std::fs::read_to_string(ready["page"].as_str().context("a page")?)?;
    let address = ready["address"].as_str().context("an address")?;
    let code = page.split("#code=").nth(1).and_then(|rest| rest.split('"').next());
    let code = code.with_context(|| page.clone())?;
    ensure!(page.contains(&format!("{address}#code=")), "{address}: {page}");
    ensure!(!line.contains(code), "the code is told in the page alone: {line}");
    let place = address.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(place)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(())
}
