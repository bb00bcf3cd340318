pub mod clipboard_write;
pub mod open_folder;
pub mod open_link;
pub mod window_asked;
pub mod window_close;
pub mod window_restart;
pub mod window_unsaved;
