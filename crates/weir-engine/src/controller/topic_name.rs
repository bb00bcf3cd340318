//! What a topic may be called (Kafka's `Topic.validate`).

use weir_wire::ErrorCode;

use super::refusal::Refusal;

const LENGTH_MAX: usize = 249;

/// Refuses names that Kafka refuses, with its words.
pub(crate) fn check(name: &str) -> Result<(), Refusal> {
    let reason = match name {
        "" => "the empty string is not allowed".to_owned(),
        "." | ".." => format!("'{name}' is not allowed"),
        _ if name.len() > LENGTH_MAX => {
            format!("the length of '{name}' is longer than the max allowed length {LENGTH_MAX}")
        }
        _ if !name.bytes().all(is_legal) => format!(
            "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        ),
        _ => return Ok(()),
    };
    let message = format!("Topic name is invalid: {reason}");
    Err(Refusal::new(ErrorCode::INVALID_TOPIC_EXCEPTION, message))
}

fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_rules() {
        for good in ["a", "a.b_c-D9", "__consumer_offsets", &"x".repeat(249)] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a b", "a/b", "weiß", &"x".repeat(250)] {
            let refusal = check(bad).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::INVALID_TOPIC_EXCEPTION, "{bad}");
        }
    }
}
