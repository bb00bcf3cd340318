//! Zig-zag variable-length integers of records.

/// Reads a signed varint of 32 bits; answers it with the bytes that follow. `None` when it is cut
/// off or longer than 5 bytes.
#[inline]
pub fn read_i32(input: &[u8]) -> Option<(i32, &[u8])> {
    if let Some((first, rest)) = input.split_first()
        && *first < 0x80
    {
        return Some((decode32(u32::from(*first)), rest));
    }
    let mut raw: u32 = 0;
    for (at, byte) in input.iter().take(5).enumerate() {
        raw |= u32::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Some((decode32(raw), &input[at + 1..]));
        }
    }
    None
}

/// Reads a signed varint of 64 bits; answers it with the bytes that follow. `None` when it is cut
/// off or longer than 10 bytes.
#[inline]
pub fn read_i64(input: &[u8]) -> Option<(i64, &[u8])> {
    let mut raw: u64 = 0;
    for (at, byte) in input.iter().take(10).enumerate() {
        raw |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            let value = ((raw >> 1) as i64) ^ -((raw & 1) as i64);
            return Some((value, &input[at + 1..]));
        }
    }
    None
}

/// Appends a signed varint of 32 bits: 1 to 5 bytes.
#[inline]
pub fn write_i32(out: &mut Vec<u8>, value: i32) {
    write_i64(out, i64::from(value));
}

/// Appends a signed varint of 64 bits: 1 to 10 bytes.
#[inline]
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    let mut raw = ((value << 1) ^ (value >> 63)) as u64;
    while raw >= 0x80 {
        out.push(raw as u8 | 0x80);
        raw >>= 7;
    }
    out.push(raw as u8);
}

/// Bytes that [`write_i64`] needs.
#[inline]
pub fn size_of(value: i64) -> usize {
    let raw = ((value << 1) ^ (value >> 63)) as u64;
    let bits = (64 - raw.leading_zeros()).max(1) as usize;
    bits.div_ceil(7)
}

#[inline]
fn decode32(raw: u32) -> i32 {
    ((raw >> 1) as i32) ^ -((raw & 1) as i32)
}
