//! Others clients.
