//! Sending what a browser sends for a page.

use crate::failure::Failure;
use crate::network::client::Client;
use corsac::binding::printable;
use corsac::browser::{Answer, Exchange, SentRequest, Session, Verdict};
use corsac::explain::diagnose;

/// Methods that change nothing (RFC 9110, section 9.2.1), as far as pages use them.
const READ_METHODS: [&str; 2] = ["GET", "HEAD"];

/// Whether a request may be sent. A request that could change something is sent only if `send` is true.
pub(crate) fn may_send(request: &SentRequest, send: bool) -> bool {
    request.is_preflight || send || READ_METHODS.contains(&request.method.as_str())
}

/// Refuses requests that would show nothing. A request that browsers block before they send it is not refused, because
/// its verdict is already known.
pub(crate) fn check_is_useful(exchange: &Exchange, send: bool) -> Result<(), Failure> {
    let Some(first) = Session::new(exchange.clone()).next_request() else {
        let explanation = diagnose(exchange);
        if explanation.verdict == Verdict::Blocked {
            return Ok(());
        }
        return Err(match explanation.findings.first() {
            Some(finding) => {
                Failure::input(format!("a browser sends nothing: {}", finding.message)).help(&finding.help)
            }
            None => Failure::input("a browser sends nothing"),
        });
    };
    if !first.is_preflight && !may_send(&first, send) {
        return Err(Failure::input(format!(
            "a browser sends this {method} without a preflight, so there is nothing to ask the server before the {method} \
             itself is sent",
            method = printable(&first.method)
        ))
        .help("add `--send` if the server may act on it"));
    }
    Ok(())
}

/// The result of a page's request.
#[derive(Debug)]
pub(crate) struct Played {
    /// The request with the responses, without secrets.
    pub(crate) exchange: Exchange,
    /// Only the preflight was sent, since the request could change something.
    pub(crate) is_left_out: bool,
}

/// Sends what a browser sends for a page.
pub(crate) fn play(exchange: &Exchange, client: &mut Client, send: bool, purpose: &str) -> Played {
    let mut session = Session::new(exchange.clone());
    let mut is_left_out = false;
    while let Some(request) = session.next_request() {
        if !may_send(&request, send) {
            is_left_out = true;
            session.respond(Answer::Unknown);
            continue;
        }
        let purpose = match (request.is_preflight, request.hop) {
            (true, _) => format!("{purpose}, preflight"),
            (false, 0) => purpose.to_owned(),
            (false, _) => format!("{purpose}, redirected"),
        };
        let answer = client.send(&purpose, &request);
        session.respond(answer);
    }
    Played { exchange: session.exchange(), is_left_out }
}
