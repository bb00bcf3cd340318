//! The table of commands. A new one: its file under its area, its line here.

use crate::command::CommandInfo;

/// Declares the areas' modules' commands, in the order in which they are documented.
macro_rules! commands {
    ($($command:ty),+ $(,)?) => {
        /// Every command.
        pub const ALL: &[CommandInfo] = &[$(CommandInfo::of::<$command>()),+];
    };
}

pub mod app;
pub mod clusters;
pub mod events;
pub mod host;
pub mod operations;
pub mod settings;

commands! {
    app::info::AppInfo,
    settings::get::SettingsGet,
    settings::set::SettingsSet,
    events::next::EventsNext,
    host::open_link::OpenLink,
    host::open_folder::OpenFolder,
    host::clipboard_write::ClipboardWrite,
    host::window_close::WindowClose,
    clusters::list::ClustersList,
    clusters::create_defaults::ClustersCreateDefaults,
    clusters::check_name::ClustersCheckName,
    clusters::create::ClustersCreate,
    clusters::start::ClustersStart,
    clusters::stop::ClustersStop,
    clusters::delete::ClustersDelete,
    operations::list::OperationsList,
    operations::get::OperationsGet,
}

/// The command of this name.
pub fn find(name: &str) -> Option<&'static CommandInfo> {
    ALL.iter().find(|info| info.name == name)
}

/// What each command's file begins with.
pub(crate) mod prelude {
    pub(crate) use serde::{Deserialize, Serialize};
    pub(crate) use ts_rs::TS;
    pub(crate) use weir_core::failure::Result;

    pub(crate) use crate::{App, Command};
}
