//! From Kafka's names to Rust's.

/// `TopicId` and `topicId` become `topic_id`; `KRaft` is one word.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.replace("KRaft", "Kraft").chars().collect();
    let mut snake = String::with_capacity(name.len() + 8);
    for (i, &c) in chars.iter().enumerate() {
        let after_word = i > 0 && !chars[i - 1].is_ascii_uppercase();
        let before_word = i > 0 && chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_word || before_word) {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// As `snake_case`, with a trailing `_` where Rust reserves the word.
pub(crate) fn field_name(name: &str) -> String {
    let snake = snake_case(name);
    let reserved = ["type", "match", "ref", "move", "async", "box", "loop", "self", "where", "use"];
    if reserved.contains(&snake.as_str()) { format!("{snake}_") } else { snake }
}

/// `IncrementalAlterConfigs` as an associated constant of Kafka would be: `TOPIC_ID`.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::{field_name, snake_case};

    #[test]
    fn words_are_separated_as_a_person_would() {
        assert_eq!(snake_case("TopicId"), "topic_id");
        assert_eq!(snake_case("timeoutMs"), "timeout_ms");
        assert_eq!(snake_case("KRaftVersionRecord"), "kraft_version_record");
        assert_eq!(snake_case("V3AndBelowTopics"), "v3_and_below_topics");
        assert_eq!(field_name("Type"), "type_");
    }
}
