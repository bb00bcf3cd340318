//! Kafka's rules for topic names (`org.apache.kafka.common.internals.Topic`).

/// The longest topic name in bytes.
pub const MAX_LENGTH: usize = 249;

/// Why a name cannot be a topic's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicNameError {
    #[error("a topic name must not be empty")]
    Empty,
    #[error("a topic cannot be named \".\" or \"..\"")]
    Dots,
    #[error("a topic name has at most 249 characters, this one has {0}")]
    TooLong(usize),
    #[error("a topic name cannot contain {0:?}: only letters of ASCII, digits, '.', '_' and '-'")]
    Character(char),
    /// Metric names replace `.` by `_`, so two such topics cannot be told apart.
    #[error("the name is too like the topic {0:?}: '.' and '_' count as the same")]
    Collides(String),
}

/// Checks a name by itself; see [`collision`] for clashes with existing topics.
pub fn validate_topic_name(name: &str) -> Result<(), TopicNameError> {
    if name.is_empty() {
        return Err(TopicNameError::Empty);
    }
    if name == "." || name == ".." {
        return Err(TopicNameError::Dots);
    }
    if let Some(odd) = name.chars().find(|c| !is_allowed(*c)) {
        return Err(TopicNameError::Character(odd));
    }
    if name.len() > MAX_LENGTH {
        return Err(TopicNameError::TooLong(name.len()));
    }
    Ok(())
}

/// The existing topic that `name` would collide with: same once `.` is read as `_`, but not the same name.
pub fn collision<'a>(name: &str, existing: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if !name.contains(['.', '_']) {
        return None;
    }
    existing.into_iter().find(|other| *other != name && same_but_dots(name, other))
}

/// Names that begin with two underscores are, by convention, a system's own.
pub fn looks_internal(name: &str) -> bool {
    name.starts_with("__")
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn same_but_dots(a: &str, b: &str) -> bool {
    let plain = |c: u8| if c == b'.' { b'_' } else { c };
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| plain(a) == plain(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Result<(), TopicNameError>) {
        assert_eq!(validate_topic_name(name), expected, "{name:?}");
    }

    #[test]
    fn rules() {
        check("orders", Ok(()));
        check("A-1_b.c", Ok(()));
        check("...", Ok(()));
        check(&"x".repeat(249), Ok(()));
        check("", Err(TopicNameError::Empty));
        check(".", Err(TopicNameError::Dots));
        check("..", Err(TopicNameError::Dots));
        check("a b", Err(TopicNameError::Character(' ')));
        check("주문", Err(TopicNameError::Character('주')));
        check("a/b", Err(TopicNameError::Character('/')));
        check(&"x".repeat(250), Err(TopicNameError::TooLong(250)));
    }

    #[test]
    fn collisions_need_a_dot_or_underscore() {
        assert_eq!(collision("a.b", ["x", "a_b"]), Some("a_b"));
        assert_eq!(collision("a_b", ["a_b"]), None);
        assert_eq!(collision("ab", ["a_b", "a.b"]), None);
        assert_eq!(collision("a_b.c", ["a.b_c"]), Some("a.b_c"));
    }
}
