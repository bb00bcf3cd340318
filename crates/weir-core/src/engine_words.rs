//! What an engine refuses, in the person's language: engines say it in English sentences. One that is not known here, of a newer
//! engine or of the system, is shown as it came.

use crate::text::{Text, TextId};

pub(crate) fn engine_words(said: &str) -> Text {
    known(said.trim_end_matches('.'))
        .or_else(|| known_at_start(said))
        .unwrap_or_else(|| TextId::ErrorEngineSays.with("reason", said))
}

/// Why an engine does not start, or ended and is not started again.
pub(crate) fn start_words(said: &str) -> Text {
    if let Some(signal) = killed_by(said) {
        return TextId::ReasonKilled.with("signal", signal);
    }
    known_at_start(said).unwrap_or_else(|| ended(TextId::ReasonFailed, said))
}

/// Why an engine that was just asked to start does not.
pub(crate) fn not_started_words(said: &str) -> Text {
    known_at_start(said).unwrap_or_else(|| ended(TextId::ErrorEngineFailed, said))
}

/// Why an engine is being started again.
pub(crate) fn healing_words(said: &str) -> Text {
    match killed_by(said) {
        Some(signal) => TextId::ReasonHealingKilled.with("signal", signal),
        None => ended(TextId::ReasonHealing, said),
    }
}

/// That an engine ended, of an operation of its keeper's.
pub(crate) fn ended_words(said: &str) -> Text {
    ended(TextId::ErrorEngineEnded, said)
}

/// A step of an operation: the keeper's only one is that the engine ended once more while it was being healed.
pub(crate) fn step_words(said: &str) -> Text {
    match said.strip_prefix("again: ") {
        Some(how) => ended(TextId::StepEngineAgain, how),
        None => TextId::StepEngine.with("step", said),
    }
}

/// A text that selects by `how` an engine ended, and shows `reason`: a signal, a code, or whatever the engine said.
fn ended(id: TextId, said: &str) -> Text {
    let code =
        said.strip_prefix("ended with exit status: ").filter(|code| code.parse::<i32>().is_ok());
    let signal =
        said.strip_prefix("killed by signal ").filter(|signal| signal.parse::<i32>().is_ok());
    let (how, reason) = match (signal, code) {
        (Some(signal), _) => ("signal", signal),
        (_, Some(code)) => ("code", code),
        _ if said == "stopped from outside" => ("outside", said),
        _ => ("other", said),
    };
    id.with("how", how).with("reason", reason)
}

/// What the system says of a file, without the words that our own programs put around it.
pub(crate) fn os_words(said: &str) -> &str {
    let Some((_, rest)) = said.strip_prefix("cannot ").and_then(|rest| rest.split_once(": "))
    else {
        return said;
    };
    rest.split_once("; ").map_or(rest, |(words, _)| words)
}

fn killed_by(said: &str) -> Option<i64> {
    said.strip_prefix("killed by signal ")?.parse().ok()
}

fn known_at_start(said: &str) -> Option<Text> {
    let two = |id: TextId, (a, b): (&'static str, &str), (c, d): (&'static str, &str)| {
        Some(id.with(a, b).with(c, d))
    };
    if let Some((taken, _)) = said.split_once(" is taken by another program; ") {
        let (port, broker) = taken.strip_prefix("port ")?.split_once(" of broker ")?;
        return two(TextId::EnginePortTaken, ("port", port), ("broker", broker));
    }
    if let Some(brokers) =
        between::<i64>(said, "no ", " free ports in a row were found between 19092 and 65535")
    {
        return Some(TextId::EngineNoPorts.with("brokers", brokers));
    }
    if let Some(rest) = said.strip_prefix("cannot listen on ") {
        let (address, _) = rest.split_once(": ")?;
        return Some(TextId::EngineCannotListen.with("address", address));
    }
    if let Some(reason) = said.strip_prefix("the cluster's data cannot be opened: ") {
        return Some(TextId::EngineData.with("reason", reason));
    }
    if let Some(rest) = said.strip_prefix("--set ") {
        let (config, _) = rest.split_once(": ")?;
        return Some(TextId::EngineBadConfig.with("config", config));
    }
    if let Some((path, _)) =
        said.split_once(" holds a cluster's data but its cluster.json is missing")
    {
        return Some(TextId::EngineNoClusterJson.with("path", path));
    }
    if let Some((path, _)) = said.split_once(" is in use: its cluster is already running") {
        return Some(TextId::EngineInUse.with("path", path));
    }
    if let Some(rest) = said.strip_prefix("cannot use ") {
        let (path, reason) = rest.split_once(": ")?;
        let reason = reason.strip_suffix("; choose a folder that you may write to")?;
        return two(TextId::EngineUnusable, ("path", path), ("reason", reason));
    }
    if let Some((path, rest)) = of_a_file(said) {
        return two(TextId::EngineUnusable, ("path", path), ("reason", os_words(rest)));
    }
    if said.contains(" was written by a newer Weir (format ") {
        return Some(TextId::ErrorStoreNewer.into());
    }
    let rest = said.strip_suffix("; repair it, or restore the file from a copy")?;
    let (field, rest) = rest.strip_prefix('"')?.split_once("\" in ")?;
    let (path, _) = rest.split_once(": ")?;
    two(TextId::EngineBadFile, ("field", field), ("path", path))
}

/// `cannot write PATH: why`: the path, and all of it.
fn of_a_file(said: &str) -> Option<(&str, &str)> {
    let actions = ["open", "read", "write", "lock", "remove"];
    let rest = actions.iter().find_map(|action| said.strip_prefix(&format!("cannot {action} ")))?;
    Some((rest.split_once(": ")?.0, said))
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
    if let Some(name) = what.strip_prefix("has no log dir ") {
        let dir = name.trim_matches('"');
        return Some(TextId::ErrorNoLogDir.with("broker", broker).with("dir", dir));
    }
    let state = match what {
        "does not exist" => return Some(TextId::EngineNoBroker.with("broker", broker)),
        "has no other log dir that is online" => return Some(TextId::PermitLastLogDir.into()),
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
        check("Broker 2 has no other log dir that is online", TextId::PermitLastLogDir);
        check("Broker 2 has no log dir \"c\"", TextId::ErrorNoLogDir);
        check("The idempotency key was used for another request before", TextId::EngineKeyTaken);
        let taken = "port 9092 of broker 1 is taken by another program; stop that program, then ..";
        check(taken, TextId::EnginePortTaken);
        for other in ["Broker x is running already", "Broker 1 is away", "disk full", ""] {
            check(other, TextId::ErrorEngineSays);
        }
        let state = TextId::EngineBrokerState.with("broker", 2).with("state", "stopping");
        assert_eq!(engine_words("Broker 2 is stopping just now"), state);
    }

    #[test]
    fn reasons_not_to_start_have_their_sentence() {
        let check = |said: &str, text: Text| assert_eq!(start_words(said), text, "{said}");
        let taken = TextId::EnginePortTaken.with("port", "9093").with("broker", "2");
        check(
            "port 9093 of broker 2 is taken by another program; stop that program, or ...",
            taken,
        );
        let none = "no 100 free ports in a row were found between 19092 and 65535";
        check(none, TextId::EngineNoPorts.with("brokers", 100));
        let listen = TextId::EngineCannotListen.with("address", "10.0.0.1:9092");
        check("cannot listen on 10.0.0.1:9092: not there; give --host an address", listen);
        let data = TextId::EngineData.with("reason", "a log is torn");
        check("the cluster's data cannot be opened: a log is torn", data);
        let config = TextId::EngineBadConfig.with("config", "log.dirs=/a");
        check("--set log.dirs=/a: names of folders", config);
        let missing =
            "/d/shop holds a cluster's data but its cluster.json is missing; restore that file";
        check(missing, TextId::EngineNoClusterJson.with("path", "/d/shop"));
        let in_use = TextId::EngineInUse.with("path", "/d/shop");
        check("/d/shop is in use: its cluster is already running (process 7)", in_use);
        let unusable = TextId::EngineUnusable.with("path", "/d").with("reason", "read-only");
        check("cannot use /d: read-only; choose a folder that you may write to", unusable);
        let file = TextId::EngineBadFile.with("field", "ports").with("path", "/d/cluster.json");
        check(
            "\"ports\" in /d/cluster.json: [0]; repair it, or restore the file from a copy",
            file,
        );
        let full = TextId::EngineUnusable.with("path", "/d/keeper.json").with("reason", "no space");
        check("cannot write /d/keeper.json: no space; free some disk space and try again", full);
        let newer =
            "/d/format was written by a newer Weir (format 9, this one knows 1); update Weir";
        check(newer, TextId::ErrorStoreNewer.into());
        check("killed by signal 9", TextId::ReasonKilled.with("signal", 9_i64));
        let how =
            |how: &str, reason: &str| TextId::ReasonFailed.with("how", how).with("reason", reason);
        check("it broke", how("other", "it broke"));
        check("ended with exit status: 101", how("code", "101"));
        check("stopped from outside", how("outside", "stopped from outside"));
        let again = TextId::StepEngineAgain.with("how", "signal").with("reason", "9");
        assert_eq!(step_words("again: killed by signal 9"), again);
        assert_eq!(step_words("moved"), TextId::StepEngine.with("step", "moved"));
        let healing = TextId::ReasonHealingKilled.with("signal", 9_i64);
        assert_eq!(healing_words("killed by signal 9"), healing);
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
