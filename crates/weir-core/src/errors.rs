//! Errors of the client in a person's words, with what to do about the common ones.

use weir_client::data::DataError;
use weir_client::{AddressError, ClientError, ErrorKind, ErrorStep, bracketed};
use weir_domain::connection::NotKafka;
use weir_domain::{ItemError, Partial};

use crate::failure::{Failure, Kind, Outcome};
use crate::text::{Text, TextId};

/// A request that got no usable answer.
pub(crate) fn client_failure(error: &ClientError) -> Failure {
    let (text, kind, hint) = words(error);
    let text = match error.host.is_empty() {
        true => text,
        false => {
            text.with("host", bracketed(&error.host).as_ref()).with("port", error.port.to_string())
        }
    };
    let mut failure = Failure::new(text);
    failure.kind = Some(kind);
    failure.hint = hint.map(Text::from);
    failure.detail(detail(error))
}

/// As [`client_failure`], for a request that was to change something.
pub(crate) fn write_failure(error: &ClientError) -> Failure {
    let outcome = if error.may_have_happened() { Outcome::Unknown } else { Outcome::NotDone };
    client_failure(error).outcome(outcome)
}

fn words(error: &ClientError) -> (Text, Kind, Option<TextId>) {
    match &error.kind {
        ErrorKind::NameNotFound(_) => {
            (TextId::NetNameNotFound.into(), Kind::Unreachable, Some(TextId::HintCheckName))
        }
        ErrorKind::Refused => {
            (TextId::NetRefused.into(), Kind::Unreachable, Some(TextId::HintCheckRunning))
        }
        ErrorKind::Unreachable(_) => {
            (TextId::NetUnreachable.into(), Kind::Unreachable, Some(TextId::HintCheckNetwork))
        }
        ErrorKind::TimedOut(after) => {
            let text = TextId::NetTimedOut.with("seconds", after.as_secs_f64().ceil() as i64);
            (text, Kind::Timeout, Some(silent_hint(error)))
        }
        ErrorKind::Closed(_) => (TextId::NetClosed.into(), Kind::Unreachable, closed_hint(error)),
        ErrorKind::NotKafka(what) => {
            (not_kafka(*what).into(), Kind::Unreachable, Some(TextId::HintKafkaPort))
        }
        ErrorKind::BadAddress(_) => {
            let text = TextId::NetBadAddress.with("what", "other").with("given", "");
            (text, Kind::Invalid, Some(TextId::HintAddressForm))
        }
        ErrorKind::Unsupported { .. } => {
            let text = TextId::NetUnsupported.with("api", error.api);
            (text, Kind::Invalid, None)
        }
        ErrorKind::Broker { name, code, .. } => {
            let text = TextId::ErrorBroker.with("told", "no").with("words", "").with("name", *name);
            (text, kind_of(*code).unwrap_or(Kind::Internal), None)
        }
        ErrorKind::NoTopic(topic) => {
            (TextId::ErrorTopicNotFound.with("topic", topic), Kind::NotFound, None)
        }
        ErrorKind::NoPartition { partition, count, .. } => {
            let last = count.saturating_sub(1);
            let text = TextId::ErrorNoPartition.with("partition", *partition).with("last", last);
            (text, Kind::NotFound, None)
        }
        ErrorKind::NoOne(_) => {
            (TextId::NetNoOne.with("api", error.api), Kind::Unreachable, Some(TextId::HintTryAgain))
        }
        ErrorKind::Decode(_) | ErrorKind::Encode(_) => {
            (TextId::NetProtocol.with("api", error.api), Kind::Internal, Some(TextId::HintReport))
        }
    }
}

/// Who accepts a connection and says nothing is no matter of firewalls: web servers, for one, wait for the rest of what
/// they take for a request.
fn silent_hint(error: &ClientError) -> TextId {
    match error.step {
        ErrorStep::ApiVersions => TextId::HintNoAnswer,
        _ => TextId::HintCheckNetwork,
    }
}

/// A port that wants TLS or a sign-in usually closes without a word.
fn closed_hint(error: &ClientError) -> Option<TextId> {
    (error.step == ErrorStep::ApiVersions).then_some(TextId::HintPlaintextOnly)
}

pub(crate) fn not_kafka(what: NotKafka) -> TextId {
    match what {
        NotKafka::Tls => TextId::NetIsTls,
        NotKafka::Http => TextId::NetIsHttp,
        NotKafka::Ssh => TextId::NetIsSsh,
        NotKafka::Unknown => TextId::NetNotKafka,
    }
}

fn detail(error: &ClientError) -> String {
    let place = if error.host.is_empty() {
        String::new()
    } else {
        format!("{}:{} · ", bracketed(&error.host), error.port)
    };
    let step = format!("{place}{} · {}", error.step.name(), error.api);
    match &error.kind {
        // What the system, the broker or the decoder said; of the rest the sentence says all.
        ErrorKind::NameNotFound(_)
        | ErrorKind::Unreachable(_)
        | ErrorKind::Closed(_)
        | ErrorKind::Decode(_)
        | ErrorKind::Encode(_)
        | ErrorKind::Unsupported { .. }
        | ErrorKind::Broker { .. }
        | ErrorKind::NoOne(_) => format!("{step} · {}", error.kind),
        ErrorKind::Refused
        | ErrorKind::TimedOut(_)
        | ErrorKind::NotKafka(_)
        | ErrorKind::NoTopic(_)
        | ErrorKind::NoPartition { .. }
        | ErrorKind::BadAddress(_) => step,
    }
}

/// The error that a broker gave for one item. `field` is where a form shows it.
pub(crate) fn item_failure(error: &ItemError, field: Option<&str>) -> Failure {
    let (text, hint) = item_words(error);
    let mut failure = Failure::new(text).outcome(Outcome::NotDone);
    failure.detail = item_detail(error);
    failure.kind = kind_of(error.code);
    failure.hint = hint.map(Text::from);
    failure.field = field.map(str::to_owned);
    failure
}

/// Kafka's name of the error and, where our sentence does not say it all, the broker's words.
fn item_detail(error: &ItemError) -> Option<String> {
    if is_too_many_partitions(error) {
        return None; // Kafka's name would speak of a policy
    }
    const SAID: [&str; 10] = [
        "GROUP_ID_NOT_FOUND",
        "INVALID_CONFIG",
        "INVALID_PARTITIONS",
        "INVALID_REPLICATION_FACTOR",
        "INVALID_TOPIC_EXCEPTION",
        "NON_EMPTY_GROUP",
        "POLICY_VIOLATION",
        "TOPIC_ALREADY_EXISTS",
        "TOPIC_DELETION_DISABLED",
        "UNKNOWN_MEMBER_ID",
    ];
    Some(match words_of(error) {
        // There is no name of Kafka's.
        Some(words) if NOBODY_REFUSED.contains(&error.name) => words.to_owned(),
        Some(words) if !SAID.contains(&error.name) && words != NO_SUCH_PARTITION => {
            format!("{} · {words}", error.name)
        }
        _ => error.name.to_owned(),
    })
}

/// Names that our client gave: nobody answered, so that nobody refused.
const NOBODY_REFUSED: [&str; 4] =
    ["LEADER_UNREACHABLE", "COORDINATOR_UNREACHABLE", "BROKER_UNREACHABLE", "UNREACHABLE"];

/// Kafka's name for what is no policy of anybody's.
fn is_too_many_partitions(error: &ItemError) -> bool {
    error.name == "POLICY_VIOLATION"
        && words_of(error).is_some_and(|words| words.contains("xcessively large"))
}

/// Kafka's bound on records of metadata that one request may write.
const PARTITIONS_PER_REQUEST_MAX: i64 = 10_000;
/// A broker's words with UNKNOWN_TOPIC_OR_PARTITION.
const NO_SUCH_PARTITION: &str = "This server does not host this topic-partition.";

/// For who asks a bare address.
impl From<&ItemError> for Failure {
    fn from(error: &ItemError) -> Self {
        item_failure(error, None)
    }
}

impl From<&ClientError> for Failure {
    fn from(error: &ClientError) -> Self {
        client_failure(error)
    }
}

fn item_words(error: &ItemError) -> (Text, Option<TextId>) {
    match error.name {
        "TOPIC_ALREADY_EXISTS" => (TextId::KafkaTopicExists.into(), None),
        "UNKNOWN_TOPIC_OR_PARTITION" => (TextId::KafkaUnknownTopic.into(), None),
        "INVALID_PARTITIONS" => {
            (reasoned(TextId::KafkaInvalidPartitions, error), Some(TextId::HintPartitions))
        }
        "INVALID_REPLICATION_FACTOR" => (reasoned(TextId::KafkaInvalidReplication, error), None),
        "INVALID_CONFIG" => {
            (reasoned(TextId::KafkaInvalidConfig, error), Some(TextId::HintConfigValue))
        }
        "INVALID_TOPIC_EXCEPTION" => {
            (reasoned(TextId::KafkaInvalidTopic, error), Some(TextId::HintTopicName))
        }
        "POLICY_VIOLATION" if is_too_many_partitions(error) => {
            let text = TextId::KafkaTooManyPartitions.with("max", PARTITIONS_PER_REQUEST_MAX);
            (text, Some(TextId::HintInSteps))
        }
        "POLICY_VIOLATION" => (reasoned(TextId::KafkaPolicy, error), Some(TextId::HintPolicy)),
        "TOPIC_AUTHORIZATION_FAILED"
        | "CLUSTER_AUTHORIZATION_FAILED"
        | "GROUP_AUTHORIZATION_FAILED" => (TextId::KafkaDenied.into(), Some(TextId::HintAcl)),
        "NON_EMPTY_GROUP" | "UNKNOWN_MEMBER_ID" => {
            (TextId::KafkaGroupNotEmpty.into(), Some(TextId::HintStopMembers))
        }
        "GROUP_SUBSCRIBED_TO_TOPIC" => {
            (TextId::KafkaGroupSubscribed.into(), Some(TextId::HintStopMembers))
        }
        weir_domain::reset::NO_COMMIT => (TextId::ResetNoCommit.into(), None),
        "GROUP_ID_NOT_FOUND" => (TextId::KafkaNoGroup.into(), None),
        "MESSAGE_TOO_LARGE" | "RECORD_LIST_TOO_LARGE" => too_large(),
        "NOT_ENOUGH_REPLICAS" | "NOT_ENOUGH_REPLICAS_AFTER_APPEND" => {
            (TextId::KafkaNotEnoughReplicas.into(), Some(TextId::HintStartBrokers))
        }
        "LEADER_NOT_AVAILABLE" | "NOT_LEADER_OR_FOLLOWER" => {
            (TextId::KafkaNoLeader.into(), Some(TextId::HintStartBrokers))
        }
        "LEADER_UNREACHABLE" => {
            (TextId::KafkaLeaderUnreachable.into(), Some(TextId::HintStartBrokers))
        }
        "COORDINATOR_UNREACHABLE" => {
            (TextId::KafkaCoordinatorUnreachable.into(), Some(TextId::HintStartBrokers))
        }
        "BROKER_UNREACHABLE" | "UNREACHABLE" | "NO_ANSWER" => {
            (TextId::KafkaNoAnswer.into(), Some(TextId::HintTryAgain))
        }
        "NO_SUCH_MESSAGE" | "OFFSET_OUT_OF_RANGE" => (TextId::KafkaNoMessage.into(), None),
        "TOPIC_DELETION_DISABLED" => {
            (TextId::KafkaDeletionDisabled.into(), Some(TextId::HintDeletionDisabled))
        }
        name => (reasoned(TextId::ErrorBroker, error).with("name", name), None),
    }
}

/// A sentence that ends in the broker's own words, where it gave some: only they tell what exactly it refused.
fn reasoned(id: TextId, error: &ItemError) -> Text {
    let words = words_of(error).unwrap_or_default();
    let told = if words.is_empty() { "no" } else { "yes" };
    id.with("told", told).with("words", words)
}

fn words_of(error: &ItemError) -> Option<&str> {
    error.message.as_deref().map(str::trim).filter(|words| !words.is_empty())
}

fn too_large() -> (Text, Option<TextId>) {
    (TextId::KafkaTooLarge.into(), Some(TextId::HintMaxMessageBytes))
}

/// By Kafka's error code.
fn kind_of(code: i16) -> Option<Kind> {
    match code {
        1 | 3 | 69 | 100 => Some(Kind::NotFound),
        36 | 68 => Some(Kind::Conflict),
        29..=31 | 65 => Some(Kind::Denied),
        7 => Some(Kind::Timeout),
        10 | 17 | 18 | 37 | 38 | 40 | 44 => Some(Kind::Invalid),
        5 | 6 | 8 | 15 | 16 => Some(Kind::Unreachable),
        _ => None,
    }
}

/// A message that was not written, or perhaps was.
pub(crate) fn produce_failure(error: &DataError) -> Failure {
    if error.is_too_large() {
        let (text, hint) = too_large();
        let failure =
            Failure::new(text).kind(Kind::Invalid).outcome(Outcome::NotDone).detail(error);
        return Failure { hint: hint.map(Text::from), ..failure };
    }
    let outcome = if error.may_have_happened { Outcome::Unknown } else { Outcome::NotDone };
    Failure::new(TextId::ErrorProduce).outcome(outcome).detail(error)
}

pub(crate) fn bad_address(error: &AddressError) -> Failure {
    let (what, given) = match error {
        AddressError::Scheme(scheme) => {
            let text = TextId::NetScheme.with("scheme", scheme);
            return Failure::invalid("bootstrap", text).hint(TextId::HintKafkaPort);
        }
        AddressError::Empty => ("none", ""),
        AddressError::Port(port) => ("port", port.as_str()),
        AddressError::Host(host) => ("host", host.as_str()),
        AddressError::Brackets(address) => ("brackets", address.as_str()),
        AddressError::TooMany => ("many", ""),
    };
    let text = TextId::NetBadAddress.with("what", what).with("given", given);
    Failure::invalid("bootstrap", text).hint(TextId::HintAddressForm)
}

/// "Broker 3 did not answer", once for each.
pub(crate) fn warnings<T>(partial: &Partial<T>) -> Vec<Text> {
    let broker = |failure: &weir_domain::BrokerFailure| {
        let id = failure.broker_id.map_or_else(|| failure.host.clone(), |id| id.to_string());
        TextId::WarningBrokerSilent.with("broker", id)
    };
    partial.failures.iter().map(broker).collect()
}

#[cfg(test)]
mod tests {
    use weir_domain::ItemError;

    use super::*;
    use crate::text::TextArg;

    fn error(code: i16, name: &'static str, message: Option<&str>) -> ItemError {
        ItemError { code, name, message: message.map(str::to_owned) }
    }

    fn word(text: &Text, name: &str) -> String {
        let arg = text.args.iter().find(|(of, _)| of == name).map(|(_, arg)| arg.clone());
        match arg {
            Some(TextArg::Word(word)) => word,
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn a_refusal_says_what_the_broker_says_and_what_to_do() {
        let why = "Topics need at least 2 replicas";
        for (code, name) in
            [(44, "POLICY_VIOLATION"), (40, "INVALID_CONFIG"), (37, "INVALID_PARTITIONS")]
        {
            let failure = item_failure(&error(code, name, Some(why)), None);
            assert_eq!(word(&failure.text, "words"), why, "{name}");
            assert_eq!(word(&failure.text, "told"), "yes", "{name}");
            assert!(failure.hint.is_some(), "{name}");
            assert_eq!(failure.detail.as_deref(), Some(name), "said once");
            let bare = item_failure(&error(code, name, None), None);
            assert_eq!(word(&bare.text, "told"), "no", "{name}");
        }
        for words in [
            "Excessively large number of partitions per request.",
            "Unable to perform excessively large batch operation.",
        ] {
            let failure = item_failure(&error(44, "POLICY_VIOLATION", Some(words)), None);
            assert_eq!(failure.text.id, TextId::KafkaTooManyPartitions, "{words}");
            assert_eq!(failure.detail, None, "nothing of a policy");
        }
        let silent = ItemError::ours("COORDINATOR_UNREACHABLE", "localhost:9092, TCP");
        let silent = item_failure(&silent, None);
        assert_eq!(silent.text.id, TextId::KafkaCoordinatorUnreachable);
        assert_eq!(silent.detail.as_deref(), Some("localhost:9092, TCP"), "no name of Kafka's");
        let unknown = item_failure(&error(-1, "UNKNOWN_SERVER_ERROR", Some(why)), None);
        assert_eq!(word(&unknown.text, "words"), why);
    }
}
