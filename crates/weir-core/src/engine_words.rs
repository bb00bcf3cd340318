//! What an engine refuses, in the person's language: engines say it in English sentences. One that is not known here, of a newer
//! engine or of the system, is shown as it came.

use crate::text::{Text, TextId};

pub(crate) fn engine_words(said: &str) -> Text {
    known(said.trim_end_matches('.'))
        .unwrap_or_else(|| TextId::ErrorEngineSays.with("reason", said))
}

fn known(said: &str) -> Option<Text> {
    match said {
        "Another broker is being added or removed just now" => Some(TextId::EngineBusy.into()),
        "The idempotency key was used for another request before" => {
            Some(TextId::EngineKeyTaken.into())
        }
        "Interrupted: the process ended before this was done" => {
            Some(TextId::EngineInterrupted.into())
        }
        _ => of_brokers(said).or_else(|| of_a_broker(said)).or_else(|| of_a_removal(said)),
    }
}

fn of_brokers(said: &str) -> Option<Text> {
    let max: i64 = between(said, "A cluster on this machine has at most ", " brokers")?;
    Some(TextId::EngineTooManyBrokers.with("max", max))
}

fn of_a_broker(said: &str) -> Option<Text> {
    let (id, what) = said.strip_prefix("Broker ")?.split_once(' ')?;
    let broker: i32 = id.parse().ok()?;
    let state = match what {
        "does not exist" => return Some(TextId::EngineNoBroker.with("broker", broker)),
        "is not being removed" => return Some(TextId::EngineNotRemoving.with("broker", broker)),
        "cannot be removed: no other broker runs" => return Some(TextId::PermitLastBroker.into()),
        "is running already" => "running",
        "is stopped already" => "stopped",
        "is stopping just now" => "stopping",
        "is starting just now" => "starting",
        _ => return None,
    };
    Some(TextId::EngineBrokerState.with("broker", broker).with("state", state))
}

/// How a removal ended that did not come to its end.
fn of_a_removal(said: &str) -> Option<Text> {
    const LEADERLESS: &str =
        " has no leader to copy it from: start the brokers that hold its copies first";
    const SLOW: (&str, &str) = (" replicas are still on broker ", " after an hour");
    let of = |id: TextId, broker: i32| Some(id.with("broker", broker));
    if let Some(broker) = between(said, "Cancelled: broker ", " keeps what it had not handed on") {
        return of(TextId::EngineRemovalCancelled, broker);
    }
    if let Some(broker) = between(said, "The removal of broker ", " broke off: the log says why") {
        return of(TextId::EngineRemovalBroke, broker);
    }
    if let Some(broker) = between(said, "the session of killed broker ", " does not end") {
        return of(TextId::EngineSessionStays, broker);
    }
    if let Some((left, broker)) = said.strip_suffix(SLOW.1).and_then(|said| said.split_once(SLOW.0))
    {
        let (left, broker): (i64, i32) = (left.parse().ok()?, broker.parse().ok()?);
        return Some(TextId::EngineRemovalSlow.with("broker", broker).with("left", left));
    }
    let (partition, rest) = said.strip_prefix("Partition ")?.split_once(" of topic ")?;
    let partition: i32 = partition.parse().ok()?;
    if let Some(topic) = rest.strip_suffix(LEADERLESS) {
        return Some(TextId::EngineNoLeader.with("partition", partition).with("topic", topic));
    }
    // Names of topics have no spaces.
    let (topic, rest) = rest.split_once(" keeps ")?;
    let (copies, others) =
        rest.strip_suffix(" other broker(s) run")?.split_once(" copies, and only ")?;
    let (copies, others): (i64, i64) = (copies.parse().ok()?, others.parse().ok()?);
    let text = TextId::PermitReplicasNeedBroker.with("topic", topic);
    Some(text.with("replicas", copies).with("brokers", others))
}

/// The number between two pieces of a sentence.
fn between<T: std::str::FromStr>(said: &str, before: &str, after: &str) -> Option<T> {
    said.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, id: TextId) {
        assert_eq!(engine_words(said).id, id, "{said}");
    }

    #[test]
    fn known_refusals_have_their_sentence_and_others_stay() {
        check("Broker 9 does not exist", TextId::EngineNoBroker);
        check("Broker 2 is running already", TextId::EngineBrokerState);
        check("Broker 1 cannot be removed: no other broker runs", TextId::PermitLastBroker);
        check("A cluster on this machine has at most 100 brokers", TextId::EngineTooManyBrokers);
        check("Another broker is being added or removed just now", TextId::EngineBusy);
        check("Broker 2 is not being removed", TextId::EngineNotRemoving);
        check("The idempotency key was used for another request before", TextId::EngineKeyTaken);
        for other in ["Broker x is running already", "Broker 1 is away", "disk full", ""] {
            check(other, TextId::ErrorEngineSays);
        }
        let state = TextId::EngineBrokerState.with("broker", 2).with("state", "stopping");
        assert_eq!(engine_words("Broker 2 is stopping just now"), state);
    }

    #[test]
    fn ends_of_removals_have_their_sentence() {
        check("Interrupted: the process ended before this was done", TextId::EngineInterrupted);
        check("The removal of broker 2 broke off: the log says why", TextId::EngineRemovalBroke);
        check("the session of killed broker 2 does not end", TextId::EngineSessionStays);
        let said = "Cancelled: broker 2 keeps what it had not handed on";
        assert_eq!(engine_words(said), TextId::EngineRemovalCancelled.with("broker", 2));
        let slow = TextId::EngineRemovalSlow.with("broker", 2).with("left", 7);
        assert_eq!(engine_words("7 replicas are still on broker 2 after an hour"), slow);
        let said = "Partition 3 of topic a.b has no leader to copy it from: start the brokers that \
                    hold its copies first.";
        let leaderless = TextId::EngineNoLeader.with("partition", 3).with("topic", "a.b");
        assert_eq!(engine_words(said), leaderless);
        let said = "Partition 0 of topic two keeps 2 copies, and only 1 other broker(s) run.";
        let nowhere = TextId::PermitReplicasNeedBroker.with("topic", "two");
        assert_eq!(engine_words(said), nowhere.with("replicas", 2).with("brokers", 1));
        for other in ["Partition x of topic two keeps", "Cancelled: broker 2", "Partition 1 burns"]
        {
            check(other, TextId::ErrorEngineSays);
        }
    }
}
