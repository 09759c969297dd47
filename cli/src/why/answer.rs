//! The answer: one screen with the verdict, the cause, what to change, and the command to type next.

use crate::failure::Failure;
use crate::output::terminal::{BOLD, ERROR, GOOD, HELP, PLAIN, WARNING, labelled};
use crate::why::checked::checked;
use crate::why::next;
use corsac::binding::{printable, sentence_list, wrap};
use corsac::browser::Verdict;
use corsac::capture::{CaptureNote, Captured, Known};
use corsac::explain::{ConsoleSentence, Explanation, Finding, FindingCode, FindingSeverity, Hosting, Topic, diagnose};
use serde_json::{Value, json};

/// The most requests, or sentences, that get an answer of their own.
const MOST_CAUSES: usize = 3;

/// The most findings that follow the first one.
const MOST_OTHERS: usize = 4;

/// The most meanings that are named for one sentence, besides the first one.
const MOST_MEANINGS: usize = 6;

/// The answer of `why`.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) is_blocked: bool,
    causes: Vec<Cause>,
    notes: Vec<String>,
    json: Value,
}

/// The result of one request.
#[derive(Debug)]
struct Cause {
    kind: Kind,
    verdict: String,
    what: Option<String>,
    message: String,
    help: String,
    others: Vec<String>,
    next: Option<String>,
    /// The section with the causes.
    topic: Option<Topic>,
    /// The cloud, gateway or product that responded, if its settings can be wrong.
    hosting: Option<Hosting>,
}

/// The colour of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Blocked,
    NotCors,
    Open,
    Good,
}

impl Answer {
    /// The answer as text, with styles.
    pub(super) fn to_text(&self, columns: usize) -> String {
        let mut out = String::new();
        for (index, cause) in self.causes.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            cause.write(columns, &mut out);
        }
        for note in &self.notes {
            out.push_str(&format!("\n{}\n", wrap(&format!("note: {note}"), "  ", columns)));
        }
        out
    }

    /// The answer as JSON text.
    pub(super) fn to_json(&self) -> String {
        format!("{:#}\n", self.json)
    }
}

impl Cause {
    fn write(&self, columns: usize, out: &mut String) {
        let style = match self.kind {
            Kind::Blocked => ERROR,
            Kind::NotCors | Kind::Open => WARNING,
            Kind::Good => GOOD,
        };
        out.push_str(&format!("{style}{}{style:#}\n", self.verdict));
        if let Some(what) = &self.what {
            out.push_str(&format!("{}\n", wrap(&format!("  {what}"), "    ", columns)));
        }
        if !self.message.is_empty() {
            let message = format!(": {}", self.message);
            out.push_str(&format!("\n{}", labelled((BOLD, "cause"), (PLAIN, &message), (0, 2), columns)));
        }
        if !self.help.is_empty() {
            let help = format!(": {}", self.help);
            out.push_str(&labelled((HELP, "change"), (PLAIN, &help), (0, 2), columns));
        }
        if !self.others.is_empty() {
            out.push_str("also:\n");
        }
        for other in &self.others {
            out.push_str(&format!("{}\n", wrap(&format!("  - {other}"), "    ", columns)));
        }
        if let Some(next) = &self.next {
            // People copy it, so it is not wrapped.
            out.push_str(&format!("\nnext, type:\n  {HELP}{next}{HELP:#}\n"));
        }
        if let Some(topic) = self.topic {
            out.push_str(&format!("\nread more: {}\n", topic.docs()));
        }
        if let Some(hosting) = self.hosting {
            out.push_str(&format!("settings of {}: {}\n", hosting.name, hosting.docs()));
        }
    }
}

/// The meaning of console sentences.
pub(super) fn of_sentences(sentences: &[ConsoleSentence], known: &Known<'_>) -> Answer {
    let causes: Vec<Cause> = sentences.iter().take(MOST_CAUSES).map(|sentence| of_sentence(sentence, known)).collect();
    let mut notes = Vec::new();
    if sentences.len() > MOST_CAUSES {
        let more = sentences.len() - MOST_CAUSES;
        let what = if more == 1 { "sentence is" } else { "sentences are" };
        notes.push(format!("{more} more {what} not shown: first fix what is shown"));
    }
    let json = json!({
        "version": 1,
        "input": "console",
        "sentences": sentences.iter().map(|sentence| row(sentence, known)).collect::<Vec<_>>(),
    });
    Answer { is_blocked: true, causes, notes, json }
}

/// A sentence in JSON, with the command to type next.
fn row(sentence: &ConsoleSentence, known: &Known<'_>) -> Value {
    let mut row: Value = serde_json::from_str(&sentence.to_json()).unwrap_or_default();
    if let Some(row) = row.as_object_mut() {
        row.insert("next".to_owned(), json!(next_for(sentence, known)));
    }
    row
}

fn next_for(sentence: &ConsoleSentence, known: &Known<'_>) -> Option<String> {
    let is_useful = sentence.is_cors || !sentence.codes.is_empty() || sentence.url.is_some();
    is_useful.then(|| next::probe_for(sentence, known.page, known.url, known.credentials))
}

fn of_sentence(sentence: &ConsoleSentence, known: &Known<'_>) -> Cause {
    let engine = match sentence.engine {
        Some("chromium") => "Chromium: ",
        Some("firefox") => "Firefox: ",
        Some("webkit") => "Safari (WebKit): ",
        _ => "",
    };
    let (kind, verdict) = match (sentence.is_cause, sentence.is_cors) {
        (false, _) => (Kind::Open, "the cause is not known yet"),
        (true, true) => (Kind::Blocked, "blocked by CORS"),
        (true, false) => (Kind::NotCors, "not CORS"),
    };
    let verdict = match sentence.codes.first() {
        Some(code) => format!("{verdict}: {}", code.as_str()),
        None => verdict.to_owned(),
    };
    // If the sentence names the wrong value, the cause is certain.
    let is_vague = matches!(
        sentence.codes.first(),
        Some(FindingCode::AllowOriginMissing | FindingCode::PreflightFailed | FindingCode::PreflightRedirected)
    );
    let meanings: Vec<String> =
        sentence.codes.iter().skip(1).take(MOST_MEANINGS).map(|code| format!("`{}`", code.as_str())).collect();
    let others = if is_vague && !meanings.is_empty() {
        vec![format!("browsers print the same for {}; the command below finds out which it is", meanings.join(", "))]
    } else {
        Vec::new()
    };
    Cause {
        kind,
        verdict,
        what: Some(format!("{engine}{}", sentence.sentence)),
        message: sentence.message.clone(),
        help: sentence.help.clone(),
        others,
        next: next_for(sentence, known),
        topic: Some(sentence.topic),
        hosting: hosting(kind, sentence.url.as_deref().or(known.url)),
    }
}

/// The results of captured requests.
pub(super) fn of_captured(captured: Captured, show_secrets: bool) -> Result<Answer, Failure> {
    let mut explained = Vec::new();
    for exchange in &captured.exchanges {
        match checked(exchange) {
            Ok(redacted) => {
                let explanation = diagnose(&redacted);
                explained.push((next::probe(if show_secrets { exchange } else { &redacted }), explanation));
            }
            // One invalid request in a large file must not hide the others.
            Err(_) if captured.exchanges.len() > 1 => {}
            Err(failure) => return Err(failure),
        }
    }
    let total = explained.len();
    let is_alone = total == 1;
    let is_failed = |explanation: &Explanation| !explanation.verdict.is_success() && is_known(explanation);
    let is_blocked = explained.iter().any(|(_, explanation)| is_failed(explanation));
    let mut notes: Vec<String> = captured.notes.iter().copied().map(note).collect();
    let json = json!({
        "version": 1,
        "input": if captured.is_request_only { "request" } else { "exchanges" },
        "explanations": explained.iter()
            .filter_map(|(_, explanation)| serde_json::from_str::<Value>(&explanation.to_json()).ok())
            .collect::<Vec<_>>(),
        "next": explained.iter().map(|(next, _)| next).collect::<Vec<_>>(),
        "notes": notes,
    });
    // Failed requests come first, then those that work in spite of a warning.
    let rank = |explanation: &Explanation| match (explanation.verdict.is_success(), main_finding(explanation)) {
        (false, Some(_)) if is_known(explanation) => 0,
        (_, Some(finding)) if finding.severity() != FindingSeverity::Note => 1,
        _ => 2,
    };
    explained.sort_by_key(|(_, explanation)| rank(explanation));
    let shown = explained.iter().take(MOST_CAUSES).filter(|(_, explanation)| is_alone || rank(explanation) == 0);
    let mut causes: Vec<Cause> =
        shown.map(|(next, explanation)| of_explanation(explanation, next, captured.is_request_only)).collect();
    let failed = explained.iter().filter(|(_, explanation)| rank(explanation) == 0).count();
    if !is_alone {
        let rest =
            if failed > MOST_CAUSES { format!(", and the first {MOST_CAUSES} are shown") } else { String::new() };
        notes.push(format!("{failed} of {total} requests failed{rest}"));
    }
    if causes.is_empty() {
        causes.push(Cause {
            kind: Kind::Good,
            verdict: "nothing is blocked".to_owned(),
            what: None,
            message: String::new(),
            help: String::new(),
            others: Vec::new(),
            next: None,
            topic: None,
            hosting: None,
        });
    }
    Ok(Answer { is_blocked, causes, notes, json })
}

/// The facts that options can give if the input does not have them.
fn note(note: CaptureNote) -> String {
    let (what, option) = match note {
        CaptureNote::PageUnknown => ("page that makes the request", "--from"),
        CaptureNote::UrlUnknown => ("URL", "--url"),
    };
    format!("the input does not name the {what}, so `{}` is used: give yours with `{option}`", note.example())
}

/// Whether the responses that decide are known.
fn is_known(explanation: &Explanation) -> bool {
    explanation.verdict != Verdict::Unknown
}

/// The problem that has to be fixed first.
fn main_finding(explanation: &Explanation) -> Option<&Finding> {
    explanation.findings.first()
}

fn of_explanation(explanation: &Explanation, next: &str, is_request_only: bool) -> Cause {
    let finding = main_finding(explanation);
    let is_success = explanation.verdict.is_success();
    let (kind, verdict) = match finding {
        Some(finding) if finding.is_not_cors() => (Kind::NotCors, format!("not CORS: {}", finding.code.as_str())),
        _ if !is_known(explanation) => (Kind::Open, "the server has not answered yet".to_owned()),
        Some(finding) if !is_success => (Kind::Blocked, format!("blocked by CORS: {}", finding.code.as_str())),
        _ => (Kind::Good, format!("not blocked: {}", explanation.verdict.as_str())),
    };
    let request = &explanation.exchange.request;
    let what = format!(
        "{} {} from {}",
        printable(&request.method),
        printable(&request.url),
        printable(&explanation.exchange.page)
    );
    let (message, help) = match finding {
        // Nothing was pasted that could show a response.
        Some(finding) if is_request_only && is_unanswered(finding.code) => (request_only(explanation), String::new()),
        Some(finding) => (finding.message.clone(), finding.help.clone()),
        None => (String::new(), String::new()),
    };
    let others = explanation.findings.iter().skip(1).take(MOST_OTHERS);
    let others =
        others.map(|finding| format!("{}: {}; {}", finding.code.as_str(), finding.message, finding.help)).collect();
    let next = (!is_success || is_request_only).then(|| next.to_owned());
    let is_blocked_before = explanation.verdict == Verdict::Blocked;
    let topic = finding.and_then(|finding| Topic::of(finding.code, is_blocked_before));
    let hosting = hosting(kind, Some(&request.url));
    Cause { kind, verdict, what: Some(what), message, help, others, next, topic, hosting }
}

/// What the server belongs to, if a setting there can be the cause.
fn hosting(kind: Kind, url: Option<&str>) -> Option<Hosting> {
    matches!(kind, Kind::Blocked | Kind::Open).then(|| Hosting::of_url(url?)).flatten()
}

fn is_unanswered(code: FindingCode) -> bool {
    matches!(code, FindingCode::PreflightUnknown | FindingCode::ResponseUnknown)
}

/// A browser's behaviour for a request without a known response.
fn request_only(explanation: &Explanation) -> String {
    let first = explanation.preflights.iter().find(|preflight| preflight.needed);
    let sent = match first {
        Some(preflight) => format!(
            "a browser sends a preflight (OPTIONS) first, because of {}; curl sends none, so a command that works in a shell \
             shows nothing about CORS",
            printable(&reasons(&preflight.because))
        ),
        None => "a browser sends this request without a preflight, and withholds the response from the script unless \
                 the server allows the page"
            .to_owned(),
    };
    format!("{sent}; the command below asks the server as a browser would")
}

/// The reasons for a preflight, as a sentence lists them.
fn reasons(because: &[String]) -> String {
    let words = because.iter().map(|reason| match reason.strip_prefix("header: ") {
        Some(name) => name.to_owned(),
        None => format!("the {reason}"),
    });
    sentence_list(&words.collect::<Vec<_>>(), "and")
}
