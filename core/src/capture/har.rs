//! A HAR file, as the network panel of a browser exports it, and exchanges that corsac saved.
//!
//! Source: the HTTP Archive format, version 1.2; fields that begin with `_` are Chromium's.

use crate::browser::octets::latin1_bytes;
use crate::browser::{Answer, Exchange, HeaderLines, Hop};
use crate::capture::captured::{Captured, CapturedRequest};
use crate::capture::known::Known;
use crate::capture::paste_error::PasteError;
use crate::explain::network_error;
use serde_json::Value;

/// The most entries that are examined.
const MOST_ENTRIES: usize = 20_000;

/// The most requests on the wire that belong to one request: the first, and the 20 redirects that browsers follow.
const MOST_HOPS: usize = 21;

/// A request of the file and its response.
#[derive(Debug)]
struct Entry {
    request: CapturedRequest,
    answer: Answer,
    location: Option<String>,
    is_used: bool,
}

pub(crate) fn read(text: &str, known: &Known<'_>) -> Result<Captured, PasteError> {
    let file: Value = serde_json::from_str(text).map_err(|error| {
        PasteError::new(
            format!("the JSON cannot be read: {error}"),
            "export the HAR file again, and pass the whole file",
        )
    })?;
    if file.get("request").is_some() {
        return saved_exchange(text);
    }
    let log = file.get("log");
    let entries = log.and_then(|log| log.get("entries")).and_then(Value::as_array).ok_or_else(|| {
        PasteError::new(
            "the JSON is neither a HAR file nor an exchange: it has no `log.entries` and no `request`",
            "in the browser's network panel, use the button that exports a HAR file",
        )
    })?;
    let pages = log.and_then(|log| log.get("pages")).and_then(Value::as_array);
    let mut entries: Vec<Entry> =
        entries.iter().take(MOST_ENTRIES).filter_map(|value| entry(value, pages.map(Vec::as_slice))).collect();
    let mut captured = Captured::default();
    for index in 0..entries.len() {
        if let Some(exchange) = exchange(index, &mut entries, known, &mut captured) {
            captured.exchanges.push(exchange);
        }
    }
    if captured.exchanges.is_empty() {
        return Err(PasteError::new(
            "the HAR file has no requests",
            "open the network panel, reload the page so that the request fails again, and then export the file",
        ));
    }
    Ok(captured)
}

/// An exchange as `corsac probe --save` writes it.
fn saved_exchange(text: &str) -> Result<Captured, PasteError> {
    match Exchange::from_json(text.as_bytes()) {
        Ok(exchange) => Ok(Captured { exchanges: vec![exchange], ..Captured::default() }),
        Err(error) => {
            let problem = error.problems().first().cloned();
            let (path, message, help) =
                problem.map_or_else(Default::default, |problem| (problem.path, problem.message, problem.help));
            Err(PasteError::new(format!("the JSON is not an exchange: {path}: {message}"), help))
        }
    }
}

fn entry(value: &Value, pages: Option<&[Value]>) -> Option<Entry> {
    let request = value.get("request")?;
    let response = value.get("response");
    let url = request.get("url")?.as_str()?;
    if !url.starts_with("http") {
        return None;
    }
    let page = value.get("pageref").and_then(|id| {
        let page = pages?.iter().find(|page| page.get("id") == Some(id))?;
        origin(page.get("title")?.as_str()?)
    });
    let headers = response.map(headers).unwrap_or_default();
    let status = response.and_then(|response| response.get("status")).and_then(Value::as_u64).unwrap_or_default();
    let error = response.and_then(|response| response.get("_error")).and_then(Value::as_str);
    let answer = match (u16::try_from(status).ok().filter(|status| (100..1000).contains(status)), error) {
        (Some(status), _) => Answer::Response { status, headers: headers.clone() },
        (None, Some(error)) => network_error(error).map_or(Answer::Unknown, Answer::Failed),
        (None, None) => Answer::Unknown,
    };
    let location = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"location"));
    Some(Entry {
        request: CapturedRequest {
            url: url.split('#').next().unwrap_or_default().to_owned(),
            method: request.get("method").and_then(Value::as_str).unwrap_or("GET").to_owned(),
            headers: self::headers(request),
            has_body: request.get("postData").is_some(),
            page,
        },
        answer,
        location: location.map(|(_, value)| value.iter().copied().map(char::from).collect()),
        is_used: false,
    })
}

fn headers(message: &Value) -> HeaderLines {
    let lines = message.get("headers").and_then(Value::as_array).into_iter().flatten();
    let line = |line: &Value| {
        let (name, value) = (line.get("name")?.as_str()?, line.get("value")?.as_str()?);
        // Chromium writes the lines of one name as one value with line feeds.
        Some(value.split('\n').map(|value| (latin1_bytes(name), latin1_bytes(value))).collect::<Vec<_>>())
    };
    lines.filter_map(line).flatten().collect()
}

/// The origin of a page, from its title: browsers write the page's address there.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty()).then(|| format!("{scheme}://{}", host.to_ascii_lowercase()))
}

/// The exchange that begins with an entry; none if the entry belongs to another.
fn exchange(index: usize, entries: &mut [Entry], known: &Known<'_>, captured: &mut Captured) -> Option<Exchange> {
    let first = entries.get(index).filter(|entry| !entry.is_used)?;
    // Requests that no page made have nothing to do with CORS: those for addresses that people type, and for a page's
    // own document.
    if known.page.is_none() && first.request.seen().page().is_none() && first.request.page.is_none() {
        return None;
    }
    if first.request.seen().is_preflight() {
        // Chromium lists a preflight after its request, Firefox before it.
        let is_its = |entry: &Entry| first.request.seen().is_preflight_of(&entry.request.seen());
        if entries.iter().skip(index).any(is_its) {
            return None;
        }
        let exchange = first.request.exchange(known, captured).answered(true, first.answer.clone());
        entries.get_mut(index)?.is_used = true;
        return Some(exchange);
    }
    let mut exchange = first.request.exchange(known, captured);
    let mut current = index;
    for _ in 0..MOST_HOPS {
        let preflight = preflight_of(current, entries);
        let answer = preflight.and_then(|preflight| {
            let preflight = entries.get_mut(preflight)?;
            preflight.is_used = true;
            Some(preflight.answer.clone())
        });
        let entry = entries.get_mut(current)?;
        entry.is_used = true;
        exchange.hops.push(Hop { preflight: answer.unwrap_or_default(), response: entry.answer.clone() });
        let Some(next) = redirected(current, entries) else { break };
        current = next;
    }
    Some(exchange)
}

/// The preflight of an entry: the nearest one before it or, if there is none, the nearest one after it.
fn preflight_of(index: usize, entries: &[Entry]) -> Option<usize> {
    let request = entries.get(index)?.request.seen();
    let is_its = |(_, entry): &(usize, &Entry)| !entry.is_used && entry.request.seen().is_preflight_of(&request);
    let before = entries.iter().enumerate().take(index).rev().find(is_its);
    before.or_else(|| entries.iter().enumerate().skip(index + 1).find(is_its)).map(|(index, _)| index)
}

/// The target of an entry's redirect.
fn redirected(index: usize, entries: &[Entry]) -> Option<usize> {
    let entry = entries.get(index)?;
    let location = entry
        .location
        .as_deref()
        .filter(|_| entry.answer.status().is_some_and(|status| (301..=308).contains(&status)))?;
    let location = location.split('#').next()?;
    let is_target = |entry: &Entry| {
        let is_same =
            entry.request.url == location || (location.starts_with('/') && entry.request.url.ends_with(location));
        !entry.is_used && is_same && !entry.request.seen().is_preflight()
    };
    entries.iter().enumerate().skip(index + 1).find(|(_, entry)| is_target(entry)).map(|(index, _)| index)
}
