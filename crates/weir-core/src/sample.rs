//! The sample workload beside a local cluster: a process of its own under `sample.lock`.

use std::process::Command;

use crate::clusters::{program, run_detached};
use crate::core::Core;
use crate::failure::Result;

impl Core {
    /// Starts `weir sample run`; one that runs already keeps the lock, and the new one ends.
    pub(crate) fn start_sample_process(&self, id: &str) -> Result<()> {
        let mut sample = Command::new(program("weir")?);
        sample.args(["sample", "run", "--cluster", id]).arg("--home").arg(self.home().root());
        run_detached(sample)
    }
}
