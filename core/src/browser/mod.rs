//! The browser's side of the protocol: what a page may read of a response.

pub(crate) mod agent;
pub(crate) mod blocked;
mod checks;
pub(crate) mod console;
mod destination;
pub(crate) mod exchange;
pub(crate) mod exchange_error;
mod fetch;
mod json_fields;
pub(crate) mod json_writer;
mod notes;
pub(crate) mod octets;
pub(crate) mod outcome;
mod preflight;
mod preflight_cache;
mod prepared;
mod read_exchange;
mod readable;
mod redact;
mod redirect;
mod response;
pub(crate) mod response_headers;
pub(crate) mod safelist;
mod sentences;
pub(crate) mod server;
pub(crate) mod url;
pub(crate) mod walk;
pub(crate) mod words;
pub(crate) mod write_exchange;

pub use agent::{Deviation, Engine};
pub use blocked::Blocked;
pub use exchange::{After, Answer, Body, Exchange, HeaderLines, Hop, ScriptRequest};
pub use exchange_error::{ExchangeError, ExchangeProblem};
pub use fetch::{Fetch, PREFLIGHT_METHOD};
pub use outcome::{Failure, Outcome, Preflight, Step, StepName};
pub use words::{Cache, Credentials, Initiator, Mode, NetworkError, Redirect, Verdict};
