//! Finding everything that is wrong, with one walk after another. After each walk, the response is repaired so that
//! the failed check passes in the next walk.
//!
//! In this way, failures after the first are found too, and only the walk has to know what a browser checks and in
//! which order. Each repair is the smallest change that makes a check pass.

use crate::browser::agent::Agent;
use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use crate::browser::header_lines::remove;
use crate::browser::outcome::{Failure, Outcome, StepName};
use crate::browser::response_headers::ResponseLines;
use crate::browser::response_headers::borrow;
use crate::browser::server::{Server, WireRequest};
use crate::browser::walk::play_with;
use crate::browser::words::Verdict;
use crate::explain::by_message::{ByMessage, MessageId};

/// The most checks that are repaired. Each repair costs another walk.
const MOST_REPAIRS: usize = 32;

/// All facts about an exchange in a browser that follows the standard.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The outcome of the exchange as it is.
    pub(crate) outcome: Outcome,
    /// The outcome once every check that can be repaired is repaired.
    pub(crate) repaired: Outcome,
    /// Each check that fails, in the order in which the browser makes the checks.
    pub(crate) failures: Vec<Failure>,
    /// The responses, without repairs.
    pub(crate) answers: ByMessage<Answer>,
    /// The value of `Origin` in each request that has one.
    pub(crate) origins: ByMessage<String>,
    /// The messages whose response is not known.
    pub(crate) unknown: Vec<MessageId>,
}

impl Evidence {
    /// Simulates the browser with a server, once for each repair.
    pub(crate) fn collect(exchange: &Exchange, server: &mut dyn Server) -> Self {
        let mut repaired = Repaired {
            server,
            repairs: Vec::new(),
            answers: ByMessage::new(),
            origins: ByMessage::new(),
            unknown: Vec::new(),
        };
        let outcome = play_with(exchange, Agent::STANDARD, &mut repaired);
        let mut failures = Vec::new();
        let mut last = outcome.clone();
        while repaired.repairs.len() < MOST_REPAIRS {
            let repair = match (&last.failure, last.verdict) {
                (Some(failure), _) => {
                    failures.push(failure.clone());
                    Repair::of(failure)
                }
                // If the response to a preflight is not known, the next walk goes on as if the preflight had passed.
                (None, Verdict::Unknown) => repaired
                    .unknown
                    .last()
                    .filter(|message| message.1)
                    .map(|message| Repair { message: *message, step: StepName::PreflightResponse }),
                (None, _) => None,
            };
            let Some(repair) = repair.filter(|repair| !repaired.repairs.contains(repair)) else { break };
            repaired.repairs.push(repair);
            last = play_with(exchange, Agent::STANDARD, &mut repaired);
        }
        let Repaired { answers, origins, unknown, .. } = repaired;
        Evidence { outcome, repaired: last, failures, answers, origins, unknown }
    }

    /// The headers of a message's response.
    pub(crate) fn lines(&self, message: MessageId) -> &[(Vec<u8>, Vec<u8>)] {
        self.answers.get(message).map(Answer::headers).unwrap_or_default()
    }

    /// All lines of a header in a response, joined; none if there is none.
    pub(crate) fn header(&self, message: MessageId, name: &'static str) -> Option<Vec<u8>> {
        let borrowed = borrow(self.lines(message));
        ResponseLines { lines: &borrowed, agent: Agent::STANDARD }.get(name)
    }

    pub(crate) fn status(&self, message: MessageId) -> Option<u16> {
        self.answers.get(message).and_then(Answer::status)
    }
}

/// A repair: it makes one check of one message pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Repair {
    message: MessageId,
    step: StepName,
}

impl Repair {
    fn of(failure: &Failure) -> Option<Self> {
        let is_preflight = match failure.step {
            StepName::PreflightAllowOrigin
            | StepName::PreflightAllowCredentials
            | StepName::PreflightStatus
            | StepName::PreflightMethodList
            | StepName::PreflightHeaderList
            | StepName::PreflightMethod
            | StepName::PreflightHeader => true,
            StepName::AllowOrigin | StepName::AllowCredentials | StepName::ResourcePolicy => false,
            // Nothing follows a missing response or a redirect that cannot be followed, so these cannot be repaired.
            _ => return None,
        };
        Some(Repair { message: (failure.hop, is_preflight), step: failure.step })
    }

    fn apply(self, request: WireRequest<'_>, status: &mut u16, headers: &mut HeaderLines) {
        let asked = |name: &str| {
            let line = request.headers.iter().find(|(found, _)| found == name.as_bytes());
            line.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        match self.step {
            StepName::PreflightAllowOrigin | StepName::AllowOrigin => {
                replace(headers, "access-control-allow-origin", asked("origin"));
            }
            StepName::PreflightAllowCredentials | StepName::AllowCredentials => {
                replace(headers, "access-control-allow-credentials", b"true".to_vec());
            }
            StepName::PreflightStatus => *status = 204,
            StepName::PreflightMethodList => remove(headers, "access-control-allow-methods"),
            StepName::PreflightHeaderList => remove(headers, "access-control-allow-headers"),
            StepName::PreflightMethod => {
                headers.push((b"access-control-allow-methods".to_vec(), asked("access-control-request-method")));
            }
            StepName::PreflightHeader => {
                headers.push((b"access-control-allow-headers".to_vec(), asked("access-control-request-headers")));
            }
            StepName::ResourcePolicy => remove(headers, "cross-origin-resource-policy"),
            _ => {}
        }
    }
}

fn replace(headers: &mut HeaderLines, name: &str, value: Vec<u8>) {
    remove(headers, name);
    headers.push((name.as_bytes().to_vec(), value));
}

/// A server whose responses are repaired before the browser gets them.
struct Repaired<'s> {
    server: &'s mut dyn Server,
    repairs: Vec<Repair>,
    answers: ByMessage<Answer>,
    origins: ByMessage<String>,
    unknown: Vec<MessageId>,
}

impl Repaired<'_> {
    fn note(&mut self, message: MessageId, request: WireRequest<'_>, answer: &Answer) {
        if let Some((_, origin)) = request.headers.iter().find(|(name, _)| name == b"origin") {
            self.origins.insert(message, String::from_utf8_lossy(origin).into_owned());
        }
        if *answer == Answer::Unknown && !self.unknown.contains(&message) {
            self.unknown.push(message);
        }
        if self.answers.get(message).is_none() {
            self.answers.insert(message, answer.clone());
        }
    }

    fn repair(&self, message: MessageId, request: WireRequest<'_>, answer: Answer) -> Answer {
        let mut repairs = self.repairs.iter().filter(|repair| repair.message == message).peekable();
        let (mut status, mut headers) = match answer {
            Answer::Response { status, headers } => (status, headers),
            Answer::Unknown if repairs.peek().is_some() => (204, HeaderLines::new()),
            other => return other,
        };
        // A preflight whose response is not known passes every check.
        let all = [
            StepName::PreflightAllowOrigin,
            StepName::PreflightAllowCredentials,
            StepName::PreflightMethod,
            StepName::PreflightHeader,
        ];
        for repair in repairs {
            let steps = if repair.step == StepName::PreflightResponse { &all[..] } else { &[repair.step] };
            for step in steps {
                Repair { step: *step, ..*repair }.apply(request, &mut status, &mut headers);
            }
        }
        Answer::Response { status, headers }
    }
}

impl Server for Repaired<'_> {
    fn preflight(&mut self, request: WireRequest<'_>) -> Answer {
        let message = (request.hop, true);
        let answer = self.server.preflight(request);
        self.note(message, request, &answer);
        self.repair(message, request, answer)
    }

    fn response(&mut self, request: WireRequest<'_>) -> Answer {
        let message = (request.hop, false);
        let answer = self.server.response(request);
        self.note(message, request, &answer);
        self.repair(message, request, answer)
    }
}
