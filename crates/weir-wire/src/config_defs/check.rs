//! Whether a text is a valid value of a configuration.

use std::collections::HashSet;
use std::fmt;
use std::fmt::Display;

use thiserror::Error;

use super::{ConfigDef, ConfigType, Valid};

/// Why a value is refused. A sensitive value is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{value} is not valid for {name}: {reason}")]
pub struct InvalidConfig {
    pub name: &'static str,
    pub value: String,
    pub reason: String,
}

impl ConfigDef {
    /// Checks type and validity as Kafka does: spaces around the value and around the elements of
    /// a list do not count.
    ///
    /// # Errors
    /// The value is not of the type or out of what is valid.
    pub fn check(&self, value: &str) -> Result<(), InvalidConfig> {
        let text = value.trim();
        let outcome = match self.kind {
            ConfigType::Boolean => boolean(text),
            ConfigType::Short => self.integer(text, i16::MIN.into(), i16::MAX.into()),
            ConfigType::Int => self.integer(text, i32::MIN.into(), i32::MAX.into()),
            ConfigType::Long => self.integer(text, i64::MIN, i64::MAX),
            ConfigType::Double => self.fraction(text),
            ConfigType::List => self.list(text),
            ConfigType::String | ConfigType::Class | ConfigType::Password => self.text(text),
        };
        outcome.map_err(|reason| InvalidConfig {
            name: self.name,
            value: if self.sensitive { "The value".into() } else { value.to_owned() },
            reason,
        })
    }

    fn integer(&self, text: &str, least: i64, most: i64) -> Result<(), String> {
        let number: Option<i64> = text.parse().ok().filter(|n| (least..=most).contains(n));
        let kind = format!("{:?}", self.kind).to_uppercase();
        let number = number.ok_or_else(|| format!("Not a number of type {kind}"))?;
        match self.valid {
            Valid::Range(min, max) => within(number, min, max),
            Valid::RangeOr(min, max, or) if number != or => within(number, Some(min), Some(max))
                .map_err(|_| format!("Value must be between {min} and {max} or equal to {or}")),
            _ => Ok(()),
        }
    }

    fn fraction(&self, text: &str) -> Result<(), String> {
        let number: f64 = text.parse().map_err(|_| "Not a number of type DOUBLE".to_owned())?;
        match self.valid {
            Valid::Fraction(min, max) => within(number, min, max),
            _ => Ok(()),
        }
    }

    fn list(&self, text: &str) -> Result<(), String> {
        let Valid::List { of, may_be_empty } = self.valid else { return Ok(()) };
        if text.is_empty() {
            return if may_be_empty { Ok(()) } else { Err("it must not be empty".into()) };
        }
        let mut seen = HashSet::new();
        for element in text.split(',').map(str::trim) {
            if element.is_empty() {
                return Err("an element is empty".into());
            }
            if !of.is_empty() {
                one_of(element, of, |a, b| a == b)?;
            }
            if !seen.insert(element) {
                return Err(format!("{element} is given twice"));
            }
        }
        Ok(())
    }

    fn text(&self, text: &str) -> Result<(), String> {
        match self.valid {
            Valid::OneOf(of) => one_of(text, of, |a, b| a == b),
            Valid::OneOfAnyCase(of) => one_of(text, of, str::eq_ignore_ascii_case),
            Valid::NotEmpty if text.is_empty() => Err("it must not be empty".into()),
            _ => Ok(()),
        }
    }
}

fn boolean(text: &str) -> Result<(), String> {
    let known = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if known { Ok(()) } else { Err("Expected value to be either true or false".into()) }
}

fn within<T: PartialOrd + Display>(n: T, min: Option<T>, max: Option<T>) -> Result<(), String> {
    let low = min.as_ref().is_none_or(|min| n >= *min);
    let high = max.as_ref().is_none_or(|max| n <= *max);
    match (min, max) {
        (Some(min), _) if !low => Err(format!("Value must be at least {min}")),
        (_, Some(max)) if !high => Err(format!("Value must be no more than {max}")),
        _ => Ok(()),
    }
}

fn one_of(text: &str, of: &[&str], equal: impl Fn(&str, &str) -> bool) -> Result<(), String> {
    if of.iter().any(|known| equal(text, known)) {
        return Ok(());
    }
    Err(format!("String must be one of: {}", of.join(", ")))
}

/// In words: `1 to 17`, `compact or delete`; empty where anything of the type is valid.
impl fmt::Display for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::Range(min, max) => range(f, min, max),
            Self::Fraction(min, max) => range(f, min, max),
            Self::RangeOr(min, max, or) => write!(f, "{min} to {max}, or {or}"),
            Self::OneOf(of) | Self::OneOfAnyCase(of) => f.write_str(&of.join(", ")),
            Self::List { of: [], may_be_empty: true } => f.write_str("distinct elements"),
            Self::List { of: [], .. } => f.write_str("distinct elements, at least one"),
            Self::List { of, may_be_empty } => {
                let least = if *may_be_empty { "any of" } else { "at least one of" };
                write!(f, "{least} {}", of.join(", "))
            }
            Self::NotEmpty => f.write_str("not empty"),
            Self::Described(text) => f.write_str(text),
        }
    }
}

fn range<T: Display>(f: &mut fmt::Formatter<'_>, min: &Option<T>, max: &Option<T>) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(f, "{min} to {max}"),
        (Some(min), None) => write!(f, "at least {min}"),
        (None, Some(max)) => write!(f, "at most {max}"),
        (None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BROKER, CLIENT_METRICS, GROUP, TOPIC, find};

    fn refusal(name: &str, value: &str) -> Option<String> {
        let definition = find(TOPIC, name).or_else(|| find(BROKER, name)).unwrap();
        definition.check(value).err().map(|error| error.reason)
    }

    #[test]
    fn every_definition_is_there_in_order() {
        let tables = [TOPIC, BROKER, GROUP, CLIENT_METRICS];
        assert_eq!(tables.map(<[_]>::len), [38, 379, 27, 3]);
        assert!(tables.iter().all(|table| table.is_sorted_by_key(|definition| definition.name)));
    }

    #[test]
    fn every_default_is_valid() {
        for definition in [TOPIC, BROKER, GROUP, CLIENT_METRICS].concat() {
            let Some(default) = definition.default else { continue };
            // Kafka declares these empty and refuses that only once they are needed.
            if default.is_empty() && definition.name.starts_with("controller.quorum.") {
                continue;
            }
            assert_eq!(definition.check(default), Ok(()), "{}", definition.name);
        }
    }

    #[test]
    fn values_are_judged_as_kafka_does() {
        assert_eq!(refusal("retention.ms", " 1000 "), None);
        assert_eq!(refusal("retention.ms", "-2").unwrap(), "Value must be at least -1");
        assert_eq!(
            refusal("compression.lz4.level", "18").unwrap(),
            "Value must be no more than 17"
        );
        assert_eq!(
            refusal("compression.gzip.level", "0").unwrap(),
            "Value must be between 1 and 9 or equal to -1"
        );
        assert_eq!(refusal("cleanup.policy", "compact, delete"), None);
        assert_eq!(refusal("cleanup.policy", "compact,compact").unwrap(), "compact is given twice");
        assert!(refusal("cleanup.policy", "shred").unwrap().contains("compact, delete"));
        assert!(refusal("message.timestamp.type", "createtime").is_some());
        assert!(refusal("preallocate", "yes").is_some());
        assert_eq!(refusal("preallocate", "TRUE"), None);
        assert!(refusal("segment.bytes", "99999999999").is_some());
        assert!(refusal("min.cleanable.dirty.ratio", "1.5").is_some());
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let definition = find(BROKER, "ssl.key.password").unwrap();
        assert!(definition.sensitive);
        assert!(definition.check("hunter2").is_ok());
    }
}
