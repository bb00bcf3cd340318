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
pub mod brokers;
pub mod clusters;
pub mod events;
pub mod filters;
pub mod groups;
pub mod host;
pub mod messages;
pub mod operations;
pub mod palette;
pub mod settings;
pub mod streams;
pub mod topics;

commands! {
    app::info::AppInfo,
    app::notices::AppNotices,
    settings::get::SettingsGet,
    settings::set::SettingsSet,
    filters::list::FiltersList,
    filters::save::FiltersSave,
    filters::rename::FiltersRename,
    filters::delete::FiltersDelete,
    events::next::EventsNext,
    host::open_link::OpenLink,
    host::open_folder::OpenFolder,
    host::clipboard_write::ClipboardWrite,
    host::window_unsaved::WindowUnsaved,
    host::window_asked::WindowAsked,
    host::window_close::WindowClose,
    host::window_restart::WindowRestart,
    clusters::list::ClustersList,
    clusters::create_defaults::ClustersCreateDefaults,
    clusters::check_name::ClustersCheckName,
    clusters::create::ClustersCreate,
    clusters::start::ClustersStart,
    clusters::stop::ClustersStop,
    clusters::delete::ClustersDelete,
    clusters::get::ClustersGet,
    clusters::connect::ClustersConnect,
    clusters::edit::ClustersEdit,
    clusters::disconnect::ClustersDisconnect,
    clusters::test::ClustersTest,
    clusters::client_info::ClustersClientInfo,
    clusters::sample_start::ClustersSampleStart,
    clusters::sample_remove::ClustersSampleRemove,
    operations::list::OperationsList,
    operations::get::OperationsGet,
    topics::list::TopicsList,
    topics::page::TopicsPage,
    topics::refresh::TopicsRefresh,
    topics::get::TopicsGet,
    topics::check_name::TopicsCheckName,
    topics::create_defaults::TopicsCreateDefaults,
    topics::create::TopicsCreate,
    topics::delete::TopicsDelete,
    topics::lost_places::TopicsLostPlaces,
    topics::add_partitions::TopicsAddPartitions,
    topics::configs::TopicsConfigs,
    topics::alter_configs::TopicsAlterConfigs,
    topics::partitions::TopicsPartitions,
    topics::consumers::TopicsConsumers,
    topics::produce::TopicsProduce,
    messages::browse::MessagesBrowse,
    messages::get::MessagesGet,
    messages::tail_open::MessagesTailOpen,
    streams::next::StreamsNext,
    streams::close::StreamsClose,
    groups::list::GroupsList,
    groups::page::GroupsPage,
    groups::refresh::GroupsRefresh,
    groups::get::GroupsGet,
    groups::delete::GroupsDelete,
    groups::reset_offsets::GroupsResetOffsets,
    groups::put_back::GroupsPutBack,
    groups::delete_offsets::GroupsDeleteOffsets,
    brokers::list::BrokersList,
    brokers::quorum::BrokersQuorum,
    brokers::log_dirs::BrokersLogDirs,
    brokers::log_dir_offline::BrokersLogDirOffline,
    brokers::log_dir_online::BrokersLogDirOnline,
    brokers::stop::BrokersStop,
    brokers::kill::BrokersKill,
    brokers::start::BrokersStart,
    brokers::add::BrokersAdd,
    brokers::remove::BrokersRemove,
    brokers::cancel_remove::BrokersCancelRemove,
    palette::search::PaletteSearch,
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
