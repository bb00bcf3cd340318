//! The journeys of a person, each in the real window and in Chromium against `weir serve`.

/// Makes one test a host from `async fn NAME(host: Host) -> anyhow::Result<()>`.
macro_rules! in_both_hosts {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use weir_tests::stage::Host;

            #[tokio::test]
            async fn in_the_window() -> anyhow::Result<()> {
                super::$name(Host::Window).await
            }

            #[tokio::test]
            async fn in_chromium() -> anyhow::Result<()> {
                super::$name(Host::Chromium).await
            }
        }
    )+};
}

mod first;
mod shop;
