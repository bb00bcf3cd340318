//! Wrong usage in one sentence of ours: what clap refuses is said in its own words over three lines.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};
use weir_api::texts::Lang;

use crate::args::Weir;
use crate::trouble::Trouble;

/// Prints help where that was asked for, else the sentence; code 2. Ends the program.
pub(crate) fn end(error: &Error, words: &[String], lang: Lang) -> ! {
    match trouble(error, words) {
        Some(trouble) => {
            trouble.tell(lang);
            std::process::exit(trouble.code().into());
        }
        None => error.exit(),
    }
}

/// `None`: it is no error but a wish, for help or the version. `words`: the whole command line.
fn trouble(error: &Error, words: &[String]) -> Option<Trouble> {
    use ErrorKind as K;
    if matches!(
        error.kind(),
        K::DisplayHelp | K::DisplayVersion | K::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        return None;
    }
    let see = help_of(words);
    let (en, ko) = elsewhere(error, &see).unwrap_or_else(|| sentence(error));
    Some(Trouble::usage(format!("{en}: see `{see}`"), format!("{ko}: `{see}`을(를) 보세요")))
}

/// An address where only a cluster on this machine can be meant. `see`: the help of the command.
fn elsewhere(error: &Error, see: &str) -> Option<(String, String)> {
    let arg = first(error, ContextKind::InvalidArg)?;
    let of_a_local =
        ["weir broker ", "weir sample "].iter().any(|command| see.starts_with(command));
    (error.kind() == ErrorKind::UnknownArgument && arg == "--bootstrap" && of_a_local).then(|| {
        (
            "this is done to clusters on this machine alone, which --cluster NAME names; brokers at an address are run by \
             somebody else"
                .to_owned(),
            "이 컴퓨터의 클러스터에서만 할 수 있습니다. --cluster NAME으로 지정하세요(주소로 연결하는 브로커는 다른 곳에서 \
             운영됩니다)"
                .to_owned(),
        )
    })
}

/// English and Korean.
fn sentence(error: &Error) -> (String, String) {
    use ErrorKind as K;
    let arg = first(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = first(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        K::UnknownArgument => unknown(&arg, suggested(error, ContextKind::SuggestedArg)),
        K::InvalidSubcommand => {
            let name = first(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let near = suggested(error, ContextKind::SuggestedSubcommand);
            let (en, ko) = perhaps(near);
            (format!("there is no command {name:?}{en}"), format!("{name:?} 명령은 없습니다{ko}"))
        }
        K::InvalidValue if value.is_empty() => {
            let (en, ko) = one_of(error);
            (format!("{arg} needs a value{en}"), format!("{arg}에 값이 필요합니다{ko}"))
        }
        K::InvalidValue => {
            let (en, ko) = one_of(error);
            (
                format!("{value:?} is no value of {arg}{en}"),
                format!("{value:?}은(는) {arg}의 값이 아닙니다{ko}"),
            )
        }
        K::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string);
            let (en, ko) = reason_of(&reason.unwrap_or_default());
            (
                format!("{value:?} is no value of {arg}: {en}"),
                format!("{value:?}은(는) {arg}의 값이 아닙니다: {ko}"),
            )
        }
        K::MissingRequiredArgument => {
            let missing = all(error, ContextKind::InvalidArg).join(", ");
            (format!("{missing} is missing"), format!("{missing}이(가) 빠졌습니다"))
        }
        K::MissingSubcommand => ("a command is missing".to_owned(), "명령이 빠졌습니다".to_owned()),
        K::ArgumentConflict => conflict(&arg, &all(error, ContextKind::PriorArg)),
        K::TooFewValues | K::WrongNumberOfValues | K::NoEquals => {
            (format!("{arg} needs a value"), format!("{arg}에 값이 필요합니다"))
        }
        K::TooManyValues => {
            (format!("{arg} takes no value"), format!("{arg}에는 값을 쓸 수 없습니다"))
        }
        K::InvalidUtf8 => {
            ("an argument is not UTF-8".to_owned(), "UTF-8이 아닌 인수가 있습니다".to_owned())
        }
        _ => other(error),
    }
}

fn unknown(arg: &str, near: Option<String>) -> (String, String) {
    if arg.starts_with('-') {
        let (en, ko) = perhaps(near);
        return (format!("there is no option {arg}{en}"), format!("{arg} 옵션은 없습니다{ko}"));
    }
    (format!("{arg:?} is one argument too many"), format!("{arg:?}은(는) 필요하지 않은 인수입니다"))
}

fn conflict(arg: &str, prior: &[String]) -> (String, String) {
    if prior.iter().any(|other| other == arg) {
        return (
            format!("{arg} is given twice, and may be once"),
            format!("{arg}은(는) 한 번만 쓸 수 있습니다"),
        );
    }
    let others = prior.join(", ");
    (
        format!("{arg} cannot be used with {others}"),
        format!("{arg}은(는) {others}와(과) 함께 쓸 수 없습니다"),
    )
}

/// What clap says first, without its heading.
fn other(error: &Error) -> (String, String) {
    let rendered = error.to_string();
    let line = rendered.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line).to_owned();
    (line.clone(), line)
}

fn perhaps(near: Option<String>) -> (String, String) {
    match near {
        Some(near) => {
            (format!("; perhaps {near} is meant"), format!(". {near}을(를) 뜻했을 수 있습니다"))
        }
        None => Default::default(),
    }
}

fn one_of(error: &Error) -> (String, String) {
    let valid = all(error, ContextKind::ValidValue);
    match valid.split_last() {
        None => Default::default(),
        Some((only, [])) => (format!(", which takes {only}"), format!(". 값: {only}")),
        Some((last, rest)) => {
            let rest = rest.join(", ");
            (format!(", which takes {rest} or {last}"), format!(". 값: {rest}, {last}"))
        }
    }
}

/// Why a value was refused, in words for people.
fn reason_of(reason: &str) -> (String, String) {
    let both = |en: &str, ko: &str| (en.to_owned(), ko.to_owned());
    if let Some((_, range)) = reason.split_once(" is not in ") {
        return range_of(range);
    }
    match reason {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            both("a whole number is expected", "정수를 쓰세요")
        }
        "number too large to fit in target type" => {
            both("the number is too large", "수가 너무 큽니다")
        }
        "number too small to fit in target type" => {
            both("the number is too small", "수가 너무 작습니다")
        }
        "KEY=VALUE is expected" => both(reason, "KEY=VALUE 형식으로 쓰세요"),
        "NAME=VALUE is expected" => both(reason, "NAME=VALUE 형식으로 쓰세요"),
        "a separator has at least one character" => {
            both(reason, "구분자는 한 글자 이상이어야 합니다")
        }
        "a group needs a name" => both(reason, "그룹 이름을 쓰세요"),
        "none, gzip, snappy, lz4 or zstd is expected" => {
            both(reason, "none, gzip, snappy, lz4, zstd 중 하나를 쓰세요")
        }
        "TOPIC, or TOPIC:0,1 for some of its partitions, is expected" => {
            both(reason, "TOPIC 또는 일부 파티션만이면 TOPIC:0,1 형식으로 쓰세요")
        }
        "a topic name must not be empty" => both(reason, "토픽 이름이 비어 있습니다"),
        "a topic cannot be named \".\" or \"..\"" => {
            both(reason, "토픽 이름은 \".\" 또는 \"..\"일 수 없습니다")
        }
        other => both(other, &of_beginning(other).unwrap_or_else(|| other.to_owned())),
    }
}

/// Reasons that name what was written: their Korean, by how they begin or end.
fn of_beginning(reason: &str) -> Option<String> {
    if reason.starts_with("earliest, latest, an offset,") {
        return Some(
            "earliest, latest, 오프셋, 시각(2026-11-25T20:00:00Z 또는 에포크 밀리초), 경과 시간(10m) 중 하나를 쓰세요".to_owned(),
        );
    }
    if let Some((_, max)) = reason.split_once(" is not an offset: a whole number up to ") {
        return Some(format!("오프셋은 0~{max}의 정수입니다"));
    }
    if reason.ends_with(" is not a number of partitions: 1 to 10000") {
        return Some("파티션 수는 1~10000의 정수입니다".to_owned());
    }
    if let Some(length) =
        reason.strip_prefix("a topic name has at most 249 characters, this one has ")
    {
        return Some(format!("토픽 이름은 249자까지입니다: 이 이름은 {length}자입니다"));
    }
    let (odd, _) =
        reason.strip_prefix("a topic name cannot contain ")?.split_once(": only letters")?;
    Some(format!(
        "토픽 이름에 {odd}을(를) 쓸 수 없습니다: ASCII 영문자, 숫자, '.', '_', '-'만 됩니다"
    ))
}

/// Upper ends that are only what a number of that width holds.
const NO_END: [&str; 4] =
    ["4294967295", "2147483647", "18446744073709551615", "9223372036854775807"];

/// `1..=100`, as clap writes it.
fn range_of(range: &str) -> (String, String) {
    let Some((low, high)) = range.split_once("..") else {
        return (range.to_owned(), range.to_owned());
    };
    let high = high.trim_start_matches('=');
    if high.is_empty() || NO_END.contains(&high) {
        return (format!("{low} or more is expected"), format!("{low} 이상이어야 합니다"));
    }
    (format!("{low} to {high} is expected"), format!("{low}~{high} 범위여야 합니다"))
}

/// The help of the command that was meant, as far as its words are right.
fn help_of(words: &[String]) -> String {
    let mut command = Weir::command();
    let mut path = vec!["weir".to_owned()];
    for word in words.iter().skip(1) {
        match command.find_subcommand(word).cloned() {
            Some(sub) => {
                path.push(word.clone());
                command = sub;
            }
            // An option before the command, and its value.
            None if path.len() == 1 || word.starts_with('-') => {}
            None => break,
        }
    }
    if path.len() == 1 { "weir help".to_owned() } else { format!("{} --help", path.join(" ")) }
}

fn first(error: &Error, kind: ContextKind) -> Option<String> {
    all(error, kind).into_iter().next()
}

fn suggested(error: &Error, kind: ContextKind) -> Option<String> {
    first(error, kind)
}

fn all(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(many)) => many.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &str, en: &str, ko: &str) {
        let words = std::iter::once("weir").chain(args.split_whitespace());
        let words: Vec<_> = words.map(str::to_owned).collect();
        let error = Weir::command().try_get_matches_from(&words).unwrap_err();
        let trouble = trouble(&error, &words).unwrap();
        assert_eq!(trouble.sentence(Lang::En), en, "{args}");
        assert!(trouble.sentence(Lang::Ko).contains(ko), "{args}: {}", trouble.sentence(Lang::Ko));
        assert_eq!(trouble.code(), 2);
    }

    #[test]
    fn what_the_grammar_refuses_is_one_sentence_that_says_what_to_do() {
        check(
            "topic create a --partitions x",
            "\"x\" is no value of --partitions <PARTITIONS>: a whole number is expected: see `weir topic create --help`",
            "정수를 쓰세요",
        );
        check(
            "cluster create a --brokers 0",
            "\"0\" is no value of --brokers <BROKERS>: 1 to 100 is expected: see `weir cluster create --help`",
            "1~100 범위",
        );
        check(
            "cluster create a --set x",
            "\"x\" is no value of --set <KEY=VALUE>: KEY=VALUE is expected: see `weir cluster create --help`",
            "KEY=VALUE 형식",
        );
        for (args, en, ko) in [
            ("consume t --from soon", "an age (10m) is expected", "경과 시간(10m)"),
            ("consume t --from offset:x", "is not an offset", "오프셋은 0~"),
            ("produce t --compression zip", "lz4 or zstd is expected", "lz4, zstd 중"),
            ("up --topic a:x", "is not a number of partitions", "파티션 수는"),
            ("up --topic a/b", "cannot contain '/'", "토픽 이름에 '/'를"),
            ("group reset g --to earliest --topic :1", "is expected", "형식으로"),
        ] {
            let words: Vec<_> = std::iter::once("weir").chain(args.split(' ')).collect();
            let owned: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            let error = Weir::command().try_get_matches_from(&words).unwrap_err();
            let trouble = trouble(&error, &owned).unwrap();
            let said = [trouble.sentence(Lang::En), trouble.sentence(Lang::Ko)];
            assert!(said[0].contains(en) && said[1].contains(ko), "{said:?}");
            assert!(!said[1].contains(" is ") && !said[1].contains("cannot"), "{said:?}");
        }
        check("nonsense", "there is no command \"nonsense\": see `weir help`", "명령은 없습니다");
        check(
            "topic lst",
            "there is no command \"lst\"; perhaps list is meant: see `weir topic --help`",
            "list",
        );
        check(
            "cluster list --ouput json",
            "there is no option --ouput; perhaps --output is meant: see `weir cluster list --help`",
            "옵션은 없습니다",
        );
        check(
            "broker stop 1 --bootstrap localhost:9092",
            "this is done to clusters on this machine alone, which --cluster NAME names; brokers at an address are run by \
             somebody else: see `weir broker stop --help`",
            "이 컴퓨터의 클러스터에서만",
        );
        check(
            "cluster list more",
            "\"more\" is one argument too many: see `weir cluster list --help`",
            "필요하지 않은",
        );
        check(
            "cluster list --output xml",
            "\"xml\" is no value of --output <FORMAT>, which takes table or json: see `weir cluster list --help`",
            "table, json",
        );
        check(
            "topic list --cluster a --bootstrap b",
            "--cluster <NAME> cannot be used with --bootstrap <HOST:PORT>: see `weir topic list --help`",
            "함께 쓸 수 없습니다",
        );
    }

    #[test]
    fn what_is_missing_is_named_and_help_stays_help() {
        let trouble = |args: &[&str]| {
            let words: Vec<_> = args.iter().map(|word| (*word).to_owned()).collect();
            trouble(&Weir::command().try_get_matches_from(args).unwrap_err(), &words)
        };
        let missing = trouble(&["weir", "--lang", "en", "cluster", "delete"]).unwrap();
        let said = missing.sentence(Lang::En);
        assert!(said.starts_with("<NAME> is missing: see `weir cluster delete --help`"), "{said}");
        assert!(trouble(&["weir", "--help"]).is_none());
        assert!(trouble(&["weir", "--version"]).is_none());
        assert!(trouble(&["weir"]).is_none());
    }
}
