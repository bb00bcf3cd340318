//! Snappy in its two framings: raw blocks (librdkafka) and xerial's chunks (Java).

use std::io::{self, Read};

/// Magic, then version 1, then compatible version 1, as snappy-java writes them.
const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const XERIAL_HEADER_LEN: usize = 16;
/// snappy-java's block size.
const CHUNK: usize = 32 * 1024;

/// Writes xerial's framing, which both Java and librdkafka read.
pub(super) fn compress_xerial(records: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(&XERIAL_MAGIC);
    out.extend_from_slice(&1_i32.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for chunk in records.chunks(CHUNK) {
        let compressed = encoder.compress_vec(chunk).map_err(io::Error::other)?;
        let length = i32::try_from(compressed.len()).map_err(io::Error::other)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&compressed);
    }
    Ok(())
}

/// Decompresses block by block; a raw input is one block.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    raw: bool,
    max: usize,
    block: Vec<u8>,
    position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8], max: usize) -> io::Result<Self> {
        let xerial = input.starts_with(&XERIAL_MAGIC);
        let rest = if xerial { input.get(XERIAL_HEADER_LEN..) } else { Some(input) };
        let rest = rest.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Self { rest, raw: !xerial, max, block: Vec::new(), position: 0 })
    }

    fn next_block(&mut self) -> io::Result<bool> {
        if self.rest.is_empty() {
            return Ok(false);
        }
        let compressed = if self.raw { std::mem::take(&mut self.rest) } else { self.chunk()? };
        let length = snap::raw::decompress_len(compressed).map_err(io::Error::other)?;
        // Snappy cannot expand more than this; a larger claim would only allocate.
        let possible = compressed.len().saturating_mul(64).saturating_add(64);
        if length > self.max.saturating_add(1) || length > possible {
            return Err(io::Error::other("block claims an impossible size"));
        }
        self.block.resize(length, 0);
        snap::raw::Decoder::new()
            .decompress(compressed, &mut self.block)
            .map_err(io::Error::other)?;
        self.position = 0;
        Ok(true)
    }

    fn chunk(&mut self) -> io::Result<&'a [u8]> {
        let (length, rest) =
            self.rest.split_first_chunk::<4>().ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = usize::try_from(i32::from_be_bytes(*length)).map_err(io::Error::other)?;
        let (chunk, rest) = rest.split_at_checked(length).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.rest = rest;
        Ok(chunk)
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.position == self.block.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.block.len() - self.position);
        buffer[..count].copy_from_slice(&self.block[self.position..self.position + count]);
        self.position += count;
        Ok(count)
    }
}
