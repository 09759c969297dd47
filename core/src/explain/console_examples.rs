//! Every sentence of the catalogue as a console prints it, with values that look real: for documentation.

use crate::browser::agent::Engine;
use crate::browser::console::{
    CHROMIUM_PREFLIGHT, FIREFOX_PREFIX, chromium_line, is_alone_in_chromium, is_check_of_preflight,
};
use crate::browser::sentences::{Problem, SENTENCES};
use crate::explain::console_wordings::WORDINGS;
use crate::tokens::is_token;

const URL: &str = "https://api.example.com/items/7";
const PAGE: &str = "https://app.example.com";

/// A sentence of the catalogue, with values that look real.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleExample {
    /// The engine that prints it today: `chromium`, `firefox` or `webkit`. None for sentences of older versions, names of
    /// errors, and sentences that several engines print.
    pub engine: Option<&'static str>,
    /// A short name, which stays the same while the sentence does.
    pub name: String,
    /// The sentence, without the beginning that is the same for all sentences of the engine.
    pub sentence: String,
    /// The line of the console, which [`read_console`](crate::explain::read_console) reads.
    pub line: String,
}

/// Every sentence that [`read_console`](crate::explain::read_console) knows, in the order of the catalogue: those that
/// current engines print, and then the others.
///
/// ```
/// use corsac::explain::{console_examples, read_console};
///
/// for example in console_examples() {
///     assert!(!read_console(&example.line).is_empty(), "{}", example.line);
/// }
/// ```
#[must_use]
pub fn console_examples() -> Vec<ConsoleExample> {
    let mut examples: Vec<ConsoleExample> = Vec::new();
    for (problem, templates) in SENTENCES {
        for (engine, template) in Engine::ALL.iter().zip(templates).filter(|(_, template)| !template.is_empty()) {
            if is_repeated(*problem, *engine, template) {
                continue;
            }
            examples.push(of_sentence(*problem, *engine, template, ""));
            if *engine == Engine::Chromium && is_check_of_preflight(*problem) && !is_only_of_preflight(*problem) {
                examples.push(of_sentence(*problem, *engine, template, CHROMIUM_PREFLIGHT));
            }
        }
    }
    for (wording, _) in WORDINGS {
        let example = of_wording(wording);
        // A wording with several meanings is in the table several times.
        if examples.last().is_none_or(|last| last.name != example.name) {
            examples.push(example);
        }
    }
    examples
}

/// Whether the engine's sentence is shown for another problem. If an engine prints one sentence both for a header that
/// names another origin and for a value that is not an origin, the sentence is shown for the first of these problems,
/// because that one is more frequent.
fn is_repeated(problem: Problem, engine: Engine, template: &str) -> bool {
    let same = |(other, templates): &&(Problem, [&str; 3])| {
        let own = Engine::ALL.iter().zip(templates).find(|(other, _)| **other == engine);
        *other != Problem::Invalid && own.is_some_and(|(_, other)| *other == template)
    };
    SENTENCES.iter().find(same).is_some_and(|(first, _)| *first != problem)
}

fn is_only_of_preflight(problem: Problem) -> bool {
    matches!(problem, Problem::PreflightStatus | Problem::PreflightRedirect)
}

fn of_sentence(problem: Problem, engine: Engine, template: &str, twin: &str) -> ConsoleExample {
    let filled = fill(template, problem);
    let url = value("url", problem);
    let (sentence, line) = match engine {
        Engine::Chromium => {
            let sentence = if is_only_of_preflight(problem) {
                format!("{CHROMIUM_PREFLIGHT}{filled}")
            } else {
                format!("{twin}{filled}")
            };
            let redirected = format!(" (redirected from '{URL}')");
            let line = match problem {
                _ if is_alone_in_chromium(problem) => sentence.clone(),
                Problem::RedirectScheme | Problem::RedirectFtp => {
                    chromium_line("fetch", value("location", problem), &redirected, PAGE, &sentence)
                }
                _ => chromium_line("fetch", url, "", PAGE, &sentence),
            };
            (sentence, line)
        }
        Engine::Firefox
            if template.contains(')') && !template.starts_with("Redirecting") && !template.starts_with("The ") =>
        {
            let dot = if filled.ends_with('.') { "" } else { "." };
            let sentence = format!("(Reason: {filled}{dot}");
            let line = match problem {
                Problem::AnyOrigin => format!("{FIREFOX_PREFIX} ‘{url}’. {sentence}"),
                Problem::RedirectScheme => format!("{FIREFOX_PREFIX} {}. {sentence}", value("location", problem)),
                _ => format!("{FIREFOX_PREFIX} {url}. {sentence}"),
            };
            (sentence, line)
        }
        Engine::WebKit if is_only_of_redirects(problem) => {
            let to = value("location", problem);
            let line =
                format!("Cross-origin redirection to {to} denied by Cross-Origin Resource Sharing policy: {filled}");
            (line.clone(), line)
        }
        _ => (filled.clone(), filled),
    };
    let preflight = if twin.is_empty() { "" } else { "preflight-" };
    let name = format!("{}-{preflight}{}", engine.as_str(), kebab(&format!("{problem:?}")));
    ConsoleExample { engine: Some(engine.as_str()), name, sentence, line }
}

fn is_only_of_redirects(problem: Problem) -> bool {
    matches!(problem, Problem::RedirectUser | Problem::RedirectScheme | Problem::RedirectUrl)
}

/// The values of placeholders.
fn value(placeholder: &str, problem: Problem) -> &'static str {
    match (placeholder, problem) {
        ("status", Problem::PreflightStatus) => "401",
        ("status", Problem::Other) => "404",
        ("status", _) => "200",
        ("value", Problem::Several) => "https://app.example.com, *",
        ("value", Problem::Invalid) => "app.example.com",
        ("value", Problem::NoCredentials) => "",
        ("value" | "element", Problem::MethodList) => "GET; PUT",
        ("value" | "element", Problem::HeaderList) => "X-Id; X-Name",
        ("value", _) => "https://www.example.com",
        ("element", Problem::Method) => "DELETE",
        ("element", _) => "content-type",
        ("title", _) => "Content-Type",
        ("scheme", _) => "file",
        ("fetch", _) => " Have the server send the header with a valid value.",
        ("sent" | "page", _) => PAGE,
        ("page_url", _) => "https://app.example.com/",
        ("location", Problem::RedirectUser) => "https://user:password@api.example.com/items/7",
        ("location", Problem::RedirectData) => "data:text/plain,hello",
        ("location", Problem::RedirectScheme | Problem::RedirectUrl) => "app://items/7",
        ("location", _) => "https://login.example.com/",
        ("url", Problem::MixedContent) => "http://api.example.com/items/7",
        ("url", Problem::Scheme) => "file:///home/me/items.json",
        ("url", _) => URL,
        _ => "",
    }
}

fn fill(template: &str, problem: Problem) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(value(name, problem));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Sentences of which the catalogue has only a piece, because the rest differs between versions. Each piece comes with
/// the whole sentence as a console prints it; a `~` in it stands for the piece.
const WHOLE: &[(&str, &str)] = &[
    (
        "Cross origin requests are only supported for protocol schemes:",
        "~ http, data, chrome, chrome-extension, https.",
    ),
    ("The request client is not a secure context and the resource is in more-private address space", "~ `local`."),
    (
        "Permission was denied for this request to access the `{value}` address space",
        "Permission was denied for this request to access the `loopback` address space.",
    ),
    (
        "When the 'Access-Control-Allow-Headers' is '*', the 'Authorization' header is not covered",
        "~. To include the 'Authorization' header, it must be explicitly listed in CORS header 'Access-Control-Allow-Headers'",
    ),
    ("because the canvas has been tainted by cross-origin data", "Unable to get image data from canvas ~."),
    ("Tainted canvases may not be exported", "SecurityError: Failed to execute 'toDataURL' on 'HTMLCanvasElement': ~."),
    ("Fetch API cannot load {url}. SRI's integrity checks failed", "~."),
    (
        "Failed to find a valid digest in the 'integrity' attribute for resource '{url}'",
        "~ with computed SHA-384 integrity 'oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K'. The resource has been blocked.",
    ),
    ("hashes in the integrity attribute match the content of the subresource at \"{url}\"", "None of the “sha384” ~."),
    ("Failed integrity metadata check", "Cannot load script https://cdn.example.com/app.js. ~."),
    ("ERR_CONNECTION_", "net::ERR_CONNECTION_REFUSED"),
    ("ERR_CONNECTION_TIMED_OUT", "net::~"),
    ("ERR_CERT_", "net::ERR_CERT_AUTHORITY_INVALID"),
    ("ERR_SSL_", "net::ERR_SSL_PROTOCOL_ERROR"),
    ("SEC_ERROR_", "SEC_ERROR_UNKNOWN_ISSUER"),
    ("ERR_CONTENT_LENGTH_", "net::ERR_CONTENT_LENGTH_MISMATCH"),
    ("ERR_INCOMPLETE_", "net::ERR_INCOMPLETE_CHUNKED_ENCODING"),
    ("ENOTFOUND", "getaddrinfo ~ api.example.com"),
    ("ECONNREFUSED", "connect ~ 127.0.0.1:8000"),
    ("Could not connect to {value}: Connection refused", "Could not connect to api.example.com: Connection refused"),
    (
        "Mixed Content: The page at '{page_url}' was loaded over HTTPS, but requested an insecure {value} '{url}'",
        "Mixed Content: The page at 'https://app.example.com/' was loaded over HTTPS, but requested an insecure XMLHttpRequest \
         endpoint 'http://api.example.com/items/7'. This request has been blocked; the content must be served over HTTPS.",
    ),
    ("CORS header 'Access-Control-Allow-Origin' missing", "(Reason: ~)."),
    ("CORS preflight response did not succeed", "(Reason: ~)."),
    ("CORS preflight channel did not succeed", "(Reason: ~)."),
    (
        "missing token '{element}' in CORS header 'Access-Control-Allow-Headers' from CORS preflight channel",
        "(Reason: ~).",
    ),
    ("CORS request did not succeed", "(Reason: ~). Status code: (null)."),
    ("CORS disabled", "(Reason: ~)."),
    ("CORS request not HTTP", "(Reason: ~)."),
    (
        "header '{element}' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response",
        "(Reason: ~)",
    ),
    ("Refused to set unsafe header \"{element}\"", "Refused to set unsafe header \"Cookie\""),
    ("Attempt to set a forbidden header was denied: {element}", "Attempt to set a forbidden header was denied: Cookie"),
    ("Fetch API cannot load {url} due to access control checks", "~."),
    ("XMLHttpRequest cannot load {url} due to access control checks", "~."),
    ("EventSource cannot load {url} due to access control checks", "~."),
    ("Cannot load image {url} due to access control checks", "~."),
    ("Cannot load script {url} due to access control checks", "~."),
    ("Beacon API cannot load {url}. ", "~Preflight response is not successful. Status code: 401"),
    ("Cross-origin script load denied by Cross-Origin Resource Sharing policy", "~."),
    (
        "Cross-origin redirection to {location} denied by Cross-Origin Resource Sharing policy",
        "~: Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 302",
    ),
    ("source URI is not allowed in this document: \"{url}\"", "<script> ~."),
    (
        "downloadable font: download failed",
        "~ (font-family: \"Inter\" style:normal weight:400 stretch:100 src index:0): bad URI or cross-site access not allowed",
    ),
    ("NetworkError when attempting to fetch resource", "TypeError: ~."),
    (
        "violates the following Content Security Policy directive",
        "Refused to connect to 'https://api.example.com/items/7' because it ~: \"connect-src 'self'\".",
    ),
    (
        "Content-Security-Policy: The page",
        "~’s settings blocked the loading of a resource (connect-src) at https://api.example.com/items/7 because it violates \
         the following directive: “connect-src 'self'”",
    ),
    (
        "Blocked a frame with origin",
        "SecurityError: ~ \"https://app.example.com\" from accessing a cross-origin frame.",
    ),
    (
        "X-Frame-Options",
        "The loading of “https://api.example.com/items/7” in a frame is denied by “~“ directive set to “DENY“.",
    ),
    ("Refused to display '{url}' in a frame", "~ because it set 'X-Frame-Options' to 'deny'."),
    ("WebSocket connection to '{url}' failed", "WebSocket connection to 'wss://api.example.com/live' failed:"),
    (
        "No '{element}' header was present in the preflight response for this private network request",
        "No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private network \
         request targeting the `local` address space.",
    ),
    ("Refused to get unsafe header \"{element}\"", "Refused to get unsafe header \"Content-Disposition\""),
    ("Some cookies are misusing the", "~ recommended “SameSite“ attribute"),
    (
        "because it has the \"SameSite=None\" attribute but is missing the \"secure\" attribute",
        "Cookie \"sid\" rejected ~.",
    ),
    (
        "because it had the \"SameSite=None\" attribute but did not have the \"Secure\" attribute",
        "This attempt to set a cookie via a Set-Cookie header was blocked ~, which is required in order to use \"SameSite=None\".",
    ),
    (
        "has been rejected because it is in a cross-site context",
        "Cookie \"sid\" ~ and its \"SameSite\" is \"Lax\" or \"Strict\".",
    ),
    (
        "came from a cross-site response which was not the response to a top-level navigation",
        "This Set-Cookie was blocked because it had the \"SameSite=Lax\" attribute but ~.",
    ),
    (
        "the request was made from a different site and was not initiated by a top-level navigation",
        "This cookie was blocked because it had the \"SameSite=Lax\" attribute and ~.",
    ),
    (
        "the server responded with a status of {status} (",
        "Failed to load resource: the server responded with a status of 500 (Internal Server Error)",
    ),
    ("Disallowed CORS ", "~origin"),
    (
        "allowedOrigins cannot contain the special value",
        "When allowCredentials is true, ~ \"*\" since that cannot be set on the \"Access-Control-Allow-Origin\" response header.",
    ),
    ("does not allow specifying a wildcard (any) origin", "The CORS protocol ~ and credentials at the same time."),
    ("CORS policy execution failed", "~."),
    ("is missing scheme or netloc", "Origin 'app.example.com' in CORS_ALLOWED_ORIGINS ~"),
    (
        "Cannot combine `Access-Control-Allow-Credentials: true` with",
        "Invalid CORS configuration: ~ `Access-Control-Allow-Origin: *`",
    ),
    ("CORS not enabled or no matching rule found", "~ for this request."),
    (
        "AADSTS9002326",
        "~: Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
    ),
    ("Origin checking failed", "~ - https://app.example.com does not match any trusted origins."),
    ("CSRF verification failed", "~. Request aborted."),
    ("CSRF token mismatch", "~."),
    ("didn't match request.base_url", "HTTP Origin header (https://app.example.com) ~ (http://api.example.com)"),
    ("does not match origin", "host api.example.com ~ https://app.example.com; blocking request"),
    ("Blocked request. This host", "~ (\"api.example.com\") is not allowed."),
    ("Blocked cross-origin request from", "~ app.example.com to /_next/* resource."),
];

fn of_wording(wording: &'static str) -> ConsoleExample {
    let whole = WHOLE.iter().find(|(other, _)| *other == wording).map(|(_, whole)| *whole);
    let filled = fill(wording, Problem::Other);
    let is_error_name = wording.starts_with("ERR_");
    let sentence = match whole {
        Some(whole) => whole.replace('~', &filled),
        None if is_error_name => format!("net::{filled}"),
        None => filled,
    };
    let line = if sentence.starts_with("(Reason: ") {
        format!("{FIREFOX_PREFIX} {URL}. {sentence}")
    } else if sentence.starts_with("net::") {
        format!("GET {URL} {sentence}")
    } else if wording.starts_with("When the ") {
        format!(
            "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at {URL} soon. \
             (Reason: {sentence})."
        )
    } else if is_chromium_reason(wording) {
        chromium_line("fetch", URL, "", PAGE, &sentence)
    } else {
        sentence.clone()
    };
    ConsoleExample { engine: None, name: name_of(&sentence), sentence, line }
}

/// Whether the wording is a reason that Chromium gives after "has been blocked by CORS policy".
fn is_chromium_reason(wording: &str) -> bool {
    [
        "Cross origin requests are only",
        "The request client is not",
        "Permission was denied",
        "No '{element}' header was",
    ]
    .iter()
    .any(|beginning| wording.starts_with(beginning))
}

/// A short name made of the first words of a sentence.
fn name_of(sentence: &str) -> String {
    const MOST_WORDS: usize = 8;
    let sentence = &sentence.replace(URL, "");
    let is_name = is_token(sentence.as_bytes());
    let text = if is_name { kebab(sentence) } else { sentence.to_ascii_lowercase() };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MOST_WORDS).collect::<Vec<_>>().join("-")
}

/// `CORSMissingAllowOrigin` as `cors-missing-allow-origin`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    let (mut before, mut rest) = ('A', name.chars().peekable());
    while let Some(c) = rest.next() {
        let ends_capitals = before.is_ascii_uppercase() && rest.peek().is_some_and(char::is_ascii_lowercase);
        if !out.is_empty() && c.is_ascii_uppercase() && (before.is_ascii_lowercase() || ends_capitals) {
            out.push('-');
        }
        before = c;
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{WHOLE, console_examples, of_wording};
    use crate::browser::sentences::SENTENCES;
    use crate::explain::console_sentence::{best, read_console};
    use crate::explain::console_template::{find, plain};
    use crate::explain::console_wordings::WORDINGS;
    use std::collections::BTreeSet;

    /// Whether this template is the best match at some place in the line.
    fn is_found(template: &'static str, line: &str) -> bool {
        let text = plain(line);
        let matches = best(&text);
        find(template, &text).iter().any(|found| matches.iter().any(|(other, ..)| other == found))
    }

    #[test]
    fn each_wording_is_found_in_its_example_and_so_is_each_sentence() {
        for (wording, _) in WORDINGS {
            let example = of_wording(wording);
            assert!(is_found(wording, &example.line), "{wording}: {}", example.line);
        }
        let examples = console_examples();
        for (_, templates) in SENTENCES {
            for template in templates.iter().filter(|template| !template.is_empty()) {
                assert!(examples.iter().any(|example| is_found(template, &example.line)), "{template}");
            }
        }
    }

    #[test]
    fn names_and_sentences_are_used_once() {
        let examples = console_examples();
        let names: BTreeSet<_> = examples.iter().map(|example| &example.name).collect();
        let sentences: BTreeSet<_> = examples.iter().map(|example| &example.sentence).collect();
        assert_eq!((names.len(), sentences.len()), (examples.len(), examples.len()));
        assert!(names.iter().all(|name| !name.is_empty() && name.len() < 80), "{names:?}");
    }

    #[test]
    fn a_line_is_read_as_the_sentence_in_it() {
        for example in console_examples() {
            assert!(example.line.contains(&example.sentence), "{}", example.line);
            let (line, alone) = (read_console(&example.line), read_console(&example.sentence));
            assert_eq!((line.len(), alone.len()), (1, 1), "{}\n{line:#?}\n{alone:#?}", example.line);
            assert_eq!(line[0].codes.first(), alone[0].codes.first(), "{}", example.sentence);
            assert!(line[0].engine == example.engine || example.engine.is_none(), "{}", example.line);
        }
    }

    #[test]
    fn each_whole_sentence_belongs_to_a_wording() {
        for (wording, whole) in WHOLE {
            assert!(WORDINGS.iter().any(|(other, _)| other == wording), "{wording}: {whole}");
        }
    }
}
