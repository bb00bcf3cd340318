//! `weir group delete` and `weir group delete-offsets`.

use clap::Args;
use serde_json::json;
use weir_api::commands::groups::delete::GroupsDelete;
use weir_api::commands::groups::delete_offsets::GroupsDeleteOffsets;
use weir_api::dto::{DeletedGroup, FromCore as _, OffsetChange};
use weir_api::texts::Lang;
use weir_core::Failure;
use weir_core::failure::given_once;
use weir_core::groups::{forget, plan_delete};
use weir_domain::ItemResult;

use super::reset;
use crate::args::{Common, Target};
use crate::commands::outcomes::{self, Outcomes};
use crate::context::{self, Place};
use crate::trouble::Trouble;

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The groups' names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Yes, delete them with what they committed
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteOffsetsArgs {
    /// The group's name
    name: String,
    /// A topic; may be given several times
    #[arg(long, required = true, value_name = "TOPIC")]
    topic: Vec<String>,
    /// Say what would be forgotten, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn delete(args: DeleteArgs, lang: Lang) -> Result<(), Trouble> {
    given_once(&args.names)?;
    if !args.yes {
        let names = args.names.join(", ");
        return Err(Trouble::usage(
            format!("this deletes {names} with what was committed: say --yes"),
            format!("{names}의 커밋이 모두 삭제됩니다: --yes를 붙이세요"),
        ));
    }
    let results: Outcomes<()> = match context::place(&args.common, &args.target, false).await? {
        Place::Address(client) => {
            let deleted = client.delete_groups(&args.names).await?;
            let result = |ItemResult { item, result }: ItemResult| {
                (item, result.map_err(|error| Failure::from(&error).into()))
            };
            deleted.into_iter().map(result).collect()
        }
        Place::Named { app, cluster } => {
            let confirm = match &args.names[..] {
                [name] => name.clone(),
                several => several.len().to_string(),
            };
            let deleted = app.run(GroupsDelete { cluster, groups: args.names, confirm }).await?;
            let result = |group: DeletedGroup| {
                (group.group, group.error.map_or(Ok(()), |error| Err(Trouble::from(error))))
            };
            deleted.results.into_iter().map(result).collect()
        }
    };
    let print = args.common.output;
    outcomes::tell(
        print,
        lang,
        "group",
        outcomes::deleted(lang),
        results,
        |()| String::new(),
        |()| json!({}),
    )
}

pub(super) async fn delete_offsets(args: DeleteOffsetsArgs, lang: Lang) -> Result<(), Trouble> {
    let changes = match context::place(&args.common, &args.target, args.dry_run).await? {
        Place::Named { app, cluster } => {
            let (group, topics, dry_run) = (args.name, args.topic, args.dry_run);
            app.run(GroupsDeleteOffsets { cluster, group, topics, dry_run }).await?.changes
        }
        Place::Address(client) => {
            let mut changes = plan_delete(&client, &args.name, &args.topic).await?;
            if !args.dry_run {
                forget(&client, &args.name, &mut changes).await?;
            }
            changes.into_iter().map(OffsetChange::from_core).collect()
        }
    };
    reset::tell(args.common.output, lang, &changes, args.dry_run)
}
