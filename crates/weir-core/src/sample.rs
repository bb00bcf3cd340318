//! The sample workload beside a local cluster: a process of its own under `sample.lock`, which ends when
//! `cluster.json` wants it no more.

use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;
use weir_client::{Client, ClientError};
use weir_control::{ClusterDir, DirLock};
use weir_domain::ItemResult;
use weir_domain::sample::{GROUPS, TOPICS};

use crate::clusters::{dir_failure, program, run_detached, tags};
use crate::core::Core;
use crate::errors::write_failure;
use crate::failure::{Failure, Kind, Outcome, Result};
use crate::operations::{Begin, Running, kind};
use crate::permits::Action;
use crate::text::TextId;

/// The workload looks each second whether it is still wanted.
const ENDS_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Core {
    /// Begins the workload; the operation's id.
    pub fn start_sample(&self, id: &str) -> Result<String> {
        let local = self.permitted_local(id, Action::SampleStart)?;
        program("weir")?;
        let title = TextId::OperationSampleStart.with("name", id);
        let mut begin = Begin::new(kind::SAMPLE_START, (id.to_owned(), id.to_owned()), title);
        begin.steps = vec![TextId::StepStartSample];
        let running = self.recorder().begin(begin)?;
        let operation = running.id().to_owned();
        running.step(0);
        let result = set_sample(&local.dir, true).and_then(|()| self.start_sample_process(id));
        running.end(&result);
        self.registry().wake(id);
        result.map(|()| operation)
    }

    /// Begins to end the workload, also one that was started by hand, and to delete its topics and groups; the operation's
    /// id.
    pub async fn remove_sample(&self, id: &str) -> Result<String> {
        self.permitted_local(id, Action::SampleRemove)?;
        // Whether anything of it is there the cluster tells.
        self.session(id)?.snapshot().await?;
        self.permit(Action::SampleRemove, id)?;
        let local = self.permitted_local(id, Action::SampleRemove)?;
        let title = TextId::OperationSampleRemove.with("name", id);
        let mut begin = Begin::new(kind::SAMPLE_REMOVE, (id.to_owned(), id.to_owned()), title);
        begin.steps = vec![TextId::StepStopSample, TextId::StepRemoveData];
        let running = self.recorder().begin(begin)?;
        let operation = running.id().to_owned();
        let (core, id) = (self.clone(), id.to_owned());
        self.spawn(async move {
            let result = core.run_remove_sample(&id, &local.dir, &running).await;
            running.end(&result);
            let told = [tags::topics(&id), tags::groups(&id), tags::cluster(&id)];
            core.events().all_changed(told);
        });
        Ok(operation)
    }

    async fn run_remove_sample(&self, id: &str, dir: &ClusterDir, running: &Running) -> Result<()> {
        running.step(0);
        set_sample(dir, false)?;
        self.registry().wake(id);
        end_by_hand(dir).await?;
        running.step(1);
        let session = self.session(id)?;
        let owned =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let topics = owned(&TOPICS);
        let deleted = session.client.delete_topics(&topics).await.map_err(|e| write_failure(&e))?;
        for topic in deleted.iter().filter(|item| item.result.is_ok()) {
            session.overlay.deleted(&topic.item);
        }
        let groups = delete_groups(&session.client, &owned(&GROUPS)).await;
        let groups = groups.map_err(|e| write_failure(&e))?;
        let _ = session.refresh().await;
        let gone = ["UNKNOWN_TOPIC_OR_PARTITION", "GROUP_ID_NOT_FOUND"];
        let left = deleted
            .into_iter()
            .chain(groups)
            .find(|item| item.result.as_ref().is_err_and(|error| !gone.contains(&error.name)));
        match left.map(|item| item.result) {
            Some(Err(error)) => {
                Err(crate::errors::item_failure(&error, None).outcome(Outcome::Partly))
            }
            _ => Ok(()),
        }
    }

    /// Starts `weir sample run`; where one runs already it has the lock, and the new one ends.
    pub(crate) fn start_sample_process(&self, id: &str) -> Result<()> {
        let mut sample = Command::new(program("weir")?);
        sample.args(["sample", "run", "--cluster", id]).arg("--home").arg(self.home().root());
        sample.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        run_detached(sample)
    }

    /// Brings a wanted workload back that is not there: after a restart, or when it died.
    pub(crate) fn mend_sample(&self, id: &str, dir: &ClusterDir) {
        if !DirLock::is_held(&dir.sample_lock()).unwrap_or(true)
            && let Err(failure) = self.start_sample_process(id)
        {
            tracing::warn!(%failure, cluster = id, "the sample workload cannot be started");
        }
    }
}

/// Deletes the workload's groups. Its process has ended; where it was killed, or the cluster stopped before it, its
/// members are still counted: nobody is there to miss them.
async fn delete_groups(
    client: &Client,
    names: &[String],
) -> std::result::Result<Vec<ItemResult>, ClientError> {
    let deadline = Instant::now() + ENDS_WITHIN;
    loop {
        for group in
            client.describe_groups(names).await?.into_iter().filter_map(|item| item.result.ok())
        {
            if !group.members.is_empty() {
                client.remove_members(&group).await?;
            }
        }
        let deleted = client.delete_groups(names).await?;
        // A member that was killed while it joined is known as one only a moment later.
        let has_members = deleted
            .iter()
            .any(|item| item.result.as_ref().is_err_and(|error| error.name == "NON_EMPTY_GROUP"));
        if !has_members || Instant::now() > deadline {
            return Ok(deleted);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn set_sample(dir: &ClusterDir, wanted: bool) -> Result<()> {
    let changed = dir.change_cluster(|file| file.sample = wanted);
    let changed = changed.map_err(|error| dir_failure(&error))?;
    changed.map(drop).ok_or_else(|| Failure::not_found(TextId::ErrorClusterFiles))
}

/// One that somebody runs by hand does not heed `cluster.json`.
async fn end_by_hand(dir: &ClusterDir) -> Result<()> {
    let mark = dir.sample_end();
    if let Err(error) = std::fs::write(&mark, []) {
        // One that was wanted ends without it.
        tracing::debug!(%error, "a workload that was started by hand is not told");
    }
    let ended = wait_until_ended(dir).await;
    let _ = std::fs::remove_file(&mark); // the next workload removes what is left
    ended
}

async fn wait_until_ended(dir: &ClusterDir) -> Result<()> {
    let deadline = Instant::now() + ENDS_WITHIN;
    while DirLock::is_held(&dir.sample_lock()).map_err(|error| dir_failure(&error))? {
        if Instant::now() > deadline {
            let text = TextId::ErrorSampleLate.with("seconds", ENDS_WITHIN.as_secs() as i64);
            return Err(Failure::new(text).kind(Kind::Timeout).outcome(Outcome::Unknown));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
