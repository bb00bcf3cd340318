//! Why a command failed, in one sentence that says what to do.

use weir_api::ApiError;
use weir_api::texts::{self, Lang};
use weir_core::Failure;
use weir_core::client::data::DataError;
use weir_core::client::{AddressError, ClientError, ErrorKind, ErrorStep};
use weir_domain::{ItemError, NotKafka};

use crate::output::say;
use crate::plain::plain;

/// Exit codes: 1 failed, 2 wrong usage.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Whoever read our output went away, or the person pressed Ctrl-C: nothing to say.
    Quiet,
    Api(Box<ApiError>),
    Client(Box<ClientError>),
    Data(DataError),
    Address(AddressError),
    /// One item of several: what it is, and the cluster's words.
    Item {
        what: String,
        error: ItemError,
    },
    /// What failed of a command about several items was told already; the code.
    Told(u8),
    NoCluster,
    ManyClusters(Vec<String>),
    NotRunning(String),
    NoSuchCluster(String),
    /// A cluster on this machine whose brokers are all down; the first of them.
    NoBroker {
        cluster: String,
        broker: i32,
    },
    /// What it is about, where the error does not name it.
    About {
        what: String,
        error: Box<Trouble>,
    },
    NoTopic(String),
    NoGroup(String),
    NoPartition {
        topic: String,
        partition: i32,
        count: usize,
    },
    /// A value that cannot be what it should, found too late for the grammar.
    Usage {
        en: String,
        ko: String,
    },
    Failed {
        en: String,
        ko: String,
    },
    Output(std::io::Error),
}

impl Trouble {
    pub(crate) fn usage(en: impl Into<String>, ko: impl Into<String>) -> Self {
        Self::Usage { en: en.into(), ko: ko.into() }
    }

    pub(crate) fn failed(en: impl Into<String>, ko: impl Into<String>) -> Self {
        Self::Failed { en: en.into(), ko: ko.into() }
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Address(_) => 2,
            // A value of the command line that can never be; what a cluster refuses is a failure.
            Self::Api(error) if is_usage(error.text.id) => 2,
            Self::About { error, .. } => error.code(),
            Self::Told(code) => *code,
            _ => 1,
        }
    }

    /// Whether it may come of somebody else who stopped, started or deleted the cluster meanwhile.
    pub(crate) fn is_of_a_race(&self) -> bool {
        const OF_A_RACE: [&str; 9] = [
            "cluster.folder_taken",
            "cluster.name_taken",
            "error.cluster_files",
            "error.cluster_not_found",
            "error.stopped_meanwhile",
            "permit.in_state",
            "permit.runs_already",
            "permit.starting",
            "permit.stopped",
        ];
        match self {
            Self::NotRunning(_) | Self::NoSuchCluster(_) => true,
            Self::Api(error) => OF_A_RACE.contains(&error.text.id),
            _ => false,
        }
    }

    /// Prints the sentence on standard error.
    pub(crate) fn tell(&self, lang: Lang) {
        if !matches!(self, Self::Quiet | Self::Told(_)) {
            say(format_args!("weir: {}", plain(&self.sentence(lang))));
        }
    }

    pub(crate) fn sentence(&self, lang: Lang) -> String {
        match (lang, self) {
            (_, Self::Api(error)) => texts::say(lang, error),
            (_, Self::About { what, error }) => match error.sentence(lang) {
                sentence if sentence.contains(what.as_str()) => sentence,
                sentence => format!("{what}: {sentence}"),
            },
            (Lang::En, Self::Usage { en, .. } | Self::Failed { en, .. }) => en.clone(),
            (Lang::Ko, Self::Usage { ko, .. } | Self::Failed { ko, .. }) => texts::with_josa(ko),
            (Lang::En, _) => self.english(),
            (Lang::Ko, _) => texts::with_josa(&self.korean()),
        }
    }

    /// What the console says of it as well.
    fn translated(&self, lang: Lang) -> String {
        let (what, failure) = match self {
            Self::Client(error) => (None, Failure::from(&**error)),
            Self::Item { what, error } => (Some(what), Failure::from(error)),
            _ => return String::new(),
        };
        let sentence = texts::say(lang, &failure.into());
        what.map_or(sentence.clone(), |what| format!("{what}: {sentence}"))
    }

    fn english(&self) -> String {
        match self {
            Self::Client(error) => format!("{error}. {}", advice(error)),
            Self::Data(error) if error.is_too_large() => format!(
                "the message is larger than the topic takes ({error}): raise max.message.bytes with \
                 `weir topic config`"
            ),
            Self::Data(error) => error.to_string(),
            Self::Address(error) => error.to_string(),
            Self::Item { .. } => self.translated(Lang::En),
            Self::NoCluster => {
                "no cluster is there: start one with `weir up`, or name one with --cluster or \
                 --bootstrap"
                    .to_owned()
            }
            Self::ManyClusters(names) => {
                format!("several clusters are there ({}): choose with --cluster", names.join(", "))
            }
            Self::NotRunning(name) => format!(
                "the cluster {name:?} is not running: start it with `weir cluster start {name}`"
            ),
            Self::NoSuchCluster(name) => {
                format!("there is no cluster {name:?}: see `weir cluster list`")
            }
            Self::NoBroker { cluster, broker } => format!(
                "no broker of the cluster {cluster:?} is running: start them, the first with `weir broker \
                 start {broker} --cluster {cluster}`"
            ),
            Self::NoTopic(name) => format!(
                "there is no topic {name:?}: create it with `weir topic create {name}`, or see \
                 `weir topic list`"
            ),
            Self::NoGroup(name) => {
                format!("there is no consumer group {name:?}: see `weir group list`")
            }
            Self::NoPartition { topic, partition, count } => format!(
                "the topic {topic:?} has no partition {partition}: it has {count}, numbered from 0"
            ),
            Self::Output(error) => format!("the output cannot be written: {error}"),
            Self::Quiet
            | Self::Told(_)
            | Self::Api(_)
            | Self::About { .. }
            | Self::Usage { .. }
            | Self::Failed { .. } => String::new(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Self::Client(_) | Self::Item { .. } => self.translated(Lang::Ko),
            Self::Data(error) if error.is_too_large() => format!(
                "메시지가 토픽이 받는 크기보다 큽니다 ({error}): `weir topic config`로 max.message.bytes를 \
                 늘리세요"
            ),
            Self::Address(error) => address_korean(error),
            Self::NoCluster => {
                "클러스터가 없습니다: `weir up`으로 시작하거나 --cluster 또는 --bootstrap으로 \
                                지정하세요"
                    .to_owned()
            }
            Self::ManyClusters(names) => {
                format!("클러스터가 여럿입니다 ({}): --cluster로 고르세요", names.join(", "))
            }
            Self::NotRunning(name) => format!(
                "클러스터 {name:?}이(가) 실행 중이 아닙니다: `weir cluster start {name}`(으)로 시작하세요"
            ),
            Self::NoSuchCluster(name) => {
                format!("클러스터 {name:?}이(가) 없습니다: `weir cluster list`를 보세요")
            }
            Self::NoBroker { cluster, broker } => format!(
                "클러스터 {cluster:?}에 실행 중인 브로커가 없습니다: `weir broker start {broker} --cluster \
                 {cluster}`(으)로 첫 브로커부터 시작하세요"
            ),
            Self::NoTopic(name) => format!(
                "토픽 {name:?}이(가) 없습니다: `weir topic create {name}`(으)로 생성하거나 `weir topic \
                 list`를 보세요"
            ),
            Self::NoGroup(name) => {
                format!("컨슈머 그룹 {name:?}이(가) 없습니다: `weir group list`를 보세요")
            }
            Self::NoPartition { topic, partition, count } => format!(
                "토픽 {topic:?}에 파티션 {partition}이(가) 없습니다: 0부터 {count}개가 있습니다"
            ),
            Self::Output(error) => format!("출력할 수 없습니다: {error}"),
            _ => self.english(),
        }
    }
}

/// Something to know on standard error, beside the answer.
pub(crate) fn note(lang: Lang, en: impl Into<String>, ko: impl Into<String>) {
    Trouble::failed(en, ko).tell(lang);
}

/// What was shown was only tried.
pub(crate) fn note_dry_run(lang: Lang) {
    note(
        lang,
        "nothing was changed: without --dry-run this is done",
        "변경된 것은 없습니다: --dry-run 없이 실행하면 위와 같이 변경합니다",
    );
}

fn address_korean(error: &AddressError) -> String {
    match error {
        AddressError::Empty => "localhost:9092와 같은 주소를 쓰세요".to_owned(),
        AddressError::Scheme(scheme) => format!(
            "{scheme}은(는) 암호화나 인증을 요구하며 Weir는 아직 지원하지 않습니다: PLAINTEXT 리스너의 주소를 쓰세요"
        ),
        AddressError::Port(port) => {
            format!("{port:?}은(는) 포트가 아닙니다: 콜론 뒤에 1~65535의 수를 쓰세요")
        }
        AddressError::Host(host) => {
            format!("{host:?}은(는) 호스트 이름이나 IP 주소가 아닙니다")
        }
        AddressError::Brackets(address) => format!(
            "{address}에서 IPv6 주소와 포트를 구분할 수 없습니다: [::1]:9092처럼 주소를 대괄호로 묶으세요"
        ),
        AddressError::TooMany => "주소가 너무 많습니다: 100개까지 쓸 수 있습니다".to_owned(),
    }
}

/// Texts that say that a value is wrong whatever the cluster's state: wrong usage.
fn is_usage(text: &str) -> bool {
    const WRONG: [&str; 27] = [
        "cluster.brokers_range",
        "cluster.name_character",
        "cluster.name_control",
        "cluster.name_dash",
        "cluster.name_empty",
        "cluster.name_long",
        "cluster.advertise",
        "cluster.host",
        "cluster.port_range",
        "config.invalid",
        "config.invalid_between",
        "config.invalid_between_or",
        "config.invalid_least",
        "config.invalid_range",
        "config.unknown",
        "config.unknown_of_broker",
        "config.authorizer",
        "config.log_dirs",
        "config.secret",
        "config.twice",
        "error.no_topics",
        "net.bad_address",
        "net.scheme",
        "topic_name.character",
        "topic_name.dots",
        "topic_name.empty",
        "topic_name.long",
    ];
    WRONG.contains(&text)
}

/// What to do about a cluster that does not answer.
fn advice(error: &ClientError) -> &'static str {
    match &error.kind {
        ErrorKind::TimedOut(_) if error.step == ErrorStep::ApiVersions => {
            "Something accepts connections there, but does not answer as Kafka does: check that it is a Kafka broker's \
             port, often 9092"
        }
        ErrorKind::NameNotFound(_) => "Check the spelling of the name",
        ErrorKind::Refused => "Check that the cluster is running and the port is right",
        ErrorKind::Unreachable(_) | ErrorKind::TimedOut(_) => {
            "Check the address, the network and firewalls between"
        }
        ErrorKind::NotKafka(NotKafka::Tls) => {
            "Use the cluster's plaintext port: TLS is not supported yet"
        }
        ErrorKind::NotKafka(_) => "Use the port of a Kafka broker, often 9092",
        ErrorKind::Closed(_) => {
            "The broker may have restarted, or want TLS or a sign-in: try again or check the port"
        }
        ErrorKind::Unsupported { .. } => "The cluster is too old or too new for this",
        _ => "See the cluster's logs",
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        ApiError::from(failure).into()
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<ClientError> for Trouble {
    fn from(error: ClientError) -> Self {
        Self::Client(Box::new(error))
    }
}

impl From<DataError> for Trouble {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<AddressError> for Trouble {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::Quiet,
            _ => Self::Output(error),
        }
    }
}
