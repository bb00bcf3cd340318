//! Kafka's error codes as the domain's and the client's errors.

use weir_domain::ItemError;
use weir_wire::ErrorCode;

use crate::error::ErrorKind;

/// An item's outcome: `Ok` for code 0.
pub(crate) fn item(code: i16, message: Option<&str>) -> Result<(), ItemError> {
    if code == ErrorCode::NONE.0 { Ok(()) } else { Err(error(code, message)) }
}

pub(crate) fn error(code: i16, message: Option<&str>) -> ItemError {
    ItemError {
        code,
        name: ErrorCode(code).name(),
        message: message.filter(|m| !m.is_empty()).map(str::to_owned),
    }
}

/// A code that refuses a whole request.
pub(crate) fn whole(code: i16, message: Option<&str>) -> ErrorKind {
    ErrorKind::Broker { code, name: ErrorCode(code).name(), message: message.map(str::to_owned) }
}

/// The answer had no word about an item that was asked for.
pub(crate) fn no_answer() -> ItemError {
    ItemError::ours("NO_ANSWER", "the broker's answer does not mention it")
}
