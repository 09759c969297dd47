//! Origins, the patterns and regexes that match them, and sets of them.

pub(crate) mod automata_walk;
pub(crate) mod automaton;
pub(crate) mod extension;
pub(crate) mod host_name;
pub(crate) mod list;
pub(crate) mod never_sent;
pub(crate) mod origin;
pub(crate) mod origin_automaton;
pub(crate) mod pattern;
pub(crate) mod public_suffix;
mod public_suffix_list;
pub(crate) mod punycode;
pub(crate) mod regex;
pub(crate) mod regex_host_end;
pub(crate) mod regex_language;
pub(crate) mod regex_portability;
pub(crate) mod set;
