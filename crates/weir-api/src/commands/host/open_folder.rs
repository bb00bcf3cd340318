use crate::commands::prelude::*;
use crate::dto::{Done, words};

/// Opens a folder in the person's file manager: of Weir, or of one local cluster.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "OpenFolderArgs")]
pub struct OpenFolder {
    pub which: Folder,
    pub cluster: Option<String>,
}

words!(Folder = weir_core::host::Folder as "snake_case" { Home, Logs, Data });

impl Command for OpenFolder {
    const NAME: &'static str = "open.folder";
    type Output = Done;

    async fn run(self, app: &App) -> Result<Done> {
        app.core().open_folder(self.which.into(), self.cluster.as_deref())?;
        Ok(Done {})
    }
}
