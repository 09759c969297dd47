//! Which decisions a server's log tells of.

use crate::decide::request::Request;
use crate::issues::code::Reason;
use crate::response::template::Action;

/// The reason that a server's log tells for a decision, which has this `action`, `reason` and `reported`: that of a refusal,
/// or of one that was only reported.
///
/// A browser sends `Origin` with a site's own writes as well, which need no CORS: where the application answers such a
/// request, nothing is refused.
#[must_use]
pub fn reason_to_log(
    action: Action,
    reason: Reason,
    reported: Option<Reason>,
    request: &Request<'_>,
) -> Option<Reason> {
    let refuses_nothing = || action == Action::Continue && request.is_same_origin();
    reported.or_else(|| (reason.is_refusal() && !refuses_nothing()).then_some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_and_a_sites_own_pages_are_not() {
        use Action::{Continue, Respond};
        use Reason::{OriginAllowed, OriginNotAllowed, WriteRefused};
        let own = Request { host: Some(b"a.example"), ..Request::new(b"POST").origin(b"https://a.example") };
        let foreign = Request { host: Some(b"b.example"), ..own };
        for (action, reason, reported, request, expected) in [
            (Continue, OriginNotAllowed, None, foreign, Some(OriginNotAllowed)),
            (Continue, OriginNotAllowed, None, own, None),
            (Respond, OriginNotAllowed, None, own, Some(OriginNotAllowed)),
            (Continue, OriginAllowed, None, foreign, None),
            (Continue, OriginAllowed, Some(WriteRefused), foreign, Some(WriteRefused)),
            (Continue, OriginNotAllowed, Some(WriteRefused), own, Some(WriteRefused)),
            (Respond, WriteRefused, None, foreign, Some(WriteRefused)),
        ] {
            assert_eq!(
                reason_to_log(action, reason, reported, &request),
                expected,
                "{action:?} {reason:?} {reported:?}"
            );
        }
    }
}
