//! `weir group put-back`: undoes a reset of a group's offsets.

use clap::Args;
use weir_api::App;
use weir_api::commands::groups::put_back::GroupsPutBack;
use weir_api::texts::Lang;

use super::reset;
use crate::args::Common;
use crate::context;
use crate::trouble::Trouble;

/// As the record of operations names it; putting back is one too, and can be taken back likewise.
const RESET: &str = "group_reset";
/// Older operations are not looked through.
const LOOKED_THROUGH: usize = 2_000;

#[derive(Debug, Args)]
pub(crate) struct PutBackArgs {
    /// The group's name
    name: String,
    /// Say what would change, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: PutBackArgs, lang: Lang) -> Result<(), Trouble> {
    let app = match args.dry_run {
        true => context::app(&args.common)?,
        false => context::acting_app(&args.common)?,
    };
    let cluster = context::serving(&app, args.cluster.as_deref()).await?.id;
    let operation = last_reset(&app, &cluster, &args.name)?;
    let put_back = GroupsPutBack { cluster, operation, dry_run: args.dry_run };
    let changes = app.run(put_back).await?.changes;
    reset::tell(args.common.output, lang, &changes, args.dry_run)
}

/// The newest reset of this group that Weir recorded.
fn last_reset(app: &App, cluster: &str, group: &str) -> Result<String, Trouble> {
    let recorded = app.core().operations_list(Some(cluster), "", 1, LOOKED_THROUGH)?.rows;
    let of_group = recorded
        .into_iter()
        .find(|operation| operation.kind == RESET && operation.target.as_deref() == Some(group));
    of_group.map(|operation| operation.id).ok_or_else(|| {
        Trouble::failed(
            format!("Weir knows of no reset of the group {group:?} in this cluster: nothing to put back"),
            format!("이 클러스터에서 그룹 {group:?}을(를) 재설정한 기록이 없습니다: 되돌릴 것이 없습니다"),
        )
    })
}
