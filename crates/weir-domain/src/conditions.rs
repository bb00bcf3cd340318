//! Conditions on the properties of a list's rows: `size > 1 GiB` and `health = offline`. Plain comparisons, never code.

use crate::NameFilter;

/// More conditions than a person sets.
pub const CONDITIONS_MAX: usize = 50;

/// How a property is compared, by the signs that filters show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equals,
    NotEquals,
    Contains,
    NotContains,
    StartsWith,
    NotStartsWith,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Operator {
    pub const ALL: [Self; 10] = [
        Self::Equals,
        Self::NotEquals,
        Self::Contains,
        Self::NotContains,
        Self::StartsWith,
        Self::NotStartsWith,
        Self::Less,
        Self::AtMost,
        Self::Greater,
        Self::AtLeast,
    ];

    pub fn sign(self) -> &'static str {
        match self {
            Self::Equals => "=",
            Self::NotEquals => "!=",
            Self::Contains => ":",
            Self::NotContains => "!:",
            Self::StartsWith => "^",
            Self::NotStartsWith => "!^",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    pub fn parse(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.sign() == sign)
    }
}

/// What a property holds, which decides how it can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// A name: whole, in part or by its beginning.
    Text,
    /// One of few words: whole.
    Word,
    /// Counts, sizes, rates.
    Number,
}

impl PropertyKind {
    fn takes(self, operator: Operator) -> bool {
        use Operator::*;
        match self {
            Self::Text => !matches!(operator, Less | AtMost | Greater | AtLeast),
            Self::Word => matches!(operator, Equals | NotEquals),
            Self::Number => {
                !matches!(operator, Contains | NotContains | StartsWith | NotStartsWith)
            }
        }
    }
}

/// A property that a list can be filtered by.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    pub key: &'static str,
    pub kind: PropertyKind,
}

/// A condition as it was asked for; "" as the property is the first one of the list, its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub property: String,
    pub operator: String,
    pub value: String,
}

/// What a row has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    Text(&'a str),
    Number(f64),
    /// Not read, or there is none: meets no condition, not even "is not".
    Unknown,
}

/// Why conditions cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    #[error("rows have no property {0:?}")]
    Property(String),
    #[error("{property} cannot be compared by {operator:?}")]
    Operator { property: String, operator: String },
    #[error("{0:?} is not a number")]
    Number(String),
    #[error("at most {CONDITIONS_MAX} conditions")]
    TooMany,
}

/// Conditions that were understood.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// One is enough.
    any: bool,
    all: Vec<Understood>,
}

#[derive(Debug, Clone)]
struct Understood {
    property: &'static str,
    operator: Operator,
    wanted: Wanted,
}

#[derive(Debug, Clone)]
enum Wanted {
    /// Lower case.
    Text(String),
    /// Part of a name: every word of it.
    Words(NameFilter),
    Number(f64),
}

impl Conditions {
    /// Reads `asked` for a list with `properties`; with `any`, one that holds is enough.
    ///
    /// # Errors
    /// [`ConditionError`]: a property or comparison that the list does not have, or a number that is none.
    pub fn new(
        asked: &[Condition],
        any: bool,
        properties: &'static [Property],
    ) -> Result<Self, ConditionError> {
        if asked.len() > CONDITIONS_MAX {
            return Err(ConditionError::TooMany);
        }
        let all = asked.iter().map(|one| understand(one, properties)).collect::<Result<_, _>>()?;
        Ok(Self { any, all })
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether a row meets them; `found` gives its properties by their keys.
    pub fn matches<'a>(&self, found: impl Fn(&str) -> Found<'a>) -> bool {
        let holds = |one: &Understood| one.holds(found(one.property));
        if self.any && !self.all.is_empty() {
            self.all.iter().any(holds)
        } else {
            self.all.iter().all(holds)
        }
    }
}

fn understand(
    asked: &Condition,
    properties: &'static [Property],
) -> Result<Understood, ConditionError> {
    let found = if asked.property.is_empty() {
        properties.first()
    } else {
        properties.iter().find(|property| property.key == asked.property)
    };
    let Some(property) = found else {
        return Err(ConditionError::Property(asked.property.clone()));
    };
    let operator = Operator::parse(&asked.operator).filter(|sign| property.kind.takes(*sign));
    let operator = operator.ok_or_else(|| ConditionError::Operator {
        property: property.key.to_owned(),
        operator: asked.operator.clone(),
    })?;
    let value = asked.value.trim();
    let wanted = match (property.kind, operator) {
        (PropertyKind::Number, _) => Wanted::Number(
            number(value).ok_or_else(|| ConditionError::Number(asked.value.clone()))?,
        ),
        (PropertyKind::Text, Operator::Contains | Operator::NotContains) => {
            Wanted::Words(NameFilter::new(value))
        }
        _ => Wanted::Text(value.to_lowercase()),
    };
    Ok(Understood { property: property.key, operator, wanted })
}

impl Understood {
    fn holds(&self, found: Found<'_>) -> bool {
        match (&self.wanted, found) {
            (Wanted::Number(wanted), Found::Number(found)) => {
                compare(self.operator, found, *wanted)
            }
            (Wanted::Words(words), Found::Text(found)) => {
                words.matches(found) == (self.operator == Operator::Contains)
            }
            (Wanted::Text(wanted), Found::Text(found)) => same(self.operator, found, wanted),
            _ => false,
        }
    }
}

fn compare(operator: Operator, found: f64, wanted: f64) -> bool {
    match operator {
        Operator::Equals => found == wanted,
        Operator::NotEquals => found != wanted,
        Operator::Less => found < wanted,
        Operator::AtMost => found <= wanted,
        Operator::Greater => found > wanted,
        Operator::AtLeast => found >= wanted,
        _ => false,
    }
}

/// `wanted` is lower case already.
fn same(operator: Operator, found: &str, wanted: &str) -> bool {
    let found = found.to_lowercase();
    match operator {
        Operator::Equals => found == wanted,
        Operator::NotEquals => found != wanted,
        Operator::StartsWith => found.starts_with(wanted),
        Operator::NotStartsWith => !found.starts_with(wanted),
        _ => false,
    }
}

/// Numbers as people write them: `1,200`, `1.5k`, `64 MiB`, `2 GB`. A unit without "i" counts by thousands.
fn number(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| !matches!(c, ',' | '_' | ' ')).collect();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (unit, base) = match unit.strip_suffix('i') {
        Some(unit) => (unit, 1024_f64),
        None => (unit, 1000_f64),
    };
    let power = ["", "k", "m", "g", "t", "p"].iter().position(|known| *known == unit)?;
    let value: f64 = digits.parse().ok()?;
    value.is_finite().then(|| value * base.powi(i32::try_from(power).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROPERTIES: &[Property] = &[
        Property { key: "name", kind: PropertyKind::Text },
        Property { key: "health", kind: PropertyKind::Word },
        Property { key: "size", kind: PropertyKind::Number },
    ];

    fn condition((property, operator, value): &(&str, &str, &str)) -> Condition {
        let (property, operator, value) =
            (property.to_string(), operator.to_string(), value.to_string());
        Condition { property, operator, value }
    }

    fn read(asked: &[(&str, &str, &str)], any: bool) -> Result<Conditions, ConditionError> {
        Conditions::new(&asked.iter().map(condition).collect::<Vec<_>>(), any, PROPERTIES)
    }

    /// Of a row named `eu.Orders`, in good health, of 1 MiB.
    fn check(asked: &[(&str, &str, &str)], any: bool) -> bool {
        let row = |key: &str| match key {
            "name" => Found::Text("eu.Orders"),
            "health" => Found::Text("ok"),
            _ => Found::Number(1_048_576.0),
        };
        read(asked, any).unwrap().matches(row)
    }

    #[test]
    fn names_whole_in_part_and_by_their_beginning() {
        for (operator, value, expected) in [
            ("=", "EU.orders", true),
            ("=", "orders", false),
            ("!=", "orders", true),
            (":", "orders eu", true),
            (":", "orders us", false),
            ("!:", "us", true),
            ("^", "Eu.", true),
            ("!^", "eu", false),
        ] {
            assert_eq!(check(&[("name", operator, value)], false), expected, "{operator} {value}");
            assert_eq!(check(&[("", operator, value)], false), expected, "free text is the name");
        }
    }

    #[test]
    fn numbers_with_units() {
        for (operator, value, expected) in [
            ("=", "1 MiB", true),
            ("=", "1,048,576", true),
            ("!=", "1048576", false),
            ("<", "1.1MiB", true),
            ("<=", "1mib", true),
            (">", "1 MB", true),
            (">=", "1.1m", false),
            (">", "-1", true),
        ] {
            assert_eq!(check(&[("size", operator, value)], false), expected, "{operator} {value}");
        }
    }

    #[test]
    fn all_or_any() {
        let two = [("health", "=", "ok"), ("size", ">", "1 TiB")];
        assert!(!check(&two, false));
        assert!(check(&two, true));
        assert!(check(&[], true), "no condition leaves nothing out");
        assert!(check(&[], false));
    }

    #[test]
    fn what_is_not_known_meets_nothing() {
        for operator in ["=", "!=", "<", ">"] {
            let conditions = read(&[("size", operator, "0")], false).unwrap();
            assert!(!conditions.matches(|_| Found::Unknown), "{operator}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let error = |asked| read(&[asked], false).unwrap_err();
        assert_eq!(error(("colour", "=", "red")), ConditionError::Property("colour".to_owned()));
        for (property, operator) in [("size", ":"), ("health", ">"), ("name", "<"), ("name", "~")] {
            assert!(matches!(error((property, operator, "1")), ConditionError::Operator { .. }));
        }
        for value in ["many", "", "1 XB", "1e400", "NaN", "inf", "1.2.3"] {
            let expected = ConditionError::Number(value.to_owned());
            assert_eq!(error(("size", ">", value)), expected);
        }
        let many = vec![("size", ">", "1"); CONDITIONS_MAX + 1];
        assert_eq!(read(&many, false).unwrap_err(), ConditionError::TooMany);
    }
}
