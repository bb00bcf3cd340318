//! weir-wire

pub mod records;
