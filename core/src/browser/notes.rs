//! The notes of a walk: the checks, and the check that failed.

use crate::browser::exchange::Answer;
use crate::browser::outcome::{Failure, Step, StepName};

/// The notes of one walk.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) steps: Vec<Step>,
    pub(crate) failure: Option<Failure>,
}

/// The error after a failed check. The notes say which check failed, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopped;

impl Notes {
    /// Adds a check, which failed unless `passed` is true.
    pub(crate) fn check(
        &mut self,
        name: StepName,
        hop: usize,
        passed: bool,
        saw: impl Into<String>,
    ) -> Result<(), Stopped> {
        self.steps.push(Step { name, hop, passed, saw: saw.into() });
        if passed { Ok(()) } else { Err(Stopped) }
    }

    /// Adds facts about the check that failed last. Without a failure, nothing is added.
    pub(crate) fn explain(&mut self, url: String, answer: &Answer, more: impl FnOnce(&mut Failure)) {
        let Some(step) = self.steps.last().filter(|step| !step.passed) else { return };
        let network = match answer {
            Answer::Failed(error) => Some(*error),
            _ => None,
        };
        let mut failure = Failure {
            step: step.name,
            hop: step.hop,
            url,
            location: None,
            status: answer.status(),
            blocked: None,
            value: Vec::new(),
            lines: 0,
            network,
        };
        more(&mut failure);
        self.failure = Some(failure);
    }
}
