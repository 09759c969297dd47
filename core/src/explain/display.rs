//! An explanation as one screen of text: the verdict, what happened, what to change, what browsers print.

use crate::browser::exchange::{Answer, Exchange};
use crate::browser::outcome::Preflight;
use crate::browser::words::{Credentials, Verdict};
use crate::explain::explanation::{EngineExplanation, Explanation, Finding};
use crate::issues::code::ERRORS_PAGE;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;
use crate::wrap::wrap;
use std::fmt;

/// The maximum length of a line in columns, unless the caller sets another.
pub(crate) const COLUMNS: usize = 100;

/// The column in which the text about a message begins.
const MESSAGE_INDENT: &str = "             ";

/// The most sentences from consoles that are shown.
const MOST_SENTENCES: usize = 3;

impl fmt::Display for Explanation {
    /// Plain text without colours, in lines of at most 100 columns. Control characters in text from
    /// requests and responses are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_text(COLUMNS, f)
    }
}

impl Explanation {
    /// The explanation as plain text without colours. `columns` is the maximum length of a line, which
    /// only a longer word exceeds. Control characters in text from requests and responses are escaped.
    #[must_use]
    pub fn to_text(&self, columns: usize) -> String {
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = self.write_text(columns, &mut text);
        text
    }

    fn write_text(&self, columns: usize, f: &mut impl fmt::Write) -> fmt::Result {
        write_wrapped(&format!("{}: {}", self.verdict.as_str(), self.summary()), "  ", columns, f)?;
        writeln!(f)?;
        self.write_messages(columns, f)?;
        for finding in &self.findings {
            writeln!(f)?;
            write_finding(finding, columns, f)?;
        }
        if self.findings.is_empty() {
            writeln!(f, "\nnothing is wrong")?;
        }
        write_consoles(&self.engines, columns, f)?;
        match self.findings.as_slice() {
            [] => Ok(()),
            [finding] => writeln!(f, "\nread more: {}", finding.code.docs()),
            _ => writeln!(f, "\nread more about each code: {ERRORS_PAGE}"),
        }
    }
}

impl Explanation {
    /// The verdict in a sentence, without its first capital letter and its full stop. Text from the request is
    /// escaped.
    #[must_use]
    pub fn summary(&self) -> String {
        let request = &self.exchange.request;
        let what = format!("{} {}", printable(&request.method), printable(&request.url));
        match self.verdict {
            Verdict::Readable => format!("the script can read the response to {what}"),
            Verdict::Opaque => format!("{what} was sent, but the script learns nothing about the response"),
            Verdict::Blocked => format!("the browser does not send {what}"),
            Verdict::SentButUnreadable
                if self.findings.iter().any(|finding| finding.code == FindingCode::ProtectionRefused) =>
            {
                format!("{what} reached the server, whose policy refused it, and the script cannot read the response")
            }
            Verdict::SentButUnreadable => {
                format!(
                    "{what} reached the server, which may have acted on it, but the script cannot read the response"
                )
            }
            Verdict::Sent => format!("{what} was sent, and no script waits for the response"),
            Verdict::Failed => format!("there is no response to {what}"),
            Verdict::Invalid => format!("the call throws before {what} is sent"),
            Verdict::Unknown => format!("the response that decides about {what} is not known"),
        }
    }
}

impl Explanation {
    /// The page, and the result of each message.
    fn write_messages(&self, columns: usize, f: &mut impl fmt::Write) -> fmt::Result {
        writeln!(f, "  page       {}", printable(&self.exchange.page))?;
        let credentials = self.exchange.request.credentials() == Credentials::Include;
        for (hop, preflight) in self.preflights.iter().enumerate() {
            if preflight.needed {
                write_wrapped(&format!("  preflight  {}", self.preflight(hop, preflight)), MESSAGE_INDENT, columns, f)?;
            }
            let name = if hop == 0 { "request" } else { "redirected" };
            let with = if credentials { ", with credentials" } else { "" };
            let request = format!("  {name:10} {}{with}{}", printable(&preflight.url), self.response(hop));
            write_wrapped(&request, MESSAGE_INDENT, columns, f)?;
        }
        Ok(())
    }

    fn preflight(&self, hop: usize, preflight: &Preflight) -> String {
        let because = preflight.because.join(", ");
        let because = format!("because of {}", printable(&because.replace("header: ", "")));
        if preflight.cached {
            return format!("{because}: still cached");
        }
        match self.failed(hop, true) {
            true => format!("{because}: {}, REFUSED by the browser", answer(&self.exchange, hop, true)),
            false => format!("{because}: {}", answer(&self.exchange, hop, true)),
        }
    }

    fn response(&self, hop: usize) -> String {
        if self.failed(hop, true) {
            return ": never sent".to_owned();
        }
        match self.failed(hop, false) {
            true => format!(": {}, REFUSED by the browser", answer(&self.exchange, hop, false)),
            false => format!(": {}", answer(&self.exchange, hop, false)),
        }
    }

    /// Whether the check that failed is about this message.
    fn failed(&self, hop: usize, is_preflight: bool) -> bool {
        self.steps
            .iter()
            .any(|step| !step.passed && step.hop == hop && step.name.as_str().starts_with("preflight-") == is_preflight)
    }
}

fn answer(exchange: &Exchange, hop: usize, is_preflight: bool) -> String {
    let hop = exchange.hops.get(hop);
    match hop.map(|hop| if is_preflight { &hop.preflight } else { &hop.response }) {
        Some(Answer::Response { status, .. }) => status.to_string(),
        Some(Answer::Failed(error)) => format!("no response ({})", error.as_str()),
        _ => "response not known".to_owned(),
    }
}

pub(crate) fn write_finding(finding: &Finding, columns: usize, f: &mut impl fmt::Write) -> fmt::Result {
    let head = format!("{}[{}]: ", finding.severity().as_str(), finding.code.as_str());
    write_wrapped(&format!("{head}{}", finding.message), "  ", columns, f)?;
    let line = |line: Option<usize>| line.map_or_else(String::new, |line| format!(", line {line}"));
    if let Some(place) = &finding.policy {
        let route = place.route.as_ref().map_or_else(String::new, |route| format!(" (route `{}`)", printable(route)));
        writeln!(f, "  --> {}{}{route}", printable(&place.field), line(place.line))?;
    }
    if let Some(near) = &finding.near {
        let is_header = near.field == "access-control-allow-origin";
        let at = if is_header { String::new() } else { format!(" at {}{}", printable(&near.field), line(near.line)) };
        writeln!(f, "  near: `{}`{at}", printable(&near.configured))?;
    }
    write_wrapped(&format!("  help: {}", finding.help), "        ", columns, f)
}

/// The sentences that engines print, each once.
fn write_consoles(engines: &[EngineExplanation], columns: usize, f: &mut impl fmt::Write) -> fmt::Result {
    if engines.iter().all(|engine| engine.console.is_empty()) {
        return Ok(());
    }
    writeln!(f, "\nIn the console:")?;
    for engine in engines {
        for sentence in engine.console.iter().take(MOST_SENTENCES) {
            write_wrapped(&format!("  {:9} {}", engine.name, escaped(sentence)), "            ", columns, f)?;
        }
    }
    Ok(())
}

/// A sentence from a console, which may be long.
fn escaped(text: &str) -> String {
    crate::printable::escape(text.chars().take(2000))
}

/// Writes a paragraph, broken into lines.
fn write_wrapped(text: &str, indent: &str, columns: usize, f: &mut impl fmt::Write) -> fmt::Result {
    writeln!(f, "{}", wrap(text, indent, columns))
}
