//! What an engine refuses, in the person's language: engines say it in English sentences. One that is not known here, of a newer
//! engine or of the system, is shown as it came.

use crate::text::{Text, TextId};

pub(crate) fn engine_words(said: &str) -> Text {
    known(said.trim_end_matches('.'))
        .unwrap_or_else(|| TextId::ErrorEngineSays.with("reason", said))
}

fn known(said: &str) -> Option<Text> {
    if said == "Another broker is being added or removed just now" {
        return Some(TextId::EngineBusy.into());
    }
    if let Some(max) = said.strip_prefix("A cluster on this machine has at most ") {
        let max: i64 = max.strip_suffix(" brokers")?.parse().ok()?;
        return Some(TextId::EngineTooManyBrokers.with("max", max));
    }
    let (id, what) = said.strip_prefix("Broker ")?.split_once(' ')?;
    let broker: i32 = id.parse().ok()?;
    let state = match what {
        "does not exist" => return Some(TextId::EngineNoBroker.with("broker", broker)),
        "cannot be removed: no other broker runs" => return Some(TextId::PermitLastBroker.into()),
        "is running already" => "running",
        "is stopped already" => "stopped",
        "is stopping just now" => "stopping",
        "is starting just now" => "starting",
        _ => return None,
    };
    Some(TextId::EngineBrokerState.with("broker", broker).with("state", state))
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
        for other in ["Broker x is running already", "Broker 1 is away", "disk full", ""] {
            check(other, TextId::ErrorEngineSays);
        }
        let state = TextId::EngineBrokerState.with("broker", 2).with("state", "stopping");
        assert_eq!(engine_words("Broker 2 is stopping just now"), state);
    }
}
