//! Every sentence that corsac writes about a policy: one function for each fault, with the facts as its arguments.
//!
//! A message says what is wrong, in lower case and without a full stop. It has backticks around what was written. A help
//! says what to write instead. If there is a suggestion, the help begins with it, and the suggestion has been tried. The
//! words around it are in `suggestions`.

#[cfg(feature = "toml")]
pub(crate) mod files;
pub(crate) mod names;
pub(crate) mod origin_risks;
pub(crate) mod origins;
pub(crate) mod policy;
pub(crate) mod protection;
pub(crate) mod regex_syntax;
pub(crate) mod regexes;
pub(crate) mod routes;
pub(crate) mod settings;
pub(crate) mod suggestions;
pub(crate) mod syntax;
pub(crate) mod unknown_names;
