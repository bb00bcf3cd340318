//! Filters that a person keeps under a name, for each table; rows of the settings.
//!
//! What a filter says is the page's affair (it stands in the address too): here it is text of bounded length. The core
//! reads conditions when a list is asked for, and refuses them then.

use crate::core::Core;
use crate::failure::{Failure, Kind, Result};
use crate::text::TextId;

/// Tables whose filters can be kept.
const TABLES: [&str; 2] = ["topics", "groups"];
/// Filters of one table.
pub const FILTERS_MAX: usize = 50;
/// Characters of a name.
pub const NAME_MAX: usize = 60;
/// Bytes of what a filter says: as many as fit into an address.
const TEXT_MAX: usize = 8_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    pub name: String,
    /// As the address of the page has it.
    pub text: String,
}

impl Core {
    /// A table's filters, in order of their names.
    pub fn filters(&self, table: &str) -> Result<Vec<SavedFilter>> {
        let prefix = prefix(table)?;
        let rows = self.store().settings().map_err(Failure::internal)?;
        let of_table = rows.into_iter().filter_map(|(key, text)| {
            Some(SavedFilter { name: key.strip_prefix(&prefix)?.to_owned(), text })
        });
        Ok(of_table.collect())
    }

    /// Keeps a filter; one of the same name is written over only with `replace`.
    pub fn save_filter(&self, table: &str, name: &str, text: &str, replace: bool) -> Result<()> {
        let name = checked(name)?;
        if text.len() > TEXT_MAX {
            let max = weir_domain::conditions::CONDITIONS_MAX;
            return Err(Failure::invalid("text", TextId::FilterTooMany.with("max", max)));
        }
        let kept = self.filters(table)?;
        let taken = kept.iter().any(|filter| filter.name == name);
        if taken && !replace {
            return Err(name_taken(name));
        }
        if !taken && kept.len() >= FILTERS_MAX {
            let full = TextId::FilterFull.with("max", FILTERS_MAX);
            return Err(Failure::new(full).hint(TextId::HintFilterFull).kind(Kind::Conflict));
        }
        self.change(vec![], vec![(prefix(table)? + name, text.to_owned())])
    }

    /// Gives a filter another name.
    pub fn rename_filter(&self, table: &str, name: &str, to: &str) -> Result<()> {
        let to = checked(to)?;
        let kept = self.filters(table)?;
        let Some(filter) = kept.iter().find(|filter| filter.name == name) else {
            return Err(Failure::not_found(TextId::FilterNotFound.with("name", name)));
        };
        if to != name && kept.iter().any(|filter| filter.name == to) {
            return Err(name_taken(to));
        }
        let prefix = prefix(table)?;
        let renamed = (format!("{prefix}{to}"), filter.text.clone());
        self.change(vec![prefix + name], vec![renamed])
    }

    /// Forgets a filter; one that is gone already is no error.
    pub fn delete_filter(&self, table: &str, name: &str) -> Result<()> {
        self.change(vec![prefix(table)? + name], vec![])
    }

    fn change(&self, gone: Vec<String>, put: Vec<(String, String)>) -> Result<()> {
        self.store().change_settings(gone, put).map_err(|error| {
            Failure::new(TextId::ErrorSettingsNotSaved).hint(TextId::HintDiskFull).detail(error)
        })
    }
}

/// What a table's rows of the settings begin with.
fn prefix(table: &str) -> Result<String> {
    if TABLES.contains(&table) {
        return Ok(format!("filter/{table}/"));
    }
    Err(Failure::invalid("table", TextId::FilterTable.with("table", table)))
}

fn checked(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::invalid("name", TextId::FilterNameEmpty));
    }
    if name.chars().count() > NAME_MAX {
        return Err(Failure::invalid("name", TextId::FilterNameLong.with("max", NAME_MAX)));
    }
    if name.chars().any(char::is_control) {
        return Err(Failure::invalid("name", TextId::ClusterNameControl));
    }
    Ok(name)
}

fn name_taken(name: &str) -> Failure {
    Failure::invalid("name", TextId::FilterNameTaken.with("name", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_have_filters() {
        assert_eq!(prefix("topics").unwrap(), "filter/topics/");
        assert_eq!(prefix("theme").unwrap_err().text.id, TextId::FilterTable);
    }

    #[test]
    fn names_are_short_and_can_be_seen() {
        assert_eq!(checked("  많이 밀린 그룹 ").unwrap(), "많이 밀린 그룹");
        assert_eq!(checked(" ").unwrap_err().text.id, TextId::FilterNameEmpty);
        let long = checked(&"x".repeat(NAME_MAX + 1)).unwrap_err();
        assert_eq!(long.text.id, TextId::FilterNameLong);
        assert_eq!(checked("a\nb").unwrap_err().text.id, TextId::ClusterNameControl);
    }
}
