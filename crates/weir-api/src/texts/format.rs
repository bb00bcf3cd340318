//! A small ICU MessageFormat: `{name}`, `{n, number}`, `{n, plural, =0 {..} one {..} other {..}}` with `#`,
//! `{x, select, a {..} other {..}}`, `{t, time, short}`, and apostrophe quoting, as intl-messageformat reads them.

use std::collections::BTreeMap;
#[cfg(test)]
use std::collections::BTreeSet;

use crate::dto::TextArg;

/// The sentence of `pattern`; a pattern that is malformed comes back as it is (a test allows none).
pub(super) fn format(pattern: &str, args: &BTreeMap<String, TextArg>) -> String {
    let Some(parts) = parse(pattern) else { return pattern.to_owned() };
    let mut out = String::new();
    render(&parts, args, None, &mut out);
    out
}

/// Names of the arguments that a pattern uses; `None` when it is malformed.
#[cfg(test)]
pub(super) fn arguments(pattern: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    collect(&parse(pattern)?, &mut names);
    Some(names)
}

#[cfg(test)]
fn collect(parts: &[Part], names: &mut BTreeSet<String>) {
    for part in parts {
        match part {
            Part::Text(_) | Part::Hash => {}
            Part::Argument(name) | Part::Number(name) | Part::Time(name) => {
                names.insert(name.clone());
            }
            Part::Plural(name, cases) | Part::Select(name, cases) => {
                names.insert(name.clone());
                cases.iter().for_each(|(_, parts)| collect(parts, names));
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Argument(String),
    Number(String),
    /// Milliseconds since the epoch, as a time of the day.
    Time(String),
    /// `#` inside a plural.
    Hash,
    Plural(String, Vec<(String, Vec<Part>)>),
    Select(String, Vec<(String, Vec<Part>)>),
}

fn parse(pattern: &str) -> Option<Vec<Part>> {
    let mut parser = Parser { chars: pattern.chars().collect(), at: 0 };
    let parts = parser.parts(false, 0)?;
    (parser.at == parser.chars.len()).then_some(parts)
}

/// Patterns are ours and short; the bound is against a mistake.
const DEPTH_MAX: usize = 8;

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Option<String> {
        self.skip_space();
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '=' | '-')) {
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        self.skip_space();
        (!word.is_empty()).then_some(word)
    }

    /// Up to the end, or to the `}` of the case that they belong to.
    fn parts(&mut self, in_plural: bool, depth: usize) -> Option<Vec<Part>> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(c) = self.peek().filter(|c| *c != '}') {
            self.at += 1;
            match c {
                '{' => {
                    flush(&mut text, &mut parts);
                    parts.push(self.argument(depth + 1)?);
                }
                '#' if in_plural => {
                    flush(&mut text, &mut parts);
                    parts.push(Part::Hash);
                }
                '\'' => self.quoted(&mut text),
                other => text.push(other),
            }
        }
        flush(&mut text, &mut parts);
        Some(parts)
    }

    /// After an apostrophe: `''` is one, `'{...'` is literal, any other stands for itself.
    fn quoted(&mut self, text: &mut String) {
        match self.peek() {
            Some('\'') => {
                self.at += 1;
                text.push('\'');
            }
            Some('{' | '}' | '#') => {
                while let Some(c) = self.peek() {
                    self.at += 1;
                    if c == '\'' {
                        return;
                    }
                    text.push(c);
                }
            }
            _ => text.push('\''),
        }
    }

    fn argument(&mut self, depth: usize) -> Option<Part> {
        if depth > DEPTH_MAX {
            return None;
        }
        let name = self.word()?;
        if self.take('}').is_some() {
            return Some(Part::Argument(name));
        }
        self.take(',')?;
        let kind = self.word()?;
        if kind == "number" {
            self.take('}')?;
            return Some(Part::Number(name));
        }
        self.take(',')?;
        if kind == "time" {
            return (self.word()? == "short" && self.take('}').is_some())
                .then_some(Part::Time(name));
        }
        let cases = self.cases(kind == "plural", depth)?;
        match kind.as_str() {
            "plural" => Some(Part::Plural(name, cases)),
            "select" => Some(Part::Select(name, cases)),
            _ => None,
        }
    }

    fn cases(&mut self, plural: bool, depth: usize) -> Option<Vec<(String, Vec<Part>)>> {
        let mut cases = Vec::new();
        loop {
            self.skip_space();
            if self.take('}').is_some() {
                let has_other = cases.iter().any(|(key, _)| key == "other");
                return has_other.then_some(cases);
            }
            let key = self.word()?;
            self.take('{')?;
            let parts = self.parts(plural, depth)?;
            self.take('}')?;
            cases.push((key, parts));
        }
    }
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

fn render(parts: &[Part], args: &BTreeMap<String, TextArg>, hash: Option<i64>, out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Argument(name) => out.push_str(&plain(args.get(name))),
            Part::Number(name) => {
                out.push_str(&number(args.get(name)).map_or_else(|| plain(args.get(name)), grouped))
            }
            Part::Time(name) => {
                out.push_str(&number(args.get(name)).map_or_else(String::new, clock))
            }
            Part::Hash => out.push_str(&hash.map(grouped).unwrap_or_else(|| "#".to_owned())),
            Part::Plural(name, cases) => {
                let n = number(args.get(name)).unwrap_or(0);
                let exact = format!("={n}");
                let case = find(cases, &exact)
                    .or_else(|| find(cases, if n == 1 { "one" } else { "other" }))
                    .or_else(|| find(cases, "other"));
                render(case.unwrap_or_default(), args, Some(n), out);
            }
            Part::Select(name, cases) => {
                let case = find(cases, &plain(args.get(name))).or_else(|| find(cases, "other"));
                render(case.unwrap_or_default(), args, hash, out);
            }
        }
    }
}

fn find<'a>(cases: &'a [(String, Vec<Part>)], key: &str) -> Option<&'a [Part]> {
    cases.iter().find(|(case, _)| case == key).map(|(_, parts)| parts.as_slice())
}

fn number(arg: Option<&TextArg>) -> Option<i64> {
    match arg? {
        TextArg::Number(number) => Some(*number),
        TextArg::Word(word) => word.parse().ok(),
    }
}

fn plain(arg: Option<&TextArg>) -> String {
    match arg {
        Some(TextArg::Word(word)) => word.clone(),
        Some(TextArg::Number(number)) => number.to_string(),
        None => String::new(),
    }
}

/// `18:57 UTC`: who reads it here has no time zone; a page tells the time of its own.
fn clock(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minutes / 60, minutes % 60)
}

/// `1,204`: the same in English and in Korean.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, args: &[(&str, TextArg)], expected: &str) {
        let args = args.iter().map(|(name, arg)| ((*name).to_owned(), arg.clone())).collect();
        assert_eq!(format(pattern, &args), expected, "{pattern}");
    }

    fn n(number: i64) -> TextArg {
        TextArg::Number(number)
    }

    fn w(word: &str) -> TextArg {
        TextArg::Word(word.to_owned())
    }

    /// Each expectation is what intl-messageformat 10 answers in `en`.
    #[test]
    fn as_intl_messageformat() {
        check("Topic {name}", &[("name", w("a b"))], "Topic a b");
        check("{n}", &[("n", n(1204))], "1204");
        check("{n, number}", &[("n", n(1204))], "1,204");
        let topics = "{n, plural, =0 {No topics} one {# topic} other {# topics}}";
        check(topics, &[("n", n(0))], "No topics");
        check(topics, &[("n", n(1))], "1 topic");
        check(topics, &[("n", n(12345))], "12,345 topics");
        let state = "It is {s, select, a {up} other {down, {why}}}.";
        check(state, &[("s", w("a")), ("why", w("x"))], "It is up.");
        check(state, &[("s", w("z")), ("why", w("x"))], "It is down, x.");
        check("It's '{literal}' ''", &[], "It's {literal} '");
        check("# stays", &[], "# stays");
        check("At {t, time, short}.", &[("t", n(1_700_000_000_000))], "At 22:13 UTC.");
    }

    #[test]
    fn malformed_patterns_are_told() {
        for bad in [
            "{",
            "{a",
            "{a, plural, one {x}}",
            "a}",
            "{a, date}",
            "{}",
            "{a, time}",
            "{a, time, long}",
        ] {
            assert_eq!(arguments(bad), None, "{bad}");
        }
        assert_eq!(arguments("{b} {a, plural, other {{c}}}").unwrap().len(), 3);
    }
}
