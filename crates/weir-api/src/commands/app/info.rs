use weir_core::host as core;

use crate::commands::prelude::*;
use crate::dto::{FromCore, I64, words};

/// What the About page shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "AppInfoArgs")]
pub struct AppInfo {}

#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "AppInfo")]
pub struct AppInfoOutput {
    pub version: String,
    pub home: String,
    /// What `weir` wants to be told in a shell to find this home, quoted: `--home DIR`. `null`: it finds it by itself.
    pub home_flag: Option<String>,
    pub logs: String,
    pub data_folder: String,
    pub engine_path: Option<String>,
    pub os: String,
    pub started_at: I64,
    pub host: HostKind,
}

words!(HostKind = core::HostKind as "snake_case" { Window, Serve, CommandLine });

impl Command for AppInfo {
    const NAME: &'static str = "app.info";
    type Output = AppInfoOutput;

    async fn run(self, app: &App) -> Result<AppInfoOutput> {
        let core = app.core();
        let show = |path: &std::path::Path| path.display().to_string();
        Ok(AppInfoOutput {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            home: show(core.home().root()),
            home_flag: core.home().flag(),
            logs: show(&core.home().logs()),
            data_folder: show(&core.home().clusters()),
            engine_path: core.engine_path().map(|path| show(&path)),
            os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            started_at: I64(core.started_at()),
            host: HostKind::from_core(core.host().kind()),
        })
    }
}
