//! The journeys of a person, each in the real window and in Chromium against `weir serve`.

use anyhow::Context as _;
use std::time::Duration;
use weir_tests::home::Home;
use weir_tests::stage::Host;

/// How long one journey may take; the longest needs a tenth of it on a quiet machine. A driver that hangs ends here.
const LIMIT: Duration = Duration::from_secs(300);

/// Makes one test a host from `async fn NAME(host: Host, home: &Home) -> anyhow::Result<()>`.
macro_rules! in_both_hosts {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use weir_tests::stage::Host;

            #[tokio::test]
            async fn in_the_window() -> anyhow::Result<()> {
                crate::journey(Host::Window, super::$name).await
            }

            #[tokio::test]
            async fn in_chromium() -> anyhow::Result<()> {
                crate::journey(Host::Chromium, super::$name).await
            }
        }
    )+};
}

/// Runs a journey on a data folder of its own, within [`LIMIT`] from when it is its turn. The content security policy
/// refused nothing on any of its pages.
async fn journey(
    host: Host,
    steps: impl AsyncFnOnce(Host, &Home) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let home = Home::new()?;
    tokio::time::timeout(LIMIT, steps(host, &home))
        .await
        .with_context(|| format!("the journey did not end within {LIMIT:?}"))??;
    let refused = home.refused().so_far();
    anyhow::ensure!(refused.is_empty(), "the content security policy refused {refused:?}");
    Ok(())
}

mod accessibility;
mod accessibility_states;
mod apache;
mod brokers;
mod configuration;
mod connect;
mod crash;
mod dialogs;
mod filters;
mod first;
mod fonts;
mod groups;
mod keyboard;
mod live;
mod palette;
mod peeks;
mod policy;
mod reassign;
mod shop;
mod small;
mod start;
mod tables;
mod transactions;
mod window;
