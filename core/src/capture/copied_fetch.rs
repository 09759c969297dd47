//! A call to `fetch()` as developer tools copy it: a URL, and an object that is JSON.

use crate::browser::Credentials;
use crate::browser::octets::latin1_bytes;
use crate::capture::captured::{Captured, CapturedRequest};
use crate::capture::known::Known;
use crate::capture::paste_error::PasteError;
use serde_json::Value;

/// The arguments of the call in a text; none if it is something else.
pub(crate) fn call(text: &str) -> Option<&str> {
    let text = text.strip_prefix("await ").unwrap_or(text);
    let arguments = text.strip_prefix("fetch(")?;
    Some(arguments.trim_end().trim_end_matches(';').trim_end().strip_suffix(')').unwrap_or(arguments))
}

pub(crate) fn read(arguments: &str, known: &Known<'_>) -> Result<Captured, PasteError> {
    let wrong = || {
        PasteError::new(
            "the call to `fetch()` cannot be read",
            "in the browser's network panel: right-click the request, Copy, Copy as cURL",
        )
    };
    let list: Value = serde_json::from_str(&format!("[{arguments}]")).map_err(|_| wrong())?;
    let url = list.get(0).and_then(Value::as_str).filter(|url| url.contains("://")).ok_or_else(wrong)?;
    let options = list.get(1).cloned().unwrap_or_default();
    let word = |name: &str| options.get(name).and_then(Value::as_str);
    let mut request = CapturedRequest {
        url: url.to_owned(),
        method: word("method").unwrap_or("GET").to_owned(),
        has_body: options.get("body").is_some_and(|body| !body.is_null()),
        ..CapturedRequest::default()
    };
    let headers = options.get("headers").and_then(Value::as_object).into_iter().flatten();
    request.headers =
        headers.filter_map(|(name, value)| Some((name.clone().into_bytes(), latin1_bytes(value.as_str()?)))).collect();
    if let Some(referrer) = word("referrer") {
        request.headers.push((b"referer".to_vec(), latin1_bytes(referrer)));
    }
    let mut captured = Captured { is_request_only: true, ..Captured::default() };
    let mut exchange = request.exchange(known, &mut captured);
    let credentials = Credentials::ALL.iter().copied().find(|mode| word("credentials") == Some(mode.as_str()));
    if !known.credentials {
        exchange.request.credentials = credentials;
    }
    captured.exchanges.push(exchange);
    Ok(captured)
}
