//! Two clusters' answers beside each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::normal::flat;
use super::recording::Told;

/// One field that differs, in some versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub scenario: String,
    /// `2 Metadata`
    pub step: String,
    pub path: String,
    /// As JSON; `-` where the field is not there.
    pub kafka: String,
    pub ours: String,
    pub versions: BTreeSet<i16>,
}

impl Difference {
    /// `Topics[].ErrorCode`
    pub(super) fn field(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in self.path.chars() {
            match c {
                '[' => (inside = true, out.push_str("[]")).1,
                ']' => inside = false,
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out
    }

    pub(super) fn api(&self) -> &str {
        self.step.split(' ').nth(1).unwrap_or_default()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<_> = self.versions.iter().map(i16::to_string).collect();
        write!(
            f,
            "{} step {} v{} {}\n    Kafka {}\n    ours  {}",
            self.scenario,
            self.step,
            versions.join(","),
            self.path,
            self.kafka,
            self.ours
        )
    }
}

/// Compares what both said to one scenario.
pub(super) fn compare(scenario: &str, kafka: &[Told], ours: &[Told]) -> Vec<Difference> {
    let by_place = |all: &[Told]| -> BTreeMap<(String, i16), BTreeMap<String, String>> {
        let one = |told: &Told| ((told.step.clone(), told.version), flat(&told.value));
        all.iter().map(one).collect()
    };
    let (kafka, ours) = (by_place(kafka), by_place(ours));
    let places: BTreeSet<_> = kafka.keys().chain(ours.keys()).cloned().collect();
    let mut found: BTreeMap<(String, String, String, String), BTreeSet<i16>> = BTreeMap::new();
    let empty = BTreeMap::new();
    for place in places {
        let (left, right) =
            (kafka.get(&place).unwrap_or(&empty), ours.get(&place).unwrap_or(&empty));
        let paths: BTreeSet<_> = left.keys().chain(right.keys()).collect();
        for path in paths {
            let of = |side: &BTreeMap<String, String>| {
                side.get(path).cloned().unwrap_or_else(|| "-".into())
            };
            let (kafka, ours) = (of(left), of(right));
            if kafka != ours {
                let key = match (left.get(path), right.get(path)) {
                    (Some(_), None) => (place.0.clone(), absent(path, right), "there".into(), ours),
                    (None, Some(_)) => (place.0.clone(), absent(path, left), kafka, "there".into()),
                    _ => (place.0.clone(), path.clone(), kafka, ours),
                };
                found.entry(key).or_default().insert(place.1);
            }
        }
    }
    let one = |((step, path, kafka, ours), versions)| Difference {
        scenario: scenario.to_owned(),
        step,
        path,
        kafka,
        ours,
        versions,
    };
    found.into_iter().map(one).collect()
}

/// The whole of what one side has not: the shortest start of the path that no path of it has.
fn absent(path: &str, side: &BTreeMap<String, String>) -> String {
    let mut inside = false;
    let ends = path.char_indices().filter(|(_, c)| {
        let ends = (matches!(c, '.') && !inside) || *c == '[';
        inside = (inside || *c == '[') && *c != ']';
        ends
    });
    let ends: Vec<usize> = ends.map(|(place, _)| place).collect();
    let starts =
        ends.iter().filter_map(|place| path.get(..*place)).filter(|start| !start.is_empty());
    let known = |start: &str| {
        let under = |path: &String| {
            path.strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        side.keys().any(under)
    };
    {
        let mut starts = starts;
        starts.find(|start| !known(start))
    }
    .unwrap_or(path)
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_difference_in_several_versions_is_told_once() {
        let told = |version, code| Told {
            step: "1 Metadata".into(),
            version,
            value: json!({"T": [{"Name": "a", "E": code}]}),
        };
        let found = compare("s", &[told(0, 1), told(1, 1)], &[told(0, 2), told(1, 2)]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].field().as_str(), found[0].api(), found[0].versions.len()),
            ("T[].E", "Metadata", 2)
        );
        assert!(compare("s", &[told(0, 1)], &[told(0, 1)]).is_empty());
    }
}
