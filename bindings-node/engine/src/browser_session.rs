//! A simulated browser that says which request it sends next. The host keeps the answers.

use crate::json::row;
use crate::misuse::{Misuse, Result};
use corsac::browser::Session;

/// Says what a browser does after these answers to its requests. The answers and the exchange are JSON texts.
///
/// Returns JSON: `[request, exchange]`. These are the next request and the exchange so far, both as texts;
/// the request is null if the browser has finished.
///
/// # Errors
///
/// The exchange or an answer cannot be read. Both come from our own JavaScript.
pub fn browser_session<'a>(exchange: &[u8], answers: impl Iterator<Item = &'a [u8]>) -> Result<String> {
    let mut session = Session::from_json(exchange).map_err(Misuse::new)?;
    for answer in answers {
        session.respond_json(answer).map_err(Misuse::new)?;
    }
    let request = session.next_request().map(|request| request.to_json());
    Ok(row(|out| {
        out.optional(request.as_deref());
        out.string(&session.exchange().to_json());
    }))
}
