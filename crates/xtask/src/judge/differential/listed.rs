//! The differences that `docs/DIFFERENCES.md` names: each with its reason, each still there.

use anyhow::{Context as _, Result};

use super::compare::Difference;

/// `scenario | api | field | reason`; `*` stands for anything.
#[derive(Debug)]
pub(super) struct Listed {
    line: String,
    patterns: [String; 3],
    seen: bool,
}

/// Reads the fenced block `differential`.
pub(super) fn read(document: &str) -> Result<Vec<Listed>> {
    let Some((_, block)) = document.split_once("```differential\n") else { return Ok(Vec::new()) };
    let (block, _) = block.split_once("```").context("the list of differences has no end")?;
    block.lines().filter(|line| !line.trim().is_empty()).map(one).collect()
}

fn one(line: &str) -> Result<Listed> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [scenario, api, field, reason] = parts[..] else {
        anyhow::bail!("wants scenario | api | field | reason: {line}")
    };
    anyhow::ensure!(!reason.is_empty(), "a difference without a reason: {line}");
    let patterns = [scenario.to_owned(), api.to_owned(), field.to_owned()];
    Ok(Listed { line: line.to_owned(), patterns, seen: false })
}

/// What is not listed.
pub(super) fn unlisted(list: &mut [Listed], found: Vec<Difference>) -> Vec<Difference> {
    let mut left = Vec::new();
    for difference in found {
        let (api, field) = (difference.api().to_owned(), difference.field());
        let texts = [difference.scenario.as_str(), api.as_str(), field.as_str()];
        let mut known = false;
        for listed in list.iter_mut() {
            if listed.patterns.iter().zip(texts).all(|(pattern, text)| fits(pattern, text)) {
                (listed.seen, known) = (true, true);
            }
        }
        if !known {
            left.push(difference);
        }
    }
    left
}

/// Lines that nothing fitted.
pub(super) fn gone(list: &[Listed]) -> Vec<&str> {
    list.iter().filter(|listed| !listed.seen).map(|listed| listed.line.as_str()).collect()
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = (0..=text.len()).filter(|i| text.is_char_boundary(*i));
            ends.into_iter().any(|i| fits(rest, &text[i..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_known_and_what_never_occurs_is_told() {
        let text = "x\n```differential\na/* | Metadata | *Code | why\nb | * | * | why\n```\n";
        let mut list = read(text).unwrap();
        let difference = |scenario: &str| Difference {
            scenario: scenario.into(),
            step: "1 Metadata".into(),
            path: "T[x].ErrorCode".into(),
            kafka: "1".into(),
            ours: "2".into(),
            versions: [0].into(),
        };
        let left = unlisted(&mut list, vec![difference("a/x"), difference("c/x")]);
        assert_eq!(left.len(), 1);
        assert_eq!(gone(&list), ["b | * | * | why"]);
        assert!(read("```differential\na | b | c |\n```").is_err(), "a reason is wanted");
    }
}
