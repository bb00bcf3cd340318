pub mod close;
pub mod next;
