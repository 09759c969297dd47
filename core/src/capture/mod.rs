//! Requests as people have them: what they copy from developer tools, terminals and consoles.

mod captured;
mod copied_fetch;
mod curl;
mod har;
mod known;
mod messages;
mod paste_error;
mod pasted;
mod words;

pub use captured::{CaptureNote, Captured};
pub use known::Known;
pub use paste_error::PasteError;
pub use pasted::Pasted;
