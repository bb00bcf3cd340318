//! The commands that do the same as what a person did here: `weir`'s, and Kafka's where `weir` has none.

/// A command with its arguments, quoted where a shell would read them otherwise.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine(String);

impl CommandLine {
    /// `kafka-topics.sh --bootstrap-server ADDRESS`
    pub(crate) fn kafka(tool: &str, bootstrap: &str) -> Self {
        Self(tool.to_owned()).flag("--bootstrap-server", bootstrap)
    }

    /// `weir topic create`
    pub(crate) fn weir(command: &str) -> Self {
        Self(format!("weir {command}"))
    }

    /// Of the cluster with this id or name.
    pub(crate) fn cluster(self, cluster: &str) -> Self {
        self.flag("--cluster", cluster)
    }

    pub(crate) fn word(mut self, word: &str) -> Self {
        self.0.push(' ');
        self.0.push_str(&quoted(word));
        self
    }

    pub(crate) fn flag(self, name: &str, value: &str) -> Self {
        self.word(name).word(value)
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// A word as a shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        let line = CommandLine::kafka("kafka-topics.sh", "localhost:9092,localhost:9093")
            .word("--create")
            .flag("--config", "a b=$c")
            .flag("--topic", "it's");
        let expected = "kafka-topics.sh --bootstrap-server localhost:9092,localhost:9093 --create \
                        --config 'a b=$c' --topic 'it'\\''s'";
        assert_eq!(line.finish(), expected);
    }
}
