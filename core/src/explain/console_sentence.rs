//! Reading what a console has printed: the sentences of three engines, as people paste them, and their meaning.

use crate::browser::agent::Engine;
use crate::browser::redact::redact_prose;
use crate::browser::sentences::{Problem, SENTENCES};
use crate::browser::words::NetworkError;
use crate::explain::console_codes::{is_of_preflight, likely};
use crate::explain::console_context::{Context, within};
use crate::explain::console_template::{Found, find, plain};
use crate::explain::console_wordings::{BEGINNINGS, HEADERS_IN_ANY_LANGUAGE, Meaning, WORDINGS};
use crate::explain::explanation::{Finding, NOT_CORS};
use crate::explain::messages::About;
use crate::explain::messages::console::{Facts, no_tls, of_code, of_network, of_problem, offline};
use crate::explain::topic::Topic;
use crate::issues::finding_code::FindingCode;
use crate::json_writer::JsonWriter;
use crate::printable::printable;

/// The longest text that is read, in bytes. The rest of a longer text is ignored.
const LONGEST_TEXT: usize = 256 * 1024;

/// The most sentences that are read.
const MOST_SENTENCES: usize = 100;

/// A sentence that a browser printed in its console, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleSentence {
    /// The engine that prints the sentence: `chromium`, `firefox` or `webkit`; none if several do.
    pub engine: Option<&'static str>,
    /// The sentence, without the text around it, and not more than its first 200 characters. Control characters are
    /// escaped.
    pub sentence: String,
    /// The findings that the sentence can mean, the likeliest first, because engines print one sentence for several
    /// causes. Empty if the cause is not CORS and has no code, or if the sentence only follows from another failure.
    pub codes: Vec<FindingCode>,
    /// Whether the cause is CORS. It is false for other failures that browsers wrongly call CORS.
    pub is_cors: bool,
    /// Whether the sentence says what went wrong. Some sentences only say that something went wrong.
    pub is_cause: bool,
    /// The meaning of the sentence.
    pub message: String,
    /// How to fix the cause.
    pub help: String,
    /// The origin of the page, if the sentence names it.
    pub page: Option<String>,
    /// The URL of the request, if the sentence names it.
    pub url: Option<String>,
    /// The method that was refused.
    pub method: Option<String>,
    /// The request header that was refused, in lower case.
    pub header: Option<String>,
    /// Whether the sentence shows that the request was made with credentials.
    pub has_credentials: bool,
    /// The section with the causes, on the page about failed requests.
    pub topic: Topic,
}

impl ConsoleSentence {
    /// The sentence as JSON text in snake_case, with every field. A value that the sentence does not contain is `null`.
    ///
    /// ```
    /// let sentences = corsac::explain::read_console("TypeError: Load failed");
    /// assert!(sentences[0].to_json().starts_with(r#"{"engine":null,"sentence":"TypeError: Load failed""#));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        out.object(|out| {
            out.key("engine").optional(self.engine);
            out.key("sentence").string(&self.sentence);
            out.key("is_cors").raw(self.is_cors);
            out.key("is_cause").raw(self.is_cause);
            out.key("codes").strings(self.codes.iter().map(|code| code.as_str()));
            out.key("message").string(&self.message);
            out.key("help").string(&self.help);
            out.key("page").optional(self.page.as_deref());
            out.key("url").optional(self.url.as_deref());
            out.key("method").optional(self.method.as_deref());
            out.key("header").optional(self.header.as_deref());
            out.key("has_credentials").raw(self.has_credentials);
            out.key("docs").string(&self.topic.docs());
        });
        out.finish()
    }
}

/// Reads what a console has printed: sentences of old and new versions of Chromium, Firefox and WebKit, with any text
/// around them, such as file names and line numbers. The result has the sentences in their order, without those that
/// only follow from an earlier failure. Secrets in URLs are replaced.
///
/// ```
/// use corsac::explain::read_console;
///
/// let found = read_console(
///     "app.js:12 Access to fetch at 'https://api.example.com/items' from origin 'https://app.example.com' has been \
///      blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
/// );
/// assert_eq!(found[0].codes[0].as_str(), "allow-origin-missing");
/// assert_eq!(found[0].page.as_deref(), Some("https://app.example.com"));
/// ```
#[must_use]
pub fn read_console(text: &str) -> Vec<ConsoleSentence> {
    let mut text = plain(within(text, LONGEST_TEXT));
    redact_prose(&mut text);
    let mut matches = best(&text);
    if matches.is_empty() {
        // People leave out the full stop.
        text.truncate(text.trim_end().len());
        text.push('.');
        matches = best(&text);
    }
    let mut sentences: Vec<ConsoleSentence> = Vec::new();
    for (index, (found, meanings, engine)) in matches.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| matches.get(index)).map_or(0, |(found, ..)| found.end);
        let after = matches.get(index + 1).map_or(text.len(), |(found, ..)| found.start);
        let mut context = Context::of(&text, found, before, after);
        // WebKit names the target of a redirect before the reason, in words that match as a sentence of their own.
        let earlier = index.checked_sub(1).and_then(|index| matches.get(index)).filter(|_| context.location.is_none());
        context.location = earlier
            .filter(|(_, meanings, _)| meanings.contains(&Meaning::Consequence))
            .and_then(|(earlier, ..)| earlier.value("location").map(str::to_owned))
            .or(context.location);
        sentences.push(sentence(found, meanings, *engine, &context, &text));
    }
    if sentences.is_empty() {
        sentences.extend(in_any_language(&text).or_else(|| without_reason(&text)));
    }
    give_urls(&mut sentences);
    without_consequences(sentences)
}

/// The kind of failure that an error's name means, such as Chromium's `net::ERR_NAME_NOT_RESOLVED`. None if it is
/// another text, or the name for a request that the browser blocked.
#[must_use]
pub fn network_error(text: &str) -> Option<NetworkError> {
    let meanings = best(&plain(within(text, LONGEST_TEXT))).into_iter().flat_map(|(_, meanings, _)| meanings);
    meanings.into_iter().find_map(|meaning| match meaning {
        Meaning::NoResponse(error) => Some(error),
        Meaning::NoTls => Some(NetworkError::Tls),
        Meaning::Offline => Some(NetworkError::Connection),
        _ => None,
    })
}

/// The possible meanings of a piece of text. There are several if an engine prints the same text for them.
type Matched = (Found, Vec<Meaning>, Option<Engine>);

/// The templates that fit best, without those that overlap a better one.
pub(crate) fn best(text: &str) -> Vec<Matched> {
    let mut all: Vec<Matched> = Vec::new();
    for (problem, templates) in SENTENCES {
        for (engine, template) in Engine::ALL.iter().zip(templates).filter(|(_, template)| !template.is_empty()) {
            all.extend(
                find(template, text).into_iter().map(|found| (found, vec![Meaning::Problem(*problem)], Some(*engine))),
            );
        }
    }
    for (template, meaning) in WORDINGS {
        all.extend(find(template, text).into_iter().map(|found| (found, vec![*meaning], None)));
    }
    // A match is better if more of its text comes from the template. Of equal matches, the first in the tables is
    // chosen.
    all.sort_by_key(|(found, ..)| std::cmp::Reverse(found.literal));
    let mut chosen: Vec<Matched> = Vec::new();
    for (found, meanings, engine) in all {
        let is_full = chosen.len() == MOST_SENTENCES;
        match chosen.iter_mut().find(|(other, ..)| other.start < found.end && found.start < other.end) {
            Some((other, others, its_engine))
                if other.literal == found.literal && other.start == found.start && *its_engine == engine =>
            {
                others.extend(meanings);
            }
            None if !is_full => chosen.push((found, meanings, engine)),
            _ => {}
        }
    }
    chosen.sort_by_key(|(found, ..)| found.start);
    chosen
}

fn sentence(
    found: &Found,
    meanings: &[Meaning],
    engine: Option<Engine>,
    context: &Context,
    text: &str,
) -> ConsoleSentence {
    let owned = |name: &str| found.value(name).map(str::to_owned);
    // If an engine prints one sentence both for another origin and for a value that is not an origin, the value shows
    // which of the two is meant.
    let is_origin = found.value("value").is_some_and(|value| value == "null" || value.contains("://"));
    let mismatch = meanings.iter().find(|meaning| **meaning == Meaning::Problem(Problem::Mismatch) && is_origin);
    let meaning = mismatch.or(meanings.first()).copied().unwrap_or(Meaning::Consequence);
    let element = owned("element").or_else(|| owned("title"));
    let status = owned("status").and_then(|status| status.trim_end_matches('.').parse().ok()).or(context.status);
    let (problem, in_preflight) = match meaning {
        Meaning::Problem(problem) => (Some(problem), is_of_preflight(problem)),
        Meaning::InPreflight(problem) => (Some(problem), true),
        _ => (None, false),
    };
    let has_credentials =
        context.has_credentials || matches!(problem, Some(Problem::AnyOrigin | Problem::NoCredentials));
    let url = owned("url").or_else(|| context.url.clone());
    let page = owned("sent").or_else(|| owned("page")).or_else(|| context.page.clone());
    let value = owned("value");
    let location = owned("location").or_else(|| context.location.clone());
    let facts = Facts {
        about: if in_preflight || context.is_preflight { About::Preflight } else { About::Response },
        page: page.as_deref(),
        url: url.as_deref(),
        value: value.as_deref(),
        element: element.as_deref(),
        location: location.as_deref(),
        status,
        has_credentials,
        is_vague: meanings.len() > 1,
    };
    let rest = text.get(found.end..).unwrap_or_default();
    // For some names, the template has only the beginning.
    let word = if found.is_name() {
        rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
    } else {
        0
    };
    let written = printable(text.get(found.start..found.end + word).unwrap_or_default().trim());
    let read = Read {
        engine: engine.or(context.engine),
        sentence: written,
        page: page.clone(),
        url: url.clone(),
        has_credentials,
        in_preflight: facts.about == About::Preflight,
    };
    match meaning {
        Meaning::Problem(first) | Meaning::InPreflight(first) => {
            let mut codes: Vec<FindingCode> = Vec::new();
            let finding = of_problem(first, &facts);
            codes.push(finding.code);
            for meaning in meanings {
                if let Meaning::Problem(problem) | Meaning::InPreflight(problem) = meaning {
                    codes.extend(likely(*problem, read.engine));
                }
            }
            let mut known = Vec::new();
            codes.retain(|code| {
                !known.contains(code) && {
                    known.push(*code);
                    true
                }
            });
            let mut sentence = read.finding(finding);
            sentence.codes = codes;
            if sentence.topic == Topic::NoHeader && location.is_some() {
                sentence.topic = Topic::Redirect;
            }
            match first {
                Problem::Method => sentence.method = element,
                Problem::Header => sentence.header = element.map(|name| name.to_ascii_lowercase()),
                _ => {}
            }
            sentence
        }
        Meaning::NoResponse(error) => read.finding(of_network(error, &facts)),
        Meaning::NoTls => read.finding(no_tls(&facts)),
        Meaning::Offline => read.finding(offline()),
        // The finding is only worth knowing, so it has no topic of its own.
        Meaning::Code(code @ FindingCode::HeaderNotExposed) => {
            ConsoleSentence { topic: Topic::ScriptOptions, ..read.finding(of_code(code, &facts)) }
        }
        Meaning::Code(code) => read.finding(of_code(code, &facts)),
        Meaning::NotCors(message, help) => read.other(format!("{NOT_CORS}: {message}"), help, true),
        Meaning::FromServer(message, help) => {
            let is_cors = true;
            ConsoleSentence { is_cors, topic: Topic::ServerMessage, ..read.other(message.to_owned(), help, true) }
        }
        Meaning::OtherCheck(message, help) => {
            let message = format!("{NOT_CORS}: {message}");
            ConsoleSentence { topic: Topic::ServerMessage, ..read.other(message, help, true) }
        }
        Meaning::Consequence => read.consequence(),
    }
}

/// Finds the beginning of a sentence whose end is missing.
fn without_reason(text: &str) -> Option<ConsoleSentence> {
    let (start, beginning) = BEGINNINGS.iter().find_map(|beginning| Some((text.find(beginning)?, beginning)))?;
    let found = Found::of(start, start + beginning.len());
    let context = Context::of(text, &found, 0, text.len());
    Some(sentence(&found, &[Meaning::Consequence], None, &context, text))
}

/// The facts in a sentence, without its meaning.
struct Read {
    engine: Option<Engine>,
    sentence: String,
    page: Option<String>,
    url: Option<String>,
    has_credentials: bool,
    in_preflight: bool,
}

impl Read {
    fn finding(self, finding: Finding) -> ConsoleSentence {
        let is_cors = !finding.code.is_not_cors();
        let topic = Topic::of(finding.code, self.in_preflight).unwrap_or(Topic::OtherRules);
        let codes = vec![finding.code];
        ConsoleSentence { codes, is_cors, topic, ..self.other(finding.message, &finding.help, true) }
    }

    fn consequence(self) -> ConsoleSentence {
        self.other(
            "the request failed, and this sentence does not say why: browsers keep the reason from scripts".to_owned(),
            "look for another line in the console, which names the cause",
            false,
        )
    }

    fn other(self, message: String, help: &str, is_cause: bool) -> ConsoleSentence {
        ConsoleSentence {
            engine: self.engine.map(Engine::as_str),
            sentence: self.sentence,
            codes: Vec::new(),
            is_cors: !is_cause,
            is_cause,
            message,
            help: help.to_owned(),
            page: self.page,
            url: self.url,
            method: None,
            header: None,
            has_credentials: self.has_credentials,
            topic: if is_cause { Topic::OtherRules } else { Topic::SaysNothing },
        }
    }
}

/// Recognises a sentence in any language. Firefox and Safari print in the language of the user, but do not translate
/// the names of headers.
fn in_any_language(text: &str) -> Option<ConsoleSentence> {
    if !text.contains("CORS") && !text.contains("Cross-Origin") {
        return None;
    }
    let (name, problems) = HEADERS_IN_ANY_LANGUAGE.iter().find(|(name, _)| text.contains(name))?;
    let url = text
        .split(' ')
        .find(|word| word.contains("://"))
        .map(|word| word.trim_matches(['\'', '"', '.', ',', '(', ')']));
    let codes: Vec<FindingCode> = problems.iter().flat_map(|problem| likely(*problem, None)).collect();
    let read = Read {
        engine: None,
        sentence: printable(text.trim()),
        page: None,
        url: url.map(str::to_owned),
        has_credentials: false,
        in_preflight: false,
    };
    let message = format!(
        "the browser blocked the request because of `{name}`: it is missing, or it does not allow this request"
    );
    let help = "compare the server's header with what the request asks for: corsac can send the preflight and the request \
                as a browser would";
    let mut known = Vec::new();
    let codes: Vec<FindingCode> = codes
        .into_iter()
        .filter(|code| {
            !known.contains(code) && {
                known.push(*code);
                true
            }
        })
        .collect();
    let topic = codes.first().and_then(|code| Topic::of(*code, false)).unwrap_or(Topic::SaysNothing);
    Some(ConsoleSentence { codes, is_cors: true, topic, ..read.other(message, help, true) })
}

/// Copies the URL into the sentence of the cause, because WebKit names it, and sometimes the page, only in the next
/// sentence.
fn give_urls(sentences: &mut [ConsoleSentence]) {
    for index in 0..sentences.len() {
        let Some((before, rest)) = sentences.split_at_mut_checked(index) else { return };
        let Some((sentence, after)) = rest.split_first_mut() else { return };
        if sentence.url.is_none() {
            let next = after.iter().take_while(|next| !next.is_cause).find_map(|next| next.url.clone());
            let last = || before.iter().rev().find_map(|last| last.url.clone());
            sentence.url = next.or_else(last);
        }
    }
}

/// Removes sentences that only say that a request failed, if another sentence has the cause.
fn without_consequences(sentences: Vec<ConsoleSentence>) -> Vec<ConsoleSentence> {
    let causes = sentences.iter().filter(|sentence| sentence.is_cause).count();
    let mut kept: Vec<ConsoleSentence> = Vec::new();
    for sentence in sentences {
        let follows = |earlier: &ConsoleSentence| {
            let same_url = earlier.url == sentence.url || earlier.url.is_none() || sentence.url.is_none();
            same_url && (earlier.message == sentence.message || is_after_failure(&sentence, earlier))
        };
        if (!sentence.is_cause && causes > 0) || kept.iter().any(follows) {
            continue;
        }
        kept.push(sentence);
    }
    kept
}

/// After the cause, Firefox also prints that the request did not succeed; after a redirect of a preflight, it prints
/// that no origin matched.
fn is_after_failure(sentence: &ConsoleSentence, earlier: &ConsoleSentence) -> bool {
    sentence.sentence.contains("CORS request did not succeed")
        || earlier.codes.first() == Some(&FindingCode::PreflightRedirected)
}
