#![allow(clippy::unwrap_used, reason = "tests")]

mod basics;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use weir_api::dto::ApiError;
use weir_api::{App, Headless, Home, HostKind};

/// An app of its own, gone with the directory; driven as a host drives it, without a runtime of the host's.
struct Bench {
    app: App,
    _home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let app = open(&home.path().join("weir"), HostKind::Window);
        Self { app, _home: home }
    }

    fn call(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        wait(self.app.call(name, args))
    }
}

fn open(root: &Path, kind: HostKind) -> App {
    App::open(Home::open(root).unwrap(), Arc::new(Headless(kind))).unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
