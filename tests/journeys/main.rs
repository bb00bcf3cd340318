//! The journeys of a person: once in the real window, once in Chromium against `weir serve`.

mod first;
