//! Which decisions belong in a server's log.

use crate::decide::request::Request;
use crate::issues::code::Reason;
use crate::response::template::Action;

/// The reason that a server should log for a decision with this `action`, `reason` and `reported`: the reason of a
/// refusal, or of a refusal that was only reported.
///
/// A browser also sends `Origin` with writes of a site's own pages, which need no CORS. If the application answers such
/// a request, nothing was refused, and there is nothing to log.
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
    fn refusals_are_logged_and_a_sites_own_pages_are_not() {
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
