//! Commands of two people at once.

use anyhow::ensure;
use std::process::Stdio;
use weir_tests::broker::free_block;
use weir_tests::home::Home;
use weir_tests::programs::{self, RUN_TIMEOUT, Running};

/// `up` wants a cluster that runs, whatever somebody else does to the one that is there.
#[test]
fn up_outlasts_a_stop_and_a_deletion_by_somebody_else() -> anyhow::Result<()> {
    let home = Home::new()?;
    let stop = ["cluster", "stop", "local"].as_slice();
    let delete = ["cluster", "delete", "local", "--yes"].as_slice();
    for other in [stop, delete, stop, delete, stop, delete] {
        // A port of its own: on the usual ones another program may be, once the cluster has left them.
        let port = free_block(1)?.to_string();
        home.run(&["cluster", "create", "local", "--brokers", "1", "--port", &port])?;
        let mut command = home.weir(other)?;
        let mut other_one = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let output = programs::output(&mut home.weir(&["up", "--detach", "--brokers", "1"])?)?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "beside {other:?}: {error}");
        // How that ended is its own matter: the cluster may have been started again before it looked.
        programs::ends_within(&mut other_one, RUN_TIMEOUT)?;
        // Nothing, where the deletion came last.
        programs::output(&mut home.weir(delete)?)?;
    }
    Ok(())
}
