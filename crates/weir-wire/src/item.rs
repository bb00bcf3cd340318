//! Elements of arrays that are not structures.

use crate::{DecodeError, Reader, Str, Uuid, Writer};

/// An element of an array that is no structure.
pub trait Item: Sized {
    /// The fewest bytes that it takes.
    fn min_size(flexible: bool) -> usize;

    /// # Errors
    /// The bytes end early or are no such element.
    fn read(input: &mut Reader) -> Result<Self, DecodeError>;

    fn write(&self, out: &mut Writer);
}

macro_rules! items {
    ($($kind:ty, $method:ident, $size:expr;)*) => {
        $(impl Item for $kind {
            fn min_size(_flexible: bool) -> usize {
                $size
            }

            fn read(input: &mut Reader) -> Result<Self, DecodeError> {
                input.$method()
            }

            fn write(&self, out: &mut Writer) {
                out.$method(*self);
            }
        })*
    };
}

items! {
    i8, i8, 1;
    i16, i16, 2;
    i32, i32, 4;
    i64, i64, 8;
    Uuid, uuid, 16;
}

impl Item for Str {
    fn min_size(flexible: bool) -> usize {
        if flexible { 1 } else { 2 }
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        input.str()
    }

    fn write(&self, out: &mut Writer) {
        out.str(self);
    }
}
