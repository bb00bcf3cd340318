//! A segment: part of a log in files of its own.

use std::io;
use std::sync::Arc;

use crate::fs::File;

#[derive(Debug)]
pub(crate) struct Segment {
    file: Arc<dyn File>,
}

impl Segment {
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, position)
    }
}
