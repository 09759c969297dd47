//! The requests and responses as a HAR file.
//!
//! Source: the HTTP Archive format, version 1.2.

use crate::network::client::Sent;
use crate::probe::plan::{shown_headers, shown_url};
use corsac::browser::{Answer, Exchange, Hop};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Writes the file. Bodies are not kept.
pub(super) fn written(sent: &[Sent]) -> String {
    let entries: Vec<Value> = sent.iter().map(entry).collect();
    let file = json!({"log": {
        "version": "1.2",
        "creator": {"name": "corsac", "version": env!("CARGO_PKG_VERSION")},
        "entries": entries,
    }});
    format!("{file:#}\n")
}

fn entry(sent: &Sent) -> Value {
    let pair = |(name, value): (String, String)| json!({"name": name, "value": value});
    let headers = |headers: Vec<(String, String)>| headers.into_iter().map(pair).collect::<Vec<_>>();
    let mut response = json!({
        "status": sent.answer.status().unwrap_or_default(), "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": headers(answer_headers(&sent.answer)), "content": {"size": 0, "mimeType": ""}, "redirectURL": "",
        "headersSize": -1, "bodySize": -1,
    });
    if let (Answer::Failed(error), Some(fields)) = (&sent.answer, response.as_object_mut()) {
        fields.insert("_error".to_owned(), json!(chromium_error(error.as_str())));
    }
    json!({
        "startedDateTime": date(sent.at), "time": sent.milliseconds, "comment": sent.purpose,
        "request": {
            "method": sent.request.method, "url": shown_url(&sent.request), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": headers(shown_headers(&sent.request)), "queryString": [], "headersSize": -1, "bodySize": -1,
        },
        "response": response,
        "cache": {}, "timings": {"send": 0, "wait": sent.milliseconds, "receive": 0},
    })
}

/// The word that Chromium's HAR files use.
fn chromium_error(error: &str) -> &'static str {
    match error {
        "dns" => "net::ERR_NAME_NOT_RESOLVED",
        "tls" => "net::ERR_CERT_INVALID",
        "timeout" => "net::ERR_TIMED_OUT",
        "incomplete" => "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
        _ => "net::ERR_CONNECTION_FAILED",
    }
}

/// The headers of a response without secrets.
pub(super) fn answer_headers(answer: &Answer) -> Vec<(String, String)> {
    let mut exchange = Exchange::new("null", "https://server.example/");
    exchange.hops = vec![Hop { preflight: Answer::Unknown, response: answer.clone() }];
    let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
    let exchange = exchange.redacted();
    let lines = exchange.hops.first().map(|hop| hop.response.headers()).unwrap_or_default();
    lines.iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// A time as ISO 8601 writes it, in UTC.
fn date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // The number of days in the proleptic Gregorian calendar, with years that begin in March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::date;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(date(UNIX_EPOCH + Duration::from_millis(951_782_400_007)), "2000-02-29T00:00:00.007Z");
        assert_eq!(date(UNIX_EPOCH + Duration::from_secs(1_798_761_599)), "2026-12-31T23:59:59.000Z");
    }
}
