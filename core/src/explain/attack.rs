//! Origins that attackers send to find weak servers, and caches that give one page's response to another.

use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use crate::browser::header_lines::values;
use crate::browser::octets::latin1;
use crate::browser::url::Url;
use crate::explain::experiment::{Experiment, Observation};
use crate::printable::printable;

/// The headers of a preflight's response that allows the request of an exchange.
#[must_use]
pub fn passing_preflight(exchange: &Exchange, names: &[u8]) -> HeaderLines {
    let line = |name: &str, value: &[u8]| (name.as_bytes().to_vec(), value.to_vec());
    vec![
        line("access-control-allow-origin", exchange.page.as_bytes()),
        line("access-control-allow-credentials", b"true"),
        line("access-control-allow-methods", exchange.request.method.to_ascii_uppercase().as_bytes()),
        line("access-control-allow-methods", exchange.request.method.as_bytes()),
        line("access-control-allow-headers", names),
    ]
}

/// Origins that careless comparisons let through. A server that trusts the page has no reason to allow any of them.
///
/// A client can send each of them in one header. `url` is a URL of the server.
#[must_use]
pub fn attack_origins(page: &str, url: &str) -> Vec<String> {
    let mut found: Vec<String> =
        ["https://evil.example", "null", "NULL", "https://localhost.evil.example", "file://", "*"]
            .iter()
            .map(|origin| (*origin).to_owned())
            .collect();
    let hosts = [Url::parse(page, None), Url::parse(url, None)].into_iter().flatten().map(|url| url.host);
    for host in hosts.filter(|host| host.contains('.') && !host.starts_with('[')) {
        let first = host.get(1..).unwrap_or_default();
        let one_dot = host.replacen('.', "x", 1);
        let all_dots = host.replace('.', "x");
        found.extend([
            format!("https://{host}.evil.example"),
            format!("https://evil{host}"),
            format!("https://evil-{host}"),
            format!("https://{first}"),
            format!("https://{one_dot}"),
            format!("https://{all_dots}.evil.example"),
            format!("https://evil.example/{host}"),
            format!("https://evil.example/.{host}"),
            format!("https://evil.example?{host}"),
            format!("https://evil.example#{host}"),
            format!("https://{host}@evil.example"),
            format!("https://user@{host}"),
            format!("https://{host}:0"),
            format!("https://{host}:65536"),
            format!("https://{host}/"),
            format!("https://{host}."),
            format!("https://..{host}"),
            format!("https://{host}, https://evil.example"),
            format!("https://evil.example https://{host}"),
        ]);
        for c in [
            "_", "-", "\"", "{", "}", "+", "^", "%60", "!", "~", "`", ";", "|", "&", "'", "(", ")", "*", "$", "=",
            "%0b",
        ] {
            found.push(format!("https://{host}{c}.evil.example"));
        }
    }
    let mut known = Vec::new();
    found.retain(|origin| {
        origin != page && !known.contains(origin) && {
            known.push(origin.clone());
            true
        }
    });
    found
}

/// Reports which of the origins a server allows.
#[must_use]
pub fn observe_attacks(answers: &[(String, Answer)], is_credentialed: bool) -> Vec<Observation> {
    let allowed: Vec<&str> =
        answers.iter().filter(|(origin, answer)| allows(answer, origin)).map(|(origin, _)| origin.as_str()).collect();
    if allowed.is_empty() {
        return Vec::new();
    }
    let credentials = answers.iter().any(|(origin, answer)| {
        let lines: Vec<&[u8]> = values(answer.headers(), "access-control-allow-credentials").collect();
        allows(answer, origin) && lines == [b"true"]
    });
    let shown: Vec<String> = allowed.iter().take(8).map(|origin| format!("`{}`", printable(origin))).collect();
    let with = if credentials || is_credentialed { ", with credentials" } else { "" };
    vec![Observation {
        experiment: Experiment::AttackOrigins,
        is_risk: true,
        message: format!(
            "the server allows {} of {} origins that attackers would use{with}: {}{}",
            allowed.len(),
            answers.len(),
            shown.join(", "),
            if allowed.len() > shown.len() { " and others" } else { "" }
        ),
        help: "compare `Origin` as a whole with a list; a prefix, a suffix or a regex without `^`, `$` and `\\.` lets others through"
            .to_owned(),
    }]
}

/// Whether the response allows this origin in particular. `*` allows every origin, which does not help an attacker.
fn allows(answer: &Answer, origin: &str) -> bool {
    let lines: Vec<String> = values(answer.headers(), "access-control-allow-origin").map(latin1).collect();
    origin != "*" && lines == [origin]
}

/// Reports pages that got a response which was made for another page of the list.
#[must_use]
pub fn observe_cache(exchanges: &[Exchange]) -> Vec<Observation> {
    let mut found = Vec::new();
    for exchange in exchanges {
        let answers = exchange.hops.iter().flat_map(|hop| [&hop.preflight, &hop.response]);
        for value in answers.flat_map(|answer| values(answer.headers(), "access-control-allow-origin")) {
            let value = latin1(value);
            let is_of_another = exchanges.iter().any(|other| other.page == value && other.page != exchange.page);
            let message = format!(
                "`{}` got the response that was made for `{}`: a cache keeps one response for all origins, or the server sends \
                 a fixed origin",
                printable(&exchange.page),
                printable(&value)
            );
            // The same message can come from a page's preflight and its request, or from both requests of the first
            // page.
            if is_of_another && !found.iter().any(|seen: &Observation| seen.message == message) {
                found.push(Observation {
                    experiment: Experiment::TwoPages,
                    is_risk: true,
                    message,
                    help: "send `Vary: Origin` with every response for this URL, and have the cache use `Origin` in its key"
                        .to_owned(),
                });
            }
        }
    }
    found
}
