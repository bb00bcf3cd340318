use crate::commands::prelude::*;

/// Weir's own notice, and the licences of what others wrote of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "AppNoticesArgs")]
pub struct AppNotices {}

#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "AppNotices")]
pub struct AppNoticesOutput {
    /// Plain text, a quarter of a megabyte.
    pub text: String,
}

const TEXT: &str = concat!(
    include_str!("../../../../../NOTICE"),
    "\n",
    include_str!("../../../../../THIRD-PARTY.txt")
);

impl Command for AppNotices {
    const NAME: &'static str = "app.notices";
    type Output = AppNoticesOutput;

    async fn run(self, _: &App) -> Result<AppNoticesOutput> {
        Ok(AppNoticesOutput { text: TEXT.to_owned() })
    }
}
