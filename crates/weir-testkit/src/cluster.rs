use std::future::Future;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use weir_broker::flags::RunFlags;
use weir_broker::run::OpenDir;
use weir_broker::{Act, Cluster};

/// Longer than any of a cluster's own deadlines.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a test asks of its cluster.
#[derive(Debug, Clone)]
pub struct TestClusterOptions {
    /// 1 to 100.
    pub brokers: u16,
    /// Broker configurations under Kafka's names.
    pub configs: Vec<(String, String)>,
}

impl TestClusterOptions {
    /// So many brokers, every default.
    pub fn brokers(brokers: u16) -> Self {
        Self { brokers, configs: Vec::new() }
    }

    /// Adds one broker configuration.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.configs.push((key.to_owned(), value.to_owned()));
        self
    }
}

/// A running cluster; it stops, and its data goes, when this is dropped.
#[derive(Debug)]
pub struct TestCluster {
    cluster: Option<Cluster>,
    runtime: Option<Runtime>,
    directory: TempDir,
}

impl TestCluster {
    /// Starts `brokers` brokers on free ports.
    pub fn start(brokers: u16) -> Result<Self> {
        Self::start_with(&TestClusterOptions::brokers(brokers))
    }

    /// Starts as the options say.
    pub fn start_with(options: &TestClusterOptions) -> Result<Self> {
        let directory = tempfile::tempdir().context("a directory for the test's cluster")?;
        let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
        let flags = RunFlags {
            brokers: Some(options.brokers),
            port: Some(0),
            set: options.configs.clone(),
            ..RunFlags::of(directory.path())
        };
        let cluster = launch(&runtime, &flags)?;
        Ok(Self { cluster: Some(cluster), runtime: Some(runtime), directory })
    }

    /// Every broker's address, joined by commas.
    pub fn bootstrap(&self) -> String {
        self.cluster.as_ref().map_or_else(String::new, |c| c.running().bootstrap())
    }

    /// One broker's address.
    pub fn address(&self, broker: i32) -> Result<String> {
        let brokers = self.cluster()?.running().brokers();
        let found = brokers.iter().find(|b| b.id == broker);
        let found = found.with_context(|| format!("there is no broker {broker}"))?;
        Ok(format!("{}:{}", found.host, found.port))
    }

    pub fn cluster_id(&self) -> Result<String> {
        Ok(self.cluster()?.running().cluster_id())
    }

    /// The cluster's directory: `control.json` in it opens the control API.
    pub fn dir(&self) -> &Path {
        self.directory.path()
    }

    /// Controlled shutdown; returns when the broker is gone.
    pub fn stop_broker(&self, id: i32) -> Result<()> {
        self.act(id, Act::Stop)
    }

    /// Connections are reset at once; leaders move after the session timeout.
    pub fn kill_broker(&self, id: i32) -> Result<()> {
        self.act(id, Act::Kill)
    }

    pub fn start_broker(&self, id: i32) -> Result<()> {
        self.act(id, Act::Start)
    }

    /// Stops cleanly and starts again on the same ports and data.
    pub fn restart(&mut self) -> Result<()> {
        let cluster = self.cluster.take().context("the cluster does not run")?;
        self.wait(cluster.stop())?;
        let runtime = self.runtime.as_ref().context("the cluster has no runtime")?;
        self.cluster = Some(launch(runtime, &RunFlags::of(self.directory.path()))?);
        Ok(())
    }

    fn cluster(&self) -> Result<&Cluster> {
        self.cluster.as_ref().context("the cluster does not run")
    }

    fn act(&self, id: i32, act: Act) -> Result<()> {
        let running = self.cluster()?.running().clone();
        let operation = self.wait(async move { running.act_and_wait(id, act).await })??;
        match operation.error {
            Some(error) => Err(anyhow!(error.text)),
            None => Ok(()),
        }
    }

    /// Runs on the cluster's own runtime and blocks this thread: works inside an asynchronous test too.
    fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let runtime = self.runtime.as_ref().context("the cluster has no runtime")?;
        let (tell, result) = channel();
        runtime.spawn(async move {
            // The test gave up waiting.
            let _ = tell.send(future.await);
        });
        result.recv_timeout(DEADLINE).context("the cluster did not answer in 20 s")
    }
}

fn launch(runtime: &Runtime, flags: &RunFlags) -> Result<Cluster> {
    let _inside = runtime.enter();
    let open = OpenDir::open(&flags.dir)?;
    Ok(Cluster::start(open, flags, Instant::now())?)
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        if let Some(cluster) = self.cluster.take() {
            // The directory goes next: nothing must still be writing to it.
            let _ = self.wait(cluster.stop());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_answer_stop_and_start_and_the_cluster_survives_a_restart() {
        let mut cluster = TestCluster::start(3).unwrap();
        let (bootstrap, id) = (cluster.bootstrap(), cluster.cluster_id().unwrap());
        assert_eq!(bootstrap.split(',').count(), 3);
        let address = cluster.address(2).unwrap();
        assert!(std::net::TcpStream::connect(&address).is_ok());
        cluster.stop_broker(2).unwrap();
        assert!(std::net::TcpStream::connect(&address).is_err());
        cluster.start_broker(2).unwrap();
        assert!(cluster.start_broker(2).is_err(), "it runs already");
        cluster.restart().unwrap();
        assert_eq!((cluster.bootstrap(), cluster.cluster_id().unwrap()), (bootstrap, id));
    }
}
