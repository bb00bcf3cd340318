//! Addresses as people write them: `host:port`, several with commas, IPv6 in brackets.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// Kafka's usual port, taken when none is written.
pub(crate) const DEFAULT_PORT: u16 = 9092;
/// The most addresses one bootstrap list may hold.
pub(crate) const BOOTSTRAP_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", bracketed(&self.host), self.port)
    }
}

/// A host as it stands before a port: an IPv6 address in brackets.
pub fn bracketed(host: &str) -> Cow<'_, str> {
    if host.contains(':') { format!("[{host}]").into() } else { host.into() }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("an address is expected, such as localhost:9092")]
    Empty,
    #[error(
        "{0} asks for encryption or a sign-in, which Weir has not yet: give the address of a PLAINTEXT listener"
    )]
    Scheme(String),
    #[error("{0:?} is not a port: a number from 1 to 65535 is expected after the colon")]
    Port(String),
    #[error("{0:?} is not a host name or an IP address")]
    Host(String),
    #[error(
        "{0} leaves open where the IPv6 address ends and the port begins: write the address in brackets, such as \
         [::1]:9092"
    )]
    Brackets(String),
    #[error("at most {BOOTSTRAP_MAX} addresses are taken")]
    TooMany,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = without_scheme(text.trim())?;
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (host, port) = split(text)?;
        let port = match port {
            None => DEFAULT_PORT,
            Some(port) => match port.parse() {
                Ok(0) | Err(_) => return Err(AddressError::Port(port.to_owned())),
                Ok(port) => port,
            },
        };
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || !host.chars().all(allowed) {
            return Err(AddressError::Host(host.to_owned()));
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Reads a bootstrap list: addresses with commas (spaces around them are forgiven).
pub fn parse_bootstrap(text: &str) -> Result<Vec<Address>, AddressError> {
    let parts = text.split([',', ' ', ';']).filter(|part| !part.trim().is_empty());
    let addresses = parts.map(str::parse).collect::<Result<Vec<Address>, _>>()?;
    match addresses.len() {
        0 => Err(AddressError::Empty),
        n if n > BOOTSTRAP_MAX => Err(AddressError::TooMany),
        _ => Ok(addresses),
    }
}

/// `PLAINTEXT://host:9092` is how brokers' settings write it; what stands for another protocol is not taken for this one.
fn without_scheme(text: &str) -> Result<&str, AddressError> {
    match text.split_once("://") {
        None => Ok(text.trim_end_matches('/')),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("PLAINTEXT") => {
            Ok(rest.trim_end_matches('/'))
        }
        Some((scheme, _)) => Err(AddressError::Scheme(scheme.to_owned())),
    }
}

fn split(text: &str) -> Result<(&str, Option<&str>), AddressError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(AddressError::Host(text.to_owned()))?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(AddressError::Host(text.to_owned())),
        };
    }
    match text.matches(':').count() {
        0 => Ok((text, None)),
        1 => {
            Ok(text.split_once(':').map(|(host, port)| (host, Some(port))).unwrap_or((text, None)))
        }
        _ => bare_ipv6(text).map(|host| (host, None)),
    }
}

/// Digits that are taken for a port rather than for the last group of an address.
const PORT_DIGITS_MIN: usize = 4;

/// An IPv6 address without brackets, and so without a port: `::1:9092` is one, and hardly ever meant to be.
fn bare_ipv6(text: &str) -> Result<&str, AddressError> {
    let is_ipv6 = |host: &str| {
        let host = host.split_once('%').map_or(host, |(host, _)| host);
        host.parse::<Ipv6Addr>().is_ok()
    };
    let (host, last) = text.rsplit_once(':').unwrap_or((text, ""));
    let like_a_port = last.parse::<u16>().is_ok() && last.len() >= PORT_DIGITS_MIN;
    match is_ipv6(text) {
        true if !like_a_port => Ok(text),
        false if !is_ipv6(host) => Err(AddressError::Host(text.to_owned())),
        _ => Err(AddressError::Brackets(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), expected, "{text:?}");
    }

    #[test]
    fn readable() {
        check("localhost:9092", "localhost:9092");
        check(" broker-1.example ", "broker-1.example:9092");
        check("PLAINTEXT://a:1/", "a:1");
        check("plaintext://a:1", "a:1");
        check("[::1]:9093", "[::1]:9093");
        check("[::1]", "[::1]:9092");
        check("::1", "[::1]:9092");
        check("fe80::1%eth0", "[fe80::1%eth0]:9092");
        check("[2001:db8::1234]", "[2001:db8::1234]:9092");
        assert_eq!(parse_bootstrap("a:1, b:2,c").unwrap().len(), 3);
    }

    #[test]
    fn refused() {
        for (text, expected) in [
            ("", AddressError::Empty),
            ("a:", AddressError::Port(String::new())),
            ("a:0", AddressError::Port("0".into())),
            ("a:70000", AddressError::Port("70000".into())),
            ("a:x", AddressError::Port("x".into())),
            (":9092", AddressError::Host(String::new())),
            ("a b", AddressError::Host("a b".into())),
            ("SSL://a:1", AddressError::Scheme("SSL".into())),
            ("SASL_PLAINTEXT://a:1", AddressError::Scheme("SASL_PLAINTEXT".into())),
            ("http://a:1", AddressError::Scheme("http".into())),
            ("[::1", AddressError::Host("[::1".into())),
            ("::1:9092", AddressError::Brackets("::1:9092".into())),
            (
                "2001:db8:0:0:0:0:0:1:9092",
                AddressError::Brackets("2001:db8:0:0:0:0:0:1:9092".into()),
            ),
            ("fe80::1%eth0:9092", AddressError::Brackets("fe80::1%eth0:9092".into())),
            ("localhost:9092:9093", AddressError::Host("localhost:9092:9093".into())),
        ] {
            assert_eq!(text.parse::<Address>(), Err(expected), "{text:?}");
        }
        assert_eq!(parse_bootstrap(" , "), Err(AddressError::Empty));
        assert_eq!(parse_bootstrap(&"a,".repeat(101)), Err(AddressError::TooMany));
    }
}
