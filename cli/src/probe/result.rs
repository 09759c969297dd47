//! The result of a probe.

use crate::network::client::Sent;
use crate::output::explanation::painted;
use crate::output::terminal::{BOLD, ERROR, GOOD, HELP, PLAIN, WARNING, labelled};
use crate::probe::har::answer_headers;
use crate::probe::plan::{shown_headers, shown_url};
use crate::status::Status;
use corsac::binding::printable;
use corsac::binding::wrap;
use corsac::browser::{Answer, Verdict};
use corsac::explain::{Explanation, Hosting, Observation, WireDifference};
use serde_json::{Value, json};

/// The result for one page.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) explanation: Explanation,
    /// The differences from the policy, if it is known.
    pub(super) differences: Option<Vec<WireDifference>>,
    pub(super) observations: Vec<Observation>,
    /// The preflight passed, and the request was not sent.
    pub(super) is_left_out: bool,
    /// The failure, as the system or the TLS library reports it.
    pub(super) detail: Option<String>,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Probed {
    pub(super) origins: Vec<Origin>,
    pub(super) cache: Option<Vec<Observation>>,
    pub(super) attack: Option<Vec<Observation>>,
    pub(super) sent: Vec<Sent>,
}

impl Origin {
    /// Whether the preflight passed; the request would come next.
    fn is_preflight_passed(&self) -> bool {
        self.is_left_out && self.explanation.verdict == Verdict::Unknown
    }

    fn status(&self) -> Status {
        let last = self.explanation.exchange.hops.last();
        let is_silent = last.is_some_and(|hop| {
            [&hop.preflight, &hop.response].iter().any(|answer| matches!(answer, Answer::Failed(_)))
        });
        if is_silent && !self.explanation.verdict.is_success() {
            Status::NoAnswer
        } else {
            Status::of(self.is_preflight_passed() || self.explanation.verdict.is_success())
        }
    }
}

impl Probed {
    pub(super) fn status(&self) -> Status {
        let has_risk = |found: &Option<Vec<Observation>>| found.iter().flatten().any(|observation| observation.is_risk);
        let differs =
            self.origins.iter().any(|origin| origin.differences.as_ref().is_some_and(|found| !found.is_empty()));
        let own = Status::of(!has_risk(&self.cache) && !has_risk(&self.attack) && !differs);
        self.origins.iter().map(Origin::status).max().unwrap_or(Status::Unusable).max(own)
    }

    pub(super) fn to_text(&self, columns: usize) -> String {
        let mut out = String::new();
        for (index, origin) in self.origins.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            origin.write(columns, &mut out);
        }
        write_section(
            "Cache",
            "no page got a response that was made for another",
            self.cache.as_deref(),
            columns,
            &mut out,
        );
        write_section(
            "Attack",
            "the server allows none of the origins that attackers would use",
            self.attack.as_deref(),
            columns,
            &mut out,
        );
        let count = match self.sent.len() {
            0 => "no request was sent".to_owned(),
            1 => "1 request was sent".to_owned(),
            count => format!("{count} requests were sent"),
        };
        out.push_str(&format!("\n{count}\n"));
        out
    }

    pub(super) fn to_json(&self) -> String {
        let origins: Vec<Value> = self.origins.iter().map(Origin::json).collect();
        let sent: Vec<Value> = self.sent.iter().map(sent).collect();
        let list = |found: &Option<Vec<Observation>>| {
            found.as_ref().map(|found| found.iter().map(observation).collect::<Vec<_>>())
        };
        let json = json!({
            "version": 1, "pages": origins, "cache": list(&self.cache), "attack": list(&self.attack), "sent": sent,
        });
        format!("{json:#}\n")
    }
}

impl Origin {
    fn write(&self, columns: usize, out: &mut String) {
        if self.is_preflight_passed() {
            let request = &self.explanation.exchange.request;
            out.push_str(&format!(
                "{GOOD}the preflight passed{GOOD:#}; {} {} was not sent\n",
                printable(&request.method),
                printable(&request.url)
            ));
            out.push_str(&format!("  page       {}\n", printable(&self.explanation.exchange.page)));
            let help = "  help: add `--send` to see the response to the request itself, if the server may act on it";
            out.push_str(&format!("{}\n", wrap(help, "        ", columns)));
        } else {
            out.push_str(&painted(&self.explanation, columns));
            if let Some(hosting) = Hosting::of_url(&self.explanation.exchange.request.url) {
                out.push_str(&format!("settings of {}: {}\n", hosting.name, hosting.docs()));
            }
        }
        if let Some(detail) = &self.detail {
            out.push_str(&format!(
                "\n{}\n",
                wrap(&format!("the connection failed: {}", printable(detail)), "  ", columns)
            ));
        }
        if let Some(differences) = &self.differences {
            out.push_str(&format!("\n{BOLD}Policy and wire{BOLD:#}\n"));
            if differences.is_empty() {
                out.push_str(&format!("  {GOOD}the server sends what the policy says{GOOD:#}\n"));
            }
            for difference in differences {
                let which = if difference.is_preflight { "response to the preflight" } else { "response" };
                let message = format!(": in the {which}, {}", difference.message);
                out.push_str(&labelled((ERROR, "differs"), (PLAIN, &message), (2, 4), columns));
            }
        }
        if !self.observations.is_empty() {
            out.push_str(&format!("\n{BOLD}More about this server{BOLD:#}\n"));
        }
        self.observations.iter().for_each(|observation| write_observation(observation, columns, out));
    }

    fn json(&self) -> Value {
        json!({
            "verdict": if self.is_preflight_passed() { "preflight-passed" } else { self.explanation.verdict.as_str() },
            "explanation": serde_json::from_str::<Value>(&self.explanation.to_json()).unwrap_or_default(),
            "detail": self.detail,
            "differences": self.differences.as_ref().map(|found| found.iter().map(|found| json!({
                "hop": found.hop, "is_preflight": found.is_preflight, "header": found.header,
                "by_policy": found.by_policy, "on_wire": found.on_wire, "message": found.message,
            })).collect::<Vec<_>>()),
            "observations": self.observations.iter().map(observation).collect::<Vec<_>>(),
        })
    }
}

fn write_section(title: &str, good: &str, found: Option<&[Observation]>, columns: usize, out: &mut String) {
    let Some(found) = found else { return };
    out.push_str(&format!("\n{BOLD}{title}{BOLD:#}\n"));
    if found.is_empty() {
        out.push_str(&format!("  {GOOD}{good}{GOOD:#}\n"));
    }
    found.iter().for_each(|observation| write_observation(observation, columns, out));
}

fn write_observation(observation: &Observation, columns: usize, out: &mut String) {
    let (style, word) = if observation.is_risk { (WARNING, "warning") } else { (BOLD, "note") };
    let message = format!("[{}]: {}", observation.experiment.as_str(), observation.message);
    out.push_str(&labelled((style, word), (PLAIN, &message), (2, 4), columns));
    let help = format!(": {}", observation.help);
    out.push_str(&labelled((HELP, "help"), (PLAIN, &help), (4, 10), columns));
}

fn observation(observation: &Observation) -> Value {
    json!({
        "experiment": observation.experiment.as_str(), "is_risk": observation.is_risk,
        "message": observation.message, "help": observation.help,
    })
}

fn sent(sent: &Sent) -> Value {
    let error = match &sent.answer {
        Answer::Failed(error) => Some(error.as_str()),
        _ => None,
    };
    json!({
        "purpose": sent.purpose, "method": sent.request.method, "url": shown_url(&sent.request),
        "headers": shown_headers(&sent.request), "milliseconds": sent.milliseconds,
        "status": sent.answer.status(), "error": error, "detail": sent.detail,
        "response_headers": answer_headers(&sent.answer),
    })
}
