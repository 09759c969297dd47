//! The requests that would be sent.

use crate::network::page::may_send;
use crate::output::terminal::BOLD;
use crate::probe::options::Arguments;
use corsac::binding::printable;
use corsac::browser::{Answer, Exchange, SentRequest, Session};
use corsac::explain::{attack_origins, experiments};

/// Lists the requests.
pub(super) fn listed(arguments: &Arguments, exchanges: &[Exchange]) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut add = |purpose: &str, request: &SentRequest, out: &mut String| {
        count += 1;
        out.push_str(&format!(
            "{BOLD}{} {}{BOLD:#}  ({purpose})\n",
            printable(&request.method),
            printable(&shown_url(request))
        ));
        for (name, value) in shown_headers(request) {
            out.push_str(&format!("    {name}: {value}\n"));
        }
    };
    for exchange in exchanges {
        for (purpose, request) in of_page(arguments, exchange) {
            add(purpose, &request, &mut out);
        }
        if !arguments.only && !arguments.cache {
            for (experiment, request) in experiments(exchange) {
                add(experiment.as_str(), &request, &mut out);
            }
        }
    }
    if arguments.cache
        && let Some(first) = exchanges.first()
    {
        for (_, request) in of_page(arguments, first) {
            add("the first page again", &request, &mut out);
        }
    }
    if arguments.attack
        && let Some(first) = exchanges.first()
    {
        let number = attack_origins(&first.page, &first.request.url).len();
        count += number;
        out.push_str(&format!(
            "{number} requests like `foreign-origin`, each with an origin that an attacker could use\n"
        ));
    }
    out.push_str(&format!(
        "\n{count} {} at most, not counting redirects: a browser follows up to 20 for the page, each with a preflight if it \
         needs one\n",
        if count == 1 { "request" } else { "requests" }
    ));
    out
}

/// The requests that a browser sends for a page, before any redirect.
fn of_page(arguments: &Arguments, exchange: &Exchange) -> Vec<(&'static str, SentRequest)> {
    let Some(first) = Session::new(exchange.clone()).next_request() else { return Vec::new() };
    if !first.is_preflight {
        return vec![("the page", first)];
    }
    let request = after_preflight(exchange, &first).filter(|request| may_send(request, arguments.send));
    let request = request.map(|request| ("the page, if the preflight passes", request));
    [("the page, preflight", first)].into_iter().chain(request).collect()
}

/// The request behind a preflight that passes.
fn after_preflight(exchange: &Exchange, preflight: &SentRequest) -> Option<SentRequest> {
    let mut session = Session::new(exchange.clone());
    let get = |name: &[u8]| preflight.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    session.respond(Answer::Response {
        status: 204,
        headers: corsac::explain::passing_preflight(
            exchange,
            &get(b"access-control-request-headers").unwrap_or_default(),
        ),
    });
    session.next_request()
}

/// The URL without secrets.
pub(super) fn shown_url(request: &SentRequest) -> String {
    redacted(request).request.url
}

/// The headers without secrets.
pub(super) fn shown_headers(request: &SentRequest) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| printable(&bytes.iter().copied().map(char::from).collect::<String>());
    redacted(request).request.headers.iter().map(|(name, value)| (text(name), text(value))).collect()
}

fn redacted(request: &SentRequest) -> Exchange {
    let mut exchange = Exchange::new("null", &request.url);
    exchange.request.headers = request.headers.clone();
    exchange.redacted()
}
