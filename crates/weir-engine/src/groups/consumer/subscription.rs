//! What a group subscribes to: names, regular expressions, and the metadata of the topics behind
//! them.

use std::collections::{BTreeMap, BTreeSet};

use regex::{Regex, RegexBuilder};
use weir_wire::{ErrorCode, Str, Uuid};

use super::change::Resolved;
use super::member::Subscription;
use super::{ConsumerGroup, ConsumerMember};
use crate::controller::Refusal;
use crate::groups::topic_hash::topic_hash;
use crate::image::Image;

/// A compiled expression takes at most this much: a client's text must not eat the broker.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Whether the broker can use a regular expression: INVALID_REGULAR_EXPRESSION if not.
pub(crate) fn validate_regex(text: &str) -> Result<(), Refusal> {
    compile(text).map(drop).map_err(|error| {
        let reason = match &error {
            regex::Error::Syntax(text) => {
                text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
            other => other.to_string(),
        };
        let message =
            format!("SubscribedTopicRegex `{text}` is not a valid regular expression: {reason}.");
        Refusal::new(ErrorCode::INVALID_REGULAR_EXPRESSION, message)
    })
}

/// The whole name has to match, as RE2's `matches` has it.
fn compile(text: &str) -> Result<Regex, regex::Error> {
    // Alone first, so that nothing in it can close the group around it.
    RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build()?;
    RegexBuilder::new(&format!(r"\A(?:{text})\z")).size_limit(REGEX_BYTES_MAX).build()
}

/// The topics that `text` stands for now. Internal ones too, as in Kafka.
pub(super) fn resolve(text: &str, image: &Image, now_ms: i64) -> Resolved {
    let matching = compile(text).map_or_else(
        |_| BTreeSet::new(),
        |regex| {
            let names = image.topics().map(|topic| topic.name());
            names.filter(|name| regex.is_match(name)).cloned().collect()
        },
    );
    Resolved { topics: matching, version: image.end_offset(), at_ms: now_ms }
}

/// The group with one member changed: what a step decides against.
pub(super) struct View<'a> {
    pub(super) group: &'a ConsumerGroup,
    /// The member as it will be.
    pub(super) updated: Option<&'a ConsumerMember>,
    pub(super) gone: &'a [Str],
    /// Expressions resolved anew (`None`: no longer wanted).
    pub(super) regexes: BTreeMap<Str, Option<Resolved>>,
}

impl View<'_> {
    pub(super) fn members(&self) -> impl Iterator<Item = &ConsumerMember> {
        let stays = |id: &Str| !self.gone.contains(id) && self.updated.is_none_or(|u| u.id != *id);
        let others = self.group.members.values().filter(move |member| stays(&member.id));
        others.chain(self.updated)
    }

    pub(super) fn resolved(&self, regex: &Str) -> Option<&Resolved> {
        match self.regexes.get(regex) {
            Some(anew) => anew.as_ref(),
            None => self.group.regexes.get(regex),
        }
    }

    /// How many members subscribe with `regex`.
    pub(super) fn subscribers(&self, regex: &Str) -> usize {
        self.members().filter(|member| member.subscription.regex() == Some(regex)).count()
    }

    /// Every topic name of one subscription.
    fn names<'s>(&'s self, of: &'s Subscription) -> impl Iterator<Item = &'s Str> {
        let resolved = of.regex().and_then(|regex| self.resolved(regex));
        of.topics.iter().chain(resolved.into_iter().flat_map(|resolved| &resolved.topics))
    }

    /// The existing topics of one subscription.
    pub(super) fn topic_ids(&self, of: &Subscription, image: &Image) -> BTreeSet<Uuid> {
        self.names(of).filter_map(|name| image.topic(name)).map(|topic| topic.id()).collect()
    }

    /// The existing topics of all members, by name, with their number of partitions.
    pub(super) fn topics(&self, image: &Image) -> Vec<(Uuid, i32)> {
        let existing = self.all_names().into_iter().filter_map(|name| image.topic(name));
        existing
            .map(|topic| (topic.id(), i32::try_from(topic.partitions().len()).unwrap_or(i32::MAX)))
            .collect()
    }

    fn all_names(&self) -> BTreeSet<&Str> {
        self.members().flat_map(|member| self.names(&member.subscription)).collect()
    }

    /// A hash of what assignments depend on.
    pub(super) fn metadata_hash(&self, image: &Image) -> i64 {
        topic_hash(self.all_names(), image)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_has_to_match() {
        let regex = compile("a|b.").unwrap();
        assert!(regex.is_match("a") && regex.is_match("bc"));
        assert!(!regex.is_match("ab") && !regex.is_match("xbc"));
        assert!(compile("(?i)FOO.*").unwrap().is_match("foobar"));
    }

    #[test]
    fn invalid_expressions_are_refused_with_the_reason() {
        for text in ["(", "a)(b", "[", "*", r"\1", "(?=x)", "x{1000}{1000}"] {
            let refused = validate_regex(text).unwrap_err();
            assert_eq!(refused.code, ErrorCode::INVALID_REGULAR_EXPRESSION, "{text}");
            assert!(refused.message.contains(text), "{}", refused.message);
        }
        assert!(validate_regex("topic-[0-9]+").is_ok());
    }
}
