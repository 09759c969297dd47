//! The browser's side of the protocol: what a page may read of a response.

pub(crate) mod exchange;
pub(crate) mod exchange_error;
mod fetch;
mod json_fields;
pub(crate) mod json_writer;
pub(crate) mod outcome;
mod read_exchange;
mod safelist;
pub(crate) mod words;
pub(crate) mod write_exchange;

pub use exchange::{After, Answer, Body, Exchange, HeaderLines, Hop, ScriptRequest};
pub use exchange_error::{ExchangeError, ExchangeProblem};
pub use fetch::{Blocked, Fetch, PREFLIGHT_METHOD};
pub use outcome::{Outcome, Preflight, Step, StepName};
pub use words::{Cache, Credentials, Initiator, Mode, NetworkError, Redirect, Verdict};
