use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use weir_core::failure::Kind;
use weir_core::{Core, Failure, Home, Host, TextId};

use crate::command::{Command, expand};
use crate::commands;
use crate::dto::ApiError;

/// The core with a runtime of its own, so that every host may call it from any thread, runtime or none.
#[derive(Debug, Clone)]
pub struct App {
    core: Core,
    runtime: Arc<OwnRuntime>,
}

/// Ends without waiting for tasks: a host that is done must not hang in a long poll.
#[derive(Debug)]
struct OwnRuntime(Option<Runtime>);

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

const WORKERS: usize = 2;

impl App {
    /// Opens a home (see [`Home::prepare`]) for a host.
    pub fn open(home: Home, host: Arc<dyn Host>) -> Result<Self, ApiError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("weir-core")
            .enable_all()
            .build()
            .map_err(Failure::internal)?;
        // Owned at once: where the home cannot be opened it ends as it does at the app's end, also inside
        // another runtime, which may not wait.
        let handle = runtime.handle().clone();
        let runtime = Arc::new(OwnRuntime(Some(runtime)));
        let core = {
            let _entered = handle.enter();
            Core::open(home, host)?
        };
        Ok(Self { core, runtime })
    }

    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The one entry of the hosts: a command by name, its arguments and result as JSON. A panic in one command is
    /// that command's error and nobody else's.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        let Some(info) = commands::find(name) else {
            let text = TextId::ErrorCommandUnknown.with("command", name);
            return Err(Failure::not_found(text).into());
        };
        self.on_runtime((info.call)(self.clone(), args)).await
    }

    /// The same with typed values, for the command line.
    pub async fn run<C: Command>(&self, command: C) -> Result<C::Output, ApiError> {
        let app = self.clone();
        self.on_runtime(async move { execute(&app, command).await }).await
    }

    async fn on_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let Some(runtime) = &self.runtime.0 else { return Err(panicked("the runtime is gone")) };
        match runtime.spawn(work).await {
            Ok(result) => result,
            Err(error) => Err(panicked(&describe(error))),
        }
    }
}

/// What every call goes through: permission, the work, the news of it.
pub(crate) async fn execute<C: Command>(app: &App, command: C) -> Result<C::Output, ApiError> {
    if command.cluster().is_some() {
        app.core.looked_at().await;
    }
    if let (Some(action), Some(cluster)) = (C::PERMIT, command.cluster()) {
        app.core.permit(action, cluster)?;
    }
    let tags = expand(C::INVALIDATES, &command);
    let output = command.run(app).await?;
    app.core.events().all_changed(tags);
    Ok(output)
}

fn panicked(detail: &str) -> ApiError {
    Failure::new(TextId::ErrorPanic)
        .kind(Kind::Internal)
        .hint(TextId::HintReport)
        .detail(detail)
        .into()
}

/// The words of the panic; the place of it is in the log.
fn describe(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "cancelled".to_owned() };
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_one_command_is_one_error() {
        let home = tempfile::tempdir().unwrap();
        let host = Arc::new(weir_core::Headless(weir_core::HostKind::Window));
        let app = App::open(Home::open(home.path()).unwrap(), host).unwrap();
        let host = Builder::new_current_thread().build().unwrap();
        let boom = app.on_runtime(async { if true { panic!("boom") } else { Ok(()) } });
        let error = host.block_on(boom).unwrap_err();
        assert_eq!(error.text.id, "error.panic");
        assert_eq!(error.detail.as_deref(), Some("boom"));
        let next = host.block_on(app.call("app.info", Value::Null)).unwrap();
        assert_eq!(next["host"], "window");
    }
}
