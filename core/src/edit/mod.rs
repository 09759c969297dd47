//! Edits of a policy's text that fix an issue or a finding. Each was tried.

mod fix_finding;
mod fix_issue;
mod text_edit;
mod toml_place;

pub use fix_finding::fix_finding;
pub use fix_issue::fix_issue;
pub use text_edit::TextEdit;
