use weir_core::groups::PutBack;
use weir_core::permits::Action;

use crate::commands::prelude::*;
use crate::dto::{FromCore, OffsetsChanged};

/// Takes a reset of a group's offsets back: each is again what it was before. A dry run says each change with its lag.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "GroupsPutBackArgs")]
pub struct GroupsPutBack {
    pub cluster: String,
    /// The reset.
    pub operation: String,
    pub dry_run: bool,
}

impl Command for GroupsPutBack {
    const NAME: &'static str = "groups.put_back";
    type Output = OffsetsChanged;
    const PERMIT: Option<Action> = Some(Action::AlterOffsets);

    fn cluster(&self) -> Option<&str> {
        Some(&self.cluster)
    }

    async fn run(self, app: &App) -> Result<OffsetsChanged> {
        let Self { cluster, operation, dry_run } = self;
        let asked = PutBack { cluster, operation, dry_run };
        app.core().put_back(&asked).await.map(OffsetsChanged::from_core)
    }
}
