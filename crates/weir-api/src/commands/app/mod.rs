pub mod info;
pub mod notices;
