//! Help in Korean: a summary of each command. What options do is written in English only, and says so.

use std::ffi::OsString;

use clap::Command;
use weir_api::texts::Lang;

/// By the words after `weir`.
const KOREAN: &[(&str, &str)] = &[
    ("", "이 컴퓨터의 Kafka 클러스터를 명령 하나로 시작하고, 어떤 Kafka든 살펴봅니다"),
    ("up", "클러스터 \"local\"을 시작하거나 이미 있으면 이어받고, 주소를 출력합니다"),
    (
        "cluster",
        "이 컴퓨터의 클러스터를 생성, 조회, 시작, 중지, 삭제하고, 다른 클러스터에 연결합니다",
    ),
    ("cluster create", "클러스터를 생성하고 사용할 수 있을 때까지 기다립니다"),
    ("cluster list", "클러스터 목록을 봅니다"),
    ("cluster show", "클러스터 하나를 봅니다"),
    ("cluster start", "중지된 클러스터를 시작합니다"),
    ("cluster stop", "클러스터를 중지합니다. 데이터는 남습니다"),
    ("cluster delete", "클러스터를 데이터와 함께 삭제합니다. 연결한 클러스터는 연결만 제거합니다"),
    ("cluster connect", "다른 곳에서 실행되는 클러스터에 연결하고, 주소를 단계별로 확인합니다"),
    ("cluster edit", "연결한 클러스터의 이름, 주소, 보호 설정을 변경합니다"),
    ("cluster client-info", "여러 언어의 클라이언트 설정을 출력합니다"),
    ("topic", "토픽을 생성, 조회, 변경, 삭제합니다"),
    ("topic create", "토픽을 생성합니다"),
    ("topic list", "토픽 목록을 봅니다"),
    ("topic show", "토픽과 그 파티션을 봅니다"),
    ("topic delete", "토픽을 메시지와 함께 삭제합니다"),
    ("topic add-partitions", "파티션 수를 늘립니다"),
    ("topic config", "토픽의 구성을 보거나 변경합니다"),
    ("produce", "메시지를 씁니다: 표준 입력의 한 줄이 값 하나입니다"),
    ("consume", "메시지를 읽습니다: 표준 출력의 한 줄이 값 하나입니다"),
    ("group", "컨슈머 그룹과 그 랙을 보고, 오프셋을 재설정하고, 그룹을 삭제합니다"),
    ("group list", "그룹과 그 랙의 목록을 봅니다"),
    ("group show", "그룹 하나를 봅니다: 멤버와 파티션별 랙"),
    ("group reset", "멤버가 없는 그룹의 커밋된 오프셋을 재설정합니다"),
    ("group put-back", "그룹의 마지막 재설정을 되돌립니다"),
    ("group delete", "멤버가 없는 그룹을 커밋과 함께 삭제합니다"),
    ("group delete-offsets", "읽는 멤버가 없는 토픽에 대한 그룹의 커밋을 삭제합니다"),
    (
        "broker",
        "브로커와 로그 디렉터리를 조회하고, 이 컴퓨터의 클러스터에서는 중지, 시작, 추가, 제거합니다",
    ),
    ("broker list", "브로커 목록을 봅니다"),
    (
        "broker log-dirs",
        "브로커가 레플리카를 보관하는 로그 디렉터리를 봅니다: 온라인 여부와 담고 있는 것",
    ),
    (
        "broker log-dir-offline",
        "디스크 장애처럼 브로커의 로그 디렉터리를 오프라인으로 전환합니다: 리더가 다른 레플리카로 옮겨 갑니다",
    ),
    (
        "broker log-dir-online",
        "로그 디렉터리를 다시 온라인으로 전환합니다: 레플리카가 따라잡습니다",
    ),
    ("broker stop", "점검 때처럼 브로커를 중지합니다: 리더가 먼저 옮겨 갑니다"),
    ("broker kill", "장애처럼 브로커를 강제 종료합니다"),
    ("broker start", "중지되거나 종료된 브로커를 시작합니다"),
    ("broker add", "클라이언트가 실행되는 동안 브로커를 추가합니다"),
    ("broker remove", "브로커를 제거합니다: 레플리카가 먼저 다른 브로커로 옮겨 갑니다"),
    (
        "broker cancel-remove",
        "브로커 제거를 취소합니다: 아직 옮기지 않은 레플리카는 그대로 남습니다",
    ),
    ("quorum", "클러스터 컨트롤러의 쿼럼을 봅니다"),
    ("quorum show", "컨트롤러의 리더와 보터, 옵저버가 어디까지 따라왔는지 봅니다"),
    ("serve", "브라우저에서 콘솔을 엽니다"),
    ("sample", "샘플 워크로드: 작은 상점"),
    ("sample run", "클러스터가 중지되거나 샘플이 제거될 때까지 워크로드를 실행합니다"),
    ("sample remove", "워크로드를 끝내고 그 토픽과 그룹을 삭제합니다"),
    ("reference", "이 버전의 레퍼런스를 출력합니다: 모든 명령과 콘솔 계약의 모든 호출"),
    ("help", "이 도움말 또는 명령의 도움말을 출력합니다"),
];

const OPTIONS_ARE_ENGLISH: &str = "옵션 설명은 영어로만 제공됩니다.";

/// A call of each command, by the words after `weir`.
const EXAMPLES: &[(&str, &str)] = &[
    ("up", "weir up --topic orders:6 --set auto.create.topics.enable=true --detach"),
    ("cluster create", "weir cluster create dev --brokers 3 --sample"),
    ("cluster list", "weir cluster list --output json"),
    ("cluster show", "weir cluster show local"),
    ("cluster start", "weir cluster start local"),
    ("cluster stop", "weir cluster stop local"),
    ("cluster delete", "weir cluster delete local --yes"),
    ("cluster connect", "weir cluster connect staging kafka-1.example.com:9092 --read-only"),
    ("cluster edit", "weir cluster edit staging --name stage --bootstrap kafka-2.example.com:9092"),
    ("cluster client-info", "weir cluster client-info local --language python"),
    ("topic create", "weir topic create orders --partitions 6 --config retention.ms=3600000"),
    ("topic list", "weir topic list --filter order"),
    ("topic show", "weir topic show orders"),
    ("topic delete", "weir topic delete orders --yes"),
    ("topic add-partitions", "weir topic add-partitions orders --total 12"),
    ("topic config", "weir topic config orders --set retention.ms=3600000 --dry-run"),
    ("produce", "weir produce orders --key-separator :"),
    ("consume", "weir consume orders --from earliest --max 10"),
    ("group list", "weir group list --bootstrap localhost:9092"),
    ("group show", "weir group show billing"),
    ("group reset", "weir group reset billing --to earliest --topic orders --dry-run"),
    ("group put-back", "weir group put-back billing --dry-run"),
    ("group delete", "weir group delete billing --yes"),
    ("group delete-offsets", "weir group delete-offsets billing --topic orders"),
    ("broker list", "weir broker list"),
    ("broker log-dirs", "weir broker log-dirs 2"),
    ("broker log-dir-offline", "weir broker log-dir-offline 2 log-1"),
    ("broker log-dir-online", "weir broker log-dir-online 2 log-1"),
    ("broker stop", "weir broker stop 2"),
    ("broker kill", "weir broker kill 2"),
    ("broker start", "weir broker start 2"),
    ("broker add", "weir broker add --cluster local"),
    ("broker remove", "weir broker remove 3"),
    ("broker cancel-remove", "weir broker cancel-remove 3"),
    ("quorum", "weir quorum --cluster local"),
    ("quorum show", "weir quorum show --cluster local"),
    ("serve", "weir serve"),
    ("sample run", "weir sample run --cluster local"),
    ("sample remove", "weir sample remove --cluster local"),
    ("reference", "weir reference"),
];

/// At the end of `weir help`: where to begin, and what a script wants to know.
const BEGIN: &str = "\
Examples:
  weir up --topic orders:6 --detach               a cluster of three brokers, with a topic
  echo hello | weir produce orders                one message
  weir consume orders --from earliest --max 1     read it
  weir cluster stop local                         stop it; its data stays

Exit codes: 0 done, 1 failed, 2 wrong usage";
const BEGIN_KOREAN: &str = "\
예:
  weir up --topic orders:6 --detach               브로커 3개의 클러스터와 토픽
  echo hello | weir produce orders                메시지 하나 쓰기
  weir consume orders --from earliest --max 1     읽기
  weir cluster stop local                         중지. 데이터는 남습니다

종료 코드: 0 완료, 1 실패, 2 잘못된 사용법";

/// The grammar, its summaries in this language.
pub(crate) fn localised(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => each(command, "", &english).after_help(BEGIN),
        Lang::Ko => {
            let ends = format!("{BEGIN_KOREAN}\n\n{OPTIONS_ARE_ENGLISH}");
            each(command, "", &korean).after_help(ends)
        }
    }
}

/// Changes a command and all below it, each by its path.
fn each(command: Command, path: &str, change: &dyn Fn(Command, &str) -> Command) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = change(command, path);
    for name in names {
        let path = format!("{path} {name}").trim().to_owned();
        command = command.mut_subcommand(name, |sub| each(sub, &path, change));
    }
    command
}

fn english(command: Command, path: &str) -> Command {
    match example(path) {
        Some(example) => command.after_help(format!("Example: {example}")),
        None => command,
    }
}

fn korean(command: Command, path: &str) -> Command {
    let ends = match example(path) {
        Some(example) => format!("예: {example}\n\n{OPTIONS_ARE_ENGLISH}"),
        None => OPTIONS_ARE_ENGLISH.to_owned(),
    };
    let command = command.after_help(ends);
    match KOREAN.iter().find(|(of, _)| *of == path) {
        Some((_, about)) => command.about(*about).long_about(*about),
        None => command,
    }
}

/// A call of this command.
pub(crate) fn example(path: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(of, _)| *of == path).map(|(_, example)| *example)
}

/// `weir help --lang ko` says the same as `weir --lang ko help`: clap's own `help` knows names of commands only.
pub(crate) fn language_first(args: Vec<OsString>) -> Vec<OsString> {
    if args.get(1).is_none_or(|first| first != "help") {
        return args;
    }
    let mut flags = Vec::new();
    let mut rest = Vec::new();
    let mut args = args.into_iter();
    let program = args.next();
    while let Some(arg) = args.next() {
        if arg == "--lang" {
            flags.push(arg);
            flags.extend(args.next());
        } else if arg.to_string_lossy().starts_with("--lang=") {
            flags.push(arg);
        } else {
            rest.push(arg);
        }
    }
    program.into_iter().chain(flags).chain(rest).collect()
}

/// The language of the help, before the grammar has read anything: `--lang` wherever it stands, else the environment's.
pub(crate) fn asked_lang(args: &[String]) -> Option<String> {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        match arg.strip_prefix("--lang") {
            Some("") => return args.next().cloned(),
            Some(rest) => return rest.strip_prefix('=').map(str::to_owned),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Weir;

    fn paths(command: &Command, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        for sub in command.get_subcommands() {
            paths(sub, format!("{path} {}", sub.get_name()).trim(), all);
        }
    }

    #[test]
    fn every_command_has_a_summary_in_korean() {
        let mut all = Vec::new();
        paths(&Weir::command(), "", &mut all);
        for path in &all {
            assert!(KOREAN.iter().any(|(of, _)| of == path), "{path:?}");
        }
        for (path, _) in KOREAN.iter().filter(|(path, _)| *path != "help") {
            assert!(all.iter().any(|of| of == path), "{path:?} is no command");
        }
        let mut help = localised(Weir::command(), Lang::Ko);
        help.build();
        assert!(help.render_help().to_string().contains("토픽을 생성, 조회"));
    }

    /// And it works as it is written.
    #[test]
    fn every_command_has_an_example_that_the_grammar_takes() {
        let mut all = Vec::new();
        paths(&Weir::command(), "", &mut all);
        for path in &all {
            let has_commands = ["", "cluster", "topic", "group", "broker", "sample"];
            let wanted = !has_commands.contains(&path.as_str());
            assert_eq!(example(path).is_some(), wanted, "{path:?}");
        }
        for (path, example) in EXAMPLES {
            assert!(example.starts_with(&format!("weir {path}")), "{example}");
            let taken = Weir::command().try_get_matches_from(example.split(' '));
            taken.unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }

    /// Every argument says what it is.
    #[test]
    fn every_argument_has_words() {
        fn check(command: &Command, path: &str) {
            for argument in command.get_arguments() {
                let id = argument.get_id();
                assert!(argument.get_help().is_some(), "{path} {id} has no help");
            }
            for sub in command.get_subcommands() {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        check(&Weir::command(), "weir");
    }

    #[test]
    fn help_takes_the_language_behind_it() {
        let first = |args: &[&str]| {
            language_first(args.iter().map(OsString::from).collect()).join(&OsString::from(" "))
        };
        assert_eq!(first(&["weir", "help", "--lang", "ko"]), "weir --lang ko help");
        assert_eq!(first(&["weir", "help", "topic", "--lang=ko"]), "weir --lang=ko help topic");
        assert_eq!(first(&["weir", "topic", "--lang", "ko"]), "weir topic --lang ko");
        assert_eq!(first(&["weir"]), "weir");
    }

    #[test]
    fn the_language_is_found_wherever_it_stands() {
        let asked = |args: &[&str]| {
            asked_lang(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(asked(&["weir", "topic", "--lang", "ko"]).as_deref(), Some("ko"));
        assert_eq!(asked(&["weir", "--lang=ko", "--help"]).as_deref(), Some("ko"));
        assert_eq!(asked(&["weir", "--language", "ko"]), None);
        assert_eq!(asked(&["weir", "--", "--lang", "ko"]), None);
    }
}
