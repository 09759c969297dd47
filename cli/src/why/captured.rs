//! Requests that were captured, and what came back.

use crate::exchange_arguments::latin1;
use crate::failure::Failure;
use crate::why::known::Known;
use corsac::browser::{Credentials, Exchange, HeaderLines, SeenRequest};

/// The page where nothing names it.
pub(super) const ANY_PAGE: &str = "https://page.example";
/// The URL where nothing names it.
pub(super) const ANY_URL: &str = "https://server.example/";

/// What was read of a capture.
#[derive(Debug, Default)]
pub(super) struct Captured {
    /// Each request with its answers, secrets included.
    pub(super) exchanges: Vec<Exchange>,
    /// What the reader should know about how it was read.
    pub(super) notes: Vec<String>,
    /// No response is part of what was pasted.
    pub(super) is_request_only: bool,
}

/// A request that was captured: its parts belong to it.
#[derive(Clone, Debug, Default)]
pub(super) struct CapturedRequest {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: HeaderLines,
    pub(super) has_body: bool,
    /// The page that the capture names elsewhere.
    pub(super) page: Option<String>,
}

impl CapturedRequest {
    pub(super) fn seen(&self) -> SeenRequest<'_> {
        SeenRequest { url: &self.url, method: &self.method, headers: &self.headers, has_body: self.has_body }
    }

    /// The exchange without answers. The page comes from the options, then from the capture; if neither has it, one is made
    /// up, and a note says so.
    pub(super) fn exchange(&self, known: &Known<'_>, notes: &mut Vec<String>) -> Exchange {
        let named = known.page.map(str::to_owned).or_else(|| self.seen().page()).or_else(|| self.page.clone());
        let page = named.unwrap_or_else(|| {
            let note = format!(
                "nothing here names the page that makes the request, so `{ANY_PAGE}` is used: name yours with `--from`"
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
            ANY_PAGE.to_owned()
        });
        let mut exchange = self.seen().exchange(Some(&page)).unwrap_or_else(|| Exchange::new(&page, &self.url));
        if known.credentials {
            exchange.request.credentials = Some(Credentials::Include);
        }
        exchange
    }
}

/// The exchange as it is explained: within all bounds, and without secrets.
pub(super) fn checked(exchange: &Exchange) -> Result<Exchange, Failure> {
    Exchange::from_json(exchange.to_json().as_bytes()).map_err(|error| Failure::of_exchange(&error, |_| String::new()))
}

/// A line `Name: value`, as bytes. Characters beyond Latin-1 become UTF-8.
pub(super) fn header_line(line: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    // The pseudo-headers of HTTP/2 begin with a colon.
    let (name, value) = match line.strip_prefix(':') {
        Some(rest) => rest.split_once(':').map(|(name, value)| (format!(":{name}"), value)),
        None => line.split_once(':').map(|(name, value)| (name.to_owned(), value)),
    }?;
    let name = name.trim();
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"(),/;<=>?@[\\]{}".contains(&byte));
    is_name.then(|| (name.as_bytes().to_vec(), latin1(value.trim())))
}
