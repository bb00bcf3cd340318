//! Connecting to a cluster that runs elsewhere: the test's steps by name, wrong addresses first.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;
use weir_tests::broker::Broker;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(
    tests_an_address_step_by_step_and_connects,
    edits_a_connection_and_asks_about_another_cluster
);

async fn tests_an_address_step_by_step_and_connects(host: Host, home: &Home) -> anyhow::Result<()> {
    let broker = Broker::start(1, &[])?;
    let stage = Stage::open(host, home, "/clusters/connect").await?;
    let page = stage.page();
    test(&page, "nonsense").await?;
    page.shows("Write HOST:PORT, such as localhost:9092.").await?;
    test(&page, "no-such-host.invalid:9092").await?;
    page.shows("Check the spelling of the host name").await?;
    test(&page, "127.0.0.1:1").await?;
    page.shows("Nothing listens on 127.0.0.1:1.").await?;
    test(&page, &format!("127.0.0.1:{}", web_server()?)).await?;
    page.shows("A web server (HTTP) answers there, not Kafka.").await?;
    for step in ["DNS", "TCP", "API versions", "Metadata"] {
        page.find("text", step).await?;
    }
    test(&page, &broker.bootstrap).await?;
    page.gone("text", "~A web server").await?;
    page.fill("textbox", "Name", "far").await?;
    page.click("button", "Connect").await?;
    page.find("heading", "far").await?;
    page.shows("1 of 1 online").await?;
    page.choose("Actions", "Remove connection").await?;
    page.shows("The cluster itself is not touched.").await?;
    page.click("button", "Remove").await?;
    page.is_at("/clusters").await?;
    page.gone("link", "far").await?;
    page.policy_held().await
}

/// The cluster moved: its connection goes on at the new address, in the window and on the command line.
async fn edits_a_connection_and_asks_about_another_cluster(
    host: Host,
    home: &Home,
) -> anyhow::Result<()> {
    let (first, second) = (Broker::start(1, &[])?, Broker::start(1, &[])?);
    let stage = Stage::open(host, home, "/clusters/connect").await?;
    let page = stage.page();
    page.fill("textbox", "Name", "far").await?;
    page.fill("textbox", "Bootstrap address", &first.bootstrap).await?;
    page.click("button", "Connect").await?;
    page.shows("1 of 1 online").await?;
    page.choose("Actions", "Edit connection").await?;
    page.find("heading", "Edit connection").await?;
    page.fill("textbox", "Name", "moved").await?;
    test(&page, &second.bootstrap).await?;
    page.shows("Another cluster answers at").await?;
    page.find("text", "Metadata").await?;
    page.click("button", "Save changes").await?;
    page.find("heading", "Another cluster answers there").await?;
    page.click("button", "Use the other cluster").await?;
    page.find("heading", "moved").await?;
    page.shows(&second.bootstrap).await?;
    page.shows("1 of 1 online").await?;

    let refused = weir_tests::programs::output(&mut home.weir(&[
        "cluster",
        "edit",
        "moved",
        "--bootstrap",
        &first.bootstrap,
    ])?)?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    anyhow::ensure!(refused.status.code() == Some(1), "{said}");
    anyhow::ensure!(said.contains("Another cluster") && said.contains("--other-cluster"), "{said}");
    home.run(&[
        "cluster",
        "edit",
        "moved",
        "--bootstrap",
        &first.bootstrap,
        "--name",
        "back",
        "--other-cluster",
    ])?;
    let shown = home.run(&["cluster", "show", "back", "--output", "json"])?;
    anyhow::ensure!(shown.contains(&first.bootstrap), "{shown}");
    page.policy_held().await
}

async fn test(page: &Page, address: &str) -> anyhow::Result<()> {
    page.fill("textbox", "Bootstrap address", address).await?;
    page.click("button", "Test connection").await
}

/// A port that answers as a web server does, for as long as this program runs.
fn web_server() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    Ok(port)
}
