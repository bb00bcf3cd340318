#![allow(clippy::unwrap_used, reason = "tests")]

mod basics;
mod edit;
mod filters;
mod groups;
mod limited;
mod local;
mod many;
mod remote;
mod together;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_api::dto::ApiError;
use weir_api::{App, Headless, Home, HostKind};

/// What takes milliseconds on a quiet machine, on one that is not.
const LONG: Duration = Duration::from_secs(90);

/// An app of its own, gone with the directory; driven as a host drives it, without a runtime of the host's.
struct Bench {
    app: App,
    home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let app = open(home.path(), HostKind::Window);
        Self { app, home }
    }

    fn call(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        wait(self.app.call(name, args))
    }

    /// A call that must succeed.
    fn ok(&self, name: &str, args: Value) -> Value {
        self.call(name, args.clone()).unwrap_or_else(|error| panic!("{name} {args}: {error:?}"))
    }

    /// Until `test` holds of what a call answers.
    fn until(&self, name: &str, args: Value, test: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LONG;
        loop {
            let answer = self.ok(name, args.clone());
            if test(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{name} {args} stays at {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Until an operation has ended.
    fn ended(&self, answer: &Value) -> Value {
        self.until("operations.get", json!({"id": answer["operation"]}), |o| {
            o["state"] != "running"
        })
    }
}

fn open(root: &Path, kind: HostKind) -> App {
    App::open(Home::open(root).unwrap(), Arc::new(Headless(kind))).unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// How a list is asked for.
fn list(cluster: &str, sort: &str, page: u32) -> Value {
    json!({
        "cluster": cluster, "internal": false, "query": "", "sort": sort, "descending": false,
        "page": page, "page_size": 25,
    })
}
