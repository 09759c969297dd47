//! Responses as text: header lines, the output of `curl -i` or `curl -v`, what developer tools copy.

use crate::browser::{Answer, Exchange, HeaderLines, Hop};
use crate::capture::captured::{CaptureNote, Captured, CapturedRequest, header_line};
use crate::capture::known::Known;
use crate::capture::paste_error::PasteError;

/// An HTTP message.
#[derive(Debug)]
enum Message {
    Request(CapturedRequest),
    Response(u16, HeaderLines),
}

/// Reads HTTP messages; none if the text is something else.
pub(crate) fn read(text: &str, known: &Known<'_>) -> Result<Option<Captured>, PasteError> {
    let messages = messages(text);
    if messages.is_empty() {
        return Ok(None);
    }
    let mut captured = Captured::default();
    let mut exchange: Option<Exchange> = None;
    let mut request: Option<CapturedRequest> = None;
    let mut is_hop = false;
    for message in messages {
        match message {
            Message::Request(mut next) => {
                if let Some(url) = known.url {
                    url.clone_into(&mut next.url);
                }
                request = Some(next);
            }
            Message::Response(status, headers) => {
                // 100 and 103 come before the response.
                if status < 200 && status != 101 {
                    continue;
                }
                let is_preflight = request.as_ref().is_some_and(|request| request.seen().is_preflight());
                if exchange.is_none() {
                    let known_url = known.url.unwrap_or(CaptureNote::UrlUnknown.example()).to_owned();
                    let asked = request.take().unwrap_or_else(|| CapturedRequest {
                        url: known_url,
                        method: "GET".to_owned(),
                        ..CapturedRequest::default()
                    });
                    if known.url.is_none() && asked.url == CaptureNote::UrlUnknown.example() {
                        captured.note(CaptureNote::UrlUnknown);
                    }
                    exchange = Some(asked.exchange(known, &mut captured));
                }
                let Some(exchange) = exchange.as_mut() else { continue };
                let answer = Answer::Response { status, headers };
                if is_hop || exchange.hops.is_empty() {
                    exchange.hops.push(Hop::default());
                }
                if let Some(hop) = exchange.hops.last_mut() {
                    *(if is_preflight { &mut hop.preflight } else { &mut hop.response }) = answer;
                }
                is_hop = !is_preflight && (300..400).contains(&status);
                request = None;
            }
        }
    }
    match exchange {
        Some(exchange) => captured.exchanges.push(exchange),
        None => {
            // A request without a response, as developer tools show it.
            let Some(request) = request else { return Ok(None) };
            captured.is_request_only = true;
            let exchange = request.exchange(known, &mut captured);
            captured.exchanges.push(exchange);
        }
    }
    Ok(Some(captured))
}

fn messages(text: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut is_body = false;
    let mut loose: HeaderLines = Vec::new();
    let mut others = 0_usize;
    for line in text.lines() {
        let line = line.trim_end();
        // `curl -v` marks what it sends and receives.
        let line = line.strip_prefix("< ").or_else(|| line.strip_prefix("> ")).unwrap_or(line);
        if let Some(message) = first_line(line) {
            messages.push(message);
            is_body = false;
            continue;
        }
        if line.trim().is_empty() || matches!(line, "<" | ">") {
            is_body = matches!(messages.last(), Some(Message::Response(..)));
            continue;
        }
        if is_body || line.starts_with("* ") {
            continue;
        }
        let Some((name, value)) = header_line(line.trim_start()) else {
            others += 1;
            continue;
        };
        match messages.last_mut() {
            Some(Message::Request(request)) => request.headers.push((name, value)),
            Some(Message::Response(_, headers)) => headers.push((name, value)),
            None => loose.push((name, value)),
        }
    }
    for message in &mut messages {
        if let Message::Request(request) = message {
            complete(request);
        }
    }
    if messages.is_empty() && loose.iter().any(is_of_http) && others <= loose.len() {
        messages.push(of_loose(loose));
    }
    messages
}

/// Whether a line that has a colon is most likely a header.
fn is_of_http((name, _): &(Vec<u8>, Vec<u8>)) -> bool {
    const NAMES: [&str; 10] = [
        "content-type",
        "content-length",
        "date",
        "server",
        "vary",
        "cache-control",
        "location",
        "set-cookie",
        ":status",
        ":method",
    ];
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    name.starts_with("access-control-") || NAMES.contains(&name.as_str())
}

/// `HTTP/1.1 200 OK`, or `GET /items HTTP/1.1`.
fn first_line(line: &str) -> Option<Message> {
    let mut words = line.split_ascii_whitespace();
    let (first, second, third) = (words.next()?, words.next()?, words.next());
    if first.starts_with("HTTP/") {
        return Some(Message::Response(second.parse().ok().filter(|status| (100..1000).contains(status))?, Vec::new()));
    }
    let is_request = third?.starts_with("HTTP/") && first.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    is_request.then(|| {
        Message::Request(CapturedRequest {
            url: second.to_owned(),
            method: first.to_owned(),
            ..CapturedRequest::default()
        })
    })
}

/// The URL of a request comes from its target and its host.
fn complete(request: &mut CapturedRequest) {
    if request.url.contains("://") {
        return;
    }
    let host = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"host"));
    let host =
        host.map_or_else(|| "server.example".to_owned(), |(_, value)| String::from_utf8_lossy(value).into_owned());
    request.url = format!("https://{host}{}", request.url);
}

/// Header lines without a first line: those of a request if its pseudo-headers are among them, or otherwise those of a
/// response, whose status may be in a pseudo-header.
fn of_loose(lines: HeaderLines) -> Message {
    let get = |name: &str| {
        let line = lines.iter().find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        line.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    if let (Some(method), Some(path), Some(authority)) = (get(":method"), get(":path"), get(":authority")) {
        let scheme = get(":scheme").unwrap_or_else(|| "https".to_owned());
        let url = format!("{scheme}://{authority}{path}");
        return Message::Request(CapturedRequest { url, method, headers: lines, ..CapturedRequest::default() });
    }
    let status = get(":status").or_else(|| get("status")).and_then(|status| status.split(' ').next()?.parse().ok());
    let headers = lines.into_iter().filter(|(name, _)| !name.starts_with(b":")).collect();
    Message::Response(status.filter(|status| (200..600).contains(status)).unwrap_or(200), headers)
}
