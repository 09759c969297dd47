//! Reading the text around a sentence from a console: the URL of the request, and its page.

use crate::browser::agent::Engine;
use crate::explain::console_template::Found;

/// The most bytes before and after a sentence that are read as its context.
const CONTEXT: usize = 6 * 1024;

/// What the text around a sentence says about it.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) page: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) engine: Option<Engine>,
    pub(crate) is_preflight: bool,
    pub(crate) has_credentials: bool,
}

impl Context {
    /// Reads the text around a sentence, as far as the sentence before it and the sentence after it.
    pub(crate) fn of(text: &str, found: &Found, before: usize, after: usize) -> Self {
        let head = within_end(text.get(before..found.start).unwrap_or_default(), CONTEXT);
        let tail = within(text.get(found.end..after).unwrap_or_default(), CONTEXT);
        let mut context = Context::default();
        // The context of a sentence begins at the last of these phrases.
        let head = match head.rfind("Cross-Origin Request ").or_else(|| head.rfind("Access to ")) {
            Some(start) => head.get(start..).unwrap_or_default(),
            None => head,
        };
        if head.starts_with("Access to ") || tail.contains("is therefore not allowed access") {
            context.engine = Some(Engine::Chromium);
        } else if head.starts_with("Cross-Origin Request ") {
            context.engine = Some(Engine::Firefox);
        }
        context.url = quoted(head, " at '").or_else(|| address(head, "remote resource at ")).or_else(|| {
            // Chromium up to version 72.
            address(head, "Failed to load ").or_else(|| address(head, " cannot load "))
        });
        context.url = context.url.filter(|url| url.contains("://"));
        let is_network_error = text.get(found.start..found.end).is_some_and(|name| name.starts_with("ERR_"));
        if context.url.is_none() && is_network_error {
            // `GET https://api.example.com/items net::ERR_FAILED 200 (OK)`
            context.url = head.split(' ').rfind(|word| word.starts_with("http")).map(str::to_owned);
        }
        context.page = quoted(head, " from origin '").or_else(|| quoted(tail, "Origin '"));
        context.location = address(head, "Cross-origin redirection to ");
        context.status = address(tail, "tatus code: ")
            .or_else(|| address(tail, "HTTP status code "))
            .and_then(|code| code.parse().ok());
        context.is_preflight = head.contains("preflight");
        context.has_credentials = head.contains("withCredentials") || tail.starts_with(" The credentials mode");
        context
    }
}

/// The text in quotation marks after the last occurrence of a phrase.
fn quoted(text: &str, before: &str) -> Option<String> {
    let (_, rest) = text.rsplit_once(before)?;
    let (value, _) = rest.split_once('\'')?;
    (!value.is_empty() && !value.contains(' ')).then(|| value.to_owned())
}

/// The word after the last occurrence of a phrase, without punctuation around it.
fn address(text: &str, before: &str) -> Option<String> {
    let (_, rest) = text.rsplit_once(before)?;
    let word = rest.trim_start_matches('\'').split(' ').next()?;
    let word = word.trim_end_matches(['.', ',', ':', ')', '\'', '"', '»']);
    (!word.is_empty()).then(|| word.to_owned())
}

/// The beginning of a text, with a maximum length in bytes.
pub(crate) fn within(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// The end of a text, with a maximum length in bytes.
fn within_end(text: &str, bytes: usize) -> &str {
    let least = text.len().saturating_sub(bytes);
    let start = (least..=text.len()).find(|start| text.is_char_boundary(*start)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}
