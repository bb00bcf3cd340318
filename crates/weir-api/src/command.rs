use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::TS;
use weir_core::Failure;
use weir_core::permits::Action;

use crate::app::{App, execute};
use crate::dto::ApiError;
use crate::export::Types;

/// One thing that a page or a person can ask for. The type is its arguments.
pub trait Command: Serialize + DeserializeOwned + TS + Send + 'static {
    /// `area.what`
    const NAME: &'static str;
    type Output: Serialize + TS + Send + 'static;
    /// Cache tags of the answer, with `{field}` of the arguments: a page refetches when one is invalidated.
    const PROVIDES: &'static [&'static str] = &[];
    /// Cache tags that are stale once it is done.
    const INVALIDATES: &'static [&'static str] = &[];
    /// What must be permitted on [`Command::cluster`].
    const PERMIT: Option<Action> = None;

    fn cluster(&self) -> Option<&str> {
        None
    }

    fn run(self, app: &App) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

type Answer = Pin<Box<dyn Future<Output = Result<Value, ApiError>> + Send>>;

/// A command of the table, its types forgotten.
#[derive(Debug, Clone, Copy)]
pub struct CommandInfo {
    pub name: &'static str,
    pub provides: &'static [&'static str],
    pub invalidates: &'static [&'static str],
    pub(crate) call: fn(App, Value) -> Answer,
    pub(crate) types: fn(&mut Types) -> (String, String),
    docs: fn() -> Option<String>,
}

impl CommandInfo {
    pub(crate) const fn of<C: Command>() -> Self {
        Self {
            name: C::NAME,
            provides: C::PROVIDES,
            invalidates: C::INVALIDATES,
            call: call::<C>,
            types: types::<C>,
            docs: C::docs,
        }
    }

    /// What it is for: the words above its arguments, in one line.
    pub fn purpose(&self) -> String {
        let comment = (self.docs)().unwrap_or_default();
        let lines = comment.lines().map(|line| line.trim().trim_start_matches(['/', '*']).trim());
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn call<C: Command>(app: App, args: Value) -> Answer {
    Box::pin(async move {
        let args = if args.is_null() { Value::Object(Default::default()) } else { args };
        let command: C = serde_json::from_value(args).map_err(|error| {
            let text = weir_core::TextId::ErrorArguments.with("command", C::NAME);
            Failure::new(text).kind(weir_core::failure::Kind::Invalid).detail(error)
        })?;
        let output = execute(&app, command).await?;
        serde_json::to_value(output).map_err(|error| Failure::internal(error).into())
    })
}

fn types<C: Command>(types: &mut Types) -> (String, String) {
    (types.add::<C>(), types.add::<C::Output>())
}

/// Fills the `{field}` of each tag from the arguments.
pub(crate) fn expand<C: Command>(tags: &[&str], command: &C) -> Vec<String> {
    if tags.is_empty() {
        return Vec::new();
    }
    let args = serde_json::to_value(command).unwrap_or_default();
    tags.iter().map(|tag| fill(tag, &args)).collect()
}

fn fill(tag: &str, args: &Value) -> String {
    let mut filled = tag.to_owned();
    for (name, value) in args.as_object().into_iter().flatten() {
        if let Some(word) = value.as_str() {
            filled = filled.replace(&format!("{{{name}}}"), word);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_filled_from_arguments() {
        let args = serde_json::json!({ "cluster": "one", "topic": "orders", "page": 3 });
        assert_eq!(fill("topic({cluster},{topic})", &args), "topic(one,orders)");
        assert_eq!(fill("clusters", &args), "clusters");
    }
}
