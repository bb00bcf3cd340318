//! What came of each of several things that one command was about.

use serde_json::{Value, json};
use weir_api::texts::Lang;

use crate::args::Format;
use crate::output;
use crate::trouble::Trouble;

/// Per item what came of it.
pub(crate) type Outcomes<T> = Vec<(String, Result<T, Trouble>)>;

/// The verb before an item that was deleted.
pub(crate) fn deleted(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "deleted",
        Lang::Ko => "삭제됨:",
    }
}

/// Tells each outcome: what worked on standard output, what did not on standard error. `noun` is the name of an item in
/// JSON.
pub(crate) fn tell<T>(
    format: Format,
    lang: Lang,
    noun: &str,
    verb: &str,
    results: Outcomes<T>,
    details: impl Fn(&T) -> String,
    json: impl Fn(&T) -> Value,
) -> Result<(), Trouble> {
    let mut code = None;
    let mut objects = Vec::new();
    for (item, result) in results {
        match (result, format) {
            (Ok(value), Format::Table) => {
                output::line(&format!("{verb} {item}{}", details(&value)))?;
            }
            (Ok(value), Format::Json) => {
                let mut object = json(&value);
                object[noun] = json!(item);
                objects.push(object);
            }
            (Err(trouble), _) => {
                let trouble = Trouble::About { what: item.clone(), error: Box::new(trouble) };
                trouble.tell(lang);
                objects.push(json!({ noun: item, "error": trouble.sentence(lang) }));
                code = Some(trouble.code().max(code.unwrap_or(0)));
            }
        }
    }
    if format == Format::Json {
        output::raw(&serde_json::to_string_pretty(&objects).unwrap_or_default())?;
    }
    code.map_or(Ok(()), |code| Err(Trouble::Told(code)))
}
