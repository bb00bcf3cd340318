use std::time::Duration;

use crate::files::Desired;
use crate::{ClusterDir, ControlClient, DirError, DirLock, EngineFact, Facts};

/// The facts of a directory, its engine asked over the control API with `deadline`. `None` where there is no
/// `cluster.json`: not a cluster.
pub async fn probe(dir: &ClusterDir, deadline: Duration) -> Result<Option<Facts>, DirError> {
    let Some(mut facts) = probe_locks(dir)? else { return Ok(None) };
    let Some(control) = dir.load_control()?.filter(|_| facts.engine_locked) else {
        return Ok(Some(facts));
    };
    let instance = control.instance.clone();
    let client = ControlClient::new(control).with_deadline(deadline);
    if let Ok(describe) = client.describe().await
        && describe.instance == instance
    {
        facts.engine = EngineFact::Answers(Box::new(describe));
    }
    Ok(Some(facts))
}

/// The facts that files and locks tell, without asking the engine.
pub fn probe_locks(dir: &ClusterDir) -> Result<Option<Facts>, DirError> {
    let Some(cluster) = dir.load_cluster()? else { return Ok(None) };
    Ok(Some(Facts {
        desired: cluster.desired,
        deleting: dir.is_deleting(),
        keeper_locked: DirLock::is_held(&dir.keeper_lock())?,
        engine_locked: DirLock::is_held(&dir.engine_lock())?,
        engine: EngineFact::Silent,
        keeper: dir.load_keeper()?,
        failed: dir.load_failed()?,
    }))
}

impl Facts {
    /// Whether an engine should be running and is not: what "was running" shows after a reboot.
    pub fn was_running(&self) -> bool {
        self.desired == Desired::Running && !self.keeper_locked && !self.engine_locked
    }
}
