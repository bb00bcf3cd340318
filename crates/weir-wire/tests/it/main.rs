//! Tests of the codec through its public face.

#![allow(clippy::unwrap_used)]

mod corpus;
mod frames;
mod hostile;
mod round_trip;
mod versions;
