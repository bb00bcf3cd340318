//! The four codecs of record batches, with a cap on what comes out.

mod snappy;

use std::io::{self, BufRead, Read, Write};

use super::{Compression, RecordError};

/// Kafka's default level of zstd.
const ZSTD_LEVEL: i32 = 3;

/// Compresses records into `out` (which is appended to). `Compression::None` copies. `level` is that of gzip (1 to 9)
/// and of zstd; `None` means Kafka's default, and the other codecs have none.
pub fn compress(
    codec: Compression,
    level: Option<i32>,
    records: &[u8],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    match codec {
        Compression::None => out.extend_from_slice(records),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(out, gzip_level(level));
            encoder.write_all(records)?;
            encoder.finish()?;
        }
        Compression::Snappy => snappy::compress_xerial(records, out)?,
        Compression::Lz4 => {
            // Java's reader wants independent blocks; 64 KiB is what Kafka writes.
            let info = lz4_flex::frame::FrameInfo::new()
                .block_size(lz4_flex::frame::BlockSize::Max64KB)
                .block_mode(lz4_flex::frame::BlockMode::Independent);
            let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, out);
            encoder.write_all(records)?;
            encoder.finish().map_err(io::Error::other)?;
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(out, level.unwrap_or(ZSTD_LEVEL))?;
            encoder.write_all(records)?;
            encoder.finish()?;
        }
    }
    Ok(())
}

/// -1 is gzip's own default, as it is Kafka's.
fn gzip_level(level: Option<i32>) -> flate2::Compression {
    match level.and_then(|level| u32::try_from(level).ok()) {
        Some(level) => flate2::Compression::new(level.min(9)),
        None => flate2::Compression::default(),
    }
}

/// Decompresses into `out`, which is cleared first. Fails with [`RecordError::TooLarge`] once more
/// than `max` bytes come out, having allocated not much more than that.
pub fn decompress(
    codec: Compression,
    input: &[u8],
    max: usize,
    out: &mut Vec<u8>,
) -> Result<(), RecordError> {
    out.clear();
    let reader = Decompressor::new(codec, input, max)?;
    // One byte more than allowed tells "too large" from "just fits".
    let mut limited = reader.take(max as u64 + 1);
    limited.read_to_end(out).map_err(|error| failure(codec, &error))?;
    if out.len() > max { Err(RecordError::TooLarge(max)) } else { Ok(()) }
}

pub(super) fn failure(codec: Compression, error: &io::Error) -> RecordError {
    RecordError::Decompress { codec, reason: error.to_string() }
}

/// Decompressed bytes as a stream: memory is the codec's window, not the output.
pub(super) enum Decompressor<'a> {
    Plain(&'a [u8]),
    Gzip(Box<flate2::bufread::MultiGzDecoder<&'a [u8]>>),
    Snappy(snappy::Reader<'a>),
    Lz4(Box<lz4_flex::frame::FrameDecoder<&'a [u8]>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, &'a [u8]>>),
}

impl<'a> Decompressor<'a> {
    /// `max` bounds single blocks (snappy); the caller counts what comes out.
    pub(super) fn new(
        codec: Compression,
        input: &'a [u8],
        max: usize,
    ) -> Result<Self, RecordError> {
        let fail = |error: io::Error| failure(codec, &error);
        Ok(match codec {
            Compression::None => Self::Plain(input),
            Compression::Gzip => Self::Gzip(Box::new(flate2::bufread::MultiGzDecoder::new(input))),
            Compression::Snappy => Self::Snappy(snappy::Reader::new(input, max).map_err(fail)?),
            Compression::Lz4 => Self::Lz4(Box::new(lz4_flex::frame::FrameDecoder::new(input))),
            Compression::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(fail)?;
                Self::Zstd(Box::new(decoder))
            }
        })
    }
}

impl Read for Decompressor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
            Self::Snappy(reader) => reader.read(buffer),
            Self::Lz4(reader) => match reader.read(buffer)? {
                // Some writers concatenate frames.
                0 if !reader.get_ref().is_empty() => reader.read(buffer),
                count => Ok(count),
            },
            Self::Zstd(reader) => reader.read(buffer),
        }
    }
}

/// A window over a [`Decompressor`], to read varints from and skip bytes in.
pub(super) struct Window<'a> {
    source: io::BufReader<Decompressor<'a>>,
    /// Bytes that may still come out.
    left: u64,
}

/// Bytes looked at at a time.
const WINDOW: usize = 8192;

impl<'a> Window<'a> {
    pub(super) fn new(
        codec: Compression,
        input: &'a [u8],
        max: usize,
    ) -> Result<Self, RecordError> {
        let source = Decompressor::new(codec, input, max)?;
        Ok(Self { source: io::BufReader::with_capacity(WINDOW, source), left: max as u64 })
    }

    /// Next byte; `UnexpectedEof` at the end, `StorageFull` over the cap.
    #[inline]
    pub(super) fn byte(&mut self) -> io::Result<u8> {
        let first = self.source.fill_buf()?.first().copied();
        let byte = first.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.consume(1)?;
        Ok(byte)
    }

    /// Passes over `count` bytes.
    pub(super) fn skip(&mut self, mut count: usize) -> io::Result<()> {
        while count > 0 {
            let available = self.source.fill_buf()?.len();
            if available == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = available.min(count);
            self.consume(step)?;
            count -= step;
        }
        Ok(())
    }

    /// Whether everything was read.
    pub(super) fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.source.fill_buf()?.is_empty())
    }

    #[inline]
    fn consume(&mut self, count: usize) -> io::Result<()> {
        self.left = self.left.checked_sub(count as u64).ok_or(io::ErrorKind::StorageFull)?;
        self.source.consume(count);
        Ok(())
    }
}
