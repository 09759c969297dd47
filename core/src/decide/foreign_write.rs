//! What protection does with the writes of one origin, for tools that compare a policy with other settings.

use crate::decide::decision::Decision;
use crate::decide::evaluate::Evaluation;
use crate::decide::policy::Policy;
use crate::decide::request::Request;
use crate::predicate::PredicateAnswer;
use crate::response::template::Action;

impl Policy {
    /// Whether protection refuses or reports writes to `/` that come from pages of this origin, which is on another site.
    ///
    /// The predicate is not asked. If its answer can make a difference, the result is `false`.
    #[must_use]
    pub fn objects_to_writes_from(&self, origin: &[u8]) -> bool {
        let mut request = Request::new(b"POST").origin(origin).path(b"/");
        request.sec_fetch_site = Some(b"cross-site");
        match self.evaluate(&request) {
            Evaluation::Decided(decision) => is_objection(&decision),
            Evaluation::Ask(pending) => is_objection(&pending.resolve(PredicateAnswer::Allow)),
        }
    }
}

fn is_objection(decision: &Decision<'_>) -> bool {
    decision.action() == Action::Respond || decision.reported().is_some()
}

#[cfg(test)]
mod tests {
    use crate::builder::PolicyBuilder;

    #[test]
    fn an_objection_does_not_depend_on_the_predicate() {
        let (credentials, writes) = ("allow_credentials = true", "protection = { writes = 'reject' }");
        let reports = "protection = { writes = 'reject', report_only = true }";
        let trusts = "protection = { writes = 'reject', trusted_origins = ['https://pay.example'] }";
        for (predicate, settings, expected) in [
            (false, [credentials, writes], true),
            (false, [credentials, reports], true),
            (false, [credentials, trusts], false),
            (false, [credentials, ""], false),
            // The predicate may allow the origin. A policy with credentials trusts every origin that it allows.
            (true, [credentials, writes], false),
            (true, ["", writes], true),
        ] {
            let text = format!("allow_origins = ['https://app.example']\n{}", settings.join("\n"));
            let policy = PolicyBuilder::new().predicate(predicate).toml(text.as_bytes()).unwrap();
            assert_eq!(policy.objects_to_writes_from(b"https://pay.example"), expected, "{predicate} {settings:?}");
        }
    }
}
