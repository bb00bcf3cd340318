use std::collections::BTreeMap;

use serde_json::{Value, json};
use weir_api::commands::topics::alter_configs::TopicsAlterConfigs;
use weir_api::dto::{ConfigChange as Altered, ConfigEdit, FromCore as _, Text};
use weir_api::texts::{self, Lang};
use weir_core::client::{Client, check_topic_config};
use weir_core::failure::given_once;
use weir_core::topics::{config_doc, config_failure};
use weir_domain::{ConfigChange, ConfigEntry, ConfigOperation, ConfigResource, ItemError};

use super::ConfigArgs;
use crate::args::Format;
use crate::context::{self, Place};
use crate::headings;
use crate::output;
use crate::trouble::{Trouble, note, note_dry_run};

pub(super) async fn run(args: ConfigArgs, lang: Lang) -> Result<(), Trouble> {
    given_once(args.set.iter().map(|(key, _)| key).chain(&args.reset))?;
    let client = context::client(&args.common, &args.target).await?;
    super::show::find(&client, &args.name).await?;
    if args.set.is_empty() && args.reset.is_empty() {
        return match &args.describe {
            Some(keys) => explain(&client, &args, keys, lang).await,
            None => show(&client, &args, lang).await,
        };
    }
    for (key, value) in &args.set {
        check_topic_config(key, value).map_err(|problem| config_failure(key, &problem))?;
    }
    alter(&client, &args).await
}

/// Each configuration with its value and, below, what it does.
async fn explain(
    client: &Client,
    args: &ConfigArgs,
    keys: &[String],
    lang: Lang,
) -> Result<(), Trouble> {
    let mut entries = describe(client, &args.name).await?;
    if let Some(key) = keys.iter().find(|key| entries.iter().all(|e| e.name != **key)) {
        return Err(no_such(key));
    }
    entries.retain(|entry| keys.is_empty() || keys.contains(&entry.name));
    if args.common.output == Format::Json {
        return output::rows(Format::Json, &entries, &[], cells, |entry| json(entry, lang));
    }
    for entry in &entries {
        let value = if entry.sensitive { Some("(hidden)") } else { entry.value.as_deref() };
        let valid = entry.valid_values.as_deref().unwrap_or(entry.kind.name());
        let heading = format!("{} = {}  ({valid})", entry.name, output::or_dash(value));
        output::line(&format!("{heading}\n  {}\n", doc(entry, lang).unwrap_or_default()))?;
    }
    Ok(())
}

fn no_such(key: &str) -> Trouble {
    Trouble::usage(
        format!("topics have no configuration {key:?}: see `weir topic config NAME --describe`"),
        format!("토픽에 {key:?} 구성이 없습니다: `weir topic config NAME --describe`를 보세요"),
    )
}

fn doc(entry: &ConfigEntry, lang: Lang) -> Option<String> {
    config_doc(&entry.name).map(|doc| texts::text(lang, &Text::from_core(doc)))
}

async fn show(client: &Client, args: &ConfigArgs, lang: Lang) -> Result<(), Trouble> {
    let mut entries = describe(client, &args.name).await?;
    entries.retain(|entry| args.all || entry.is_changed());
    if entries.is_empty() && args.common.output == Format::Table {
        let name = &args.name;
        note(
            lang,
            format!("every configuration of {name} has its default: --all shows them"),
            format!("{name}의 구성은 모두 기본값입니다: --all로 볼 수 있습니다"),
        );
        return Ok(());
    }
    let headers = ["KEY", "VALUE", "SOURCE", "DEFAULT"];
    output::rows(args.common.output, &entries, &headers, cells, |entry| json(entry, lang))
}

async fn alter(client: &Client, args: &ConfigArgs) -> Result<(), Trouble> {
    let before = describe(client, &args.name).await?;
    if let Some(key) = args.reset.iter().find(|key| before.iter().all(|entry| entry.name != **key))
    {
        return Err(no_such(key));
    }
    let set = args.set.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
    let reset = args.reset.iter().map(|name| (name.clone(), None));
    let edits: Vec<_> = set.chain(reset).collect();
    match context::place(&args.common, &args.target, args.dry_run).await? {
        Place::Address(client) => alter_at(&client, args, &edits).await?,
        Place::Named { app, cluster } => {
            let edit = |(name, value): &(String, Option<String>)| ConfigEdit {
                name: name.clone(),
                value: value.clone(),
            };
            let (topic, dry_run) = (args.name.clone(), args.dry_run);
            let changes = edits.iter().map(edit).collect();
            let altered = app.run(TopicsAlterConfigs { cluster, topic, changes, dry_run }).await?;
            tell_risks(&altered.changes);
        }
    }
    let changed: Vec<_> = edits.iter().map(|edit| Change::of(edit, &before)).collect();
    if args.dry_run {
        note_dry_run(headings::lang());
    }
    let headers = ["KEY", "BEFORE", "AFTER"];
    output::rows(args.common.output, &changed, &headers, Change::cells, Change::json)
}

/// What the window says before a change is made.
fn tell_risks(changes: &[Altered]) {
    for change in changes {
        if let Some(risk) = &change.risk {
            let said = |lang| format!("{}: {}", change.name, texts::text(lang, risk));
            note(headings::lang(), said(Lang::En), said(Lang::Ko));
        }
    }
}

async fn alter_at(
    client: &Client,
    args: &ConfigArgs,
    edits: &[(String, Option<String>)],
) -> Result<(), Trouble> {
    let change = |(name, value): &(String, Option<String>)| ConfigChange {
        name: name.clone(),
        operation: value.clone().map_or(ConfigOperation::Delete, ConfigOperation::Set),
    };
    let resource = ConfigResource::Topic(args.name.clone());
    let changes = BTreeMap::from([(resource.clone(), edits.iter().map(change).collect())]);
    let mut results = client.alter_configs(&changes, args.dry_run).await?;
    results.remove(&resource).unwrap_or(Ok(())).map_err(|error| item(&args.name, error))
}

async fn describe(client: &Client, topic: &str) -> Result<Vec<ConfigEntry>, Trouble> {
    let resource = ConfigResource::Topic(topic.to_owned());
    let mut found = client.describe_configs(std::slice::from_ref(&resource)).await?;
    let entries = found.remove(&resource).unwrap_or_else(|| Ok(Vec::new()));
    let mut entries = entries.map_err(|error| item(topic, error))?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn item(topic: &str, error: ItemError) -> Trouble {
    Trouble::Item { what: topic.to_owned(), error }
}

struct Change<'a> {
    name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

impl<'a> Change<'a> {
    fn of((name, value): &'a (String, Option<String>), before: &'a [ConfigEntry]) -> Self {
        let entry = before.iter().find(|entry| entry.name == *name);
        let default = || entry.and_then(|entry| entry.default.as_deref());
        let after = value.as_deref().or_else(default);
        Self { name, before: entry.and_then(|e| e.value.as_deref()), after }
    }

    fn cells(&self) -> Vec<String> {
        vec![self.name.to_owned(), output::or_dash(self.before), output::or_dash(self.after)]
    }

    fn json(&self) -> Value {
        json!({ "name": self.name, "before": self.before, "after": self.after })
    }
}

fn cells(entry: &ConfigEntry) -> Vec<String> {
    let value = if entry.sensitive { Some("(hidden)") } else { entry.value.as_deref() };
    vec![
        entry.name.clone(),
        output::or_dash(value),
        entry.source.name().to_owned(),
        // What was set to the default on purpose stays so when the default changes.
        match entry.equals_default() {
            true => "(the same)".to_owned(),
            false => output::or_dash(entry.default.as_deref()),
        },
    ]
}

fn json(entry: &ConfigEntry, lang: Lang) -> Value {
    let synonyms: Vec<_> = entry
        .synonyms
        .iter()
        .map(|s| json!({ "name": s.name, "value": s.value, "source": s.source.name() }))
        .collect();
    json!({
        "name": entry.name,
        "value": entry.value,
        "default": entry.default,
        "source": entry.source.name(),
        "type": entry.kind.name(),
        "read_only": entry.read_only,
        "sensitive": entry.sensitive,
        "synonyms": synonyms,
        "valid_values": entry.valid_values,
        "doc": doc(entry, lang),
    })
}
