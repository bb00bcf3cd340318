//! Core's failures as sentences for the terminal, where no page is there to show them.

use weir_core::failure::Failure;

/// A failure as one English sentence with its hint.
pub(crate) fn error(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!("{}", weir_api::texts::sentence(&failure))
}
