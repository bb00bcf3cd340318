//! Commands of two people at once.

use anyhow::ensure;
use std::process::Stdio;
use weir_tests::home::Home;
use weir_tests::programs::{self, RUN_TIMEOUT, Running};

/// `up` wants a cluster that runs, whatever somebody else does to the one that is there.
#[test]
fn up_outlasts_a_stop_and_a_deletion_by_somebody_else() -> anyhow::Result<()> {
    let home = Home::new()?;
    let up = ["up", "--detach", "--brokers", "1"];
    home.run(&up)?;
    for other in [["cluster", "stop", "local"].as_slice(), &["cluster", "delete", "local", "--yes"]]
        .into_iter()
        .cycle()
        .take(6)
    {
        let mut command = home.weir(other)?;
        let mut other_one = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let output = programs::output(&mut home.weir(&up)?)?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "beside {other:?}: {error}");
        // How that ended is its own matter: the cluster may have been started again before it looked.
        programs::ends_within(&mut other_one, RUN_TIMEOUT)?;
    }
    home.run(&up)?;
    ensure!(home.run(&["cluster", "list"])?.contains("ACTIVE"));
    Ok(())
}
