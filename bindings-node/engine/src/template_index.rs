//! A decision as the number that the fast calls return.

use crate::compiled_policy::{CompiledPolicy, FunctionAnswer, Outcome};
use corsac::Request;

/// Is returned if the function of the whole policy has to be asked. For the function of route n, it
/// is `ASK - 1 - n`.
const ASK: i32 = -1;

/// Decides, and returns the index of the decision's template, or a number that says which function
/// has to be asked. `answer` reads the result of asking that function, if it was asked.
///
/// # Errors
///
/// Those of `answer`.
#[inline]
pub fn template_index<E>(
    policy: &CompiledPolicy,
    request: &Request<'_>,
    answer: impl FnOnce() -> std::result::Result<Option<FunctionAnswer>, E>,
) -> std::result::Result<i32, E> {
    // No policy has more templates or routes than i32 holds; JavaScript's functions refuse an index that they do not know.
    Ok(match policy.decide(request, answer)? {
        Outcome::Decided(decision) => i32::try_from(decision.template().index()).unwrap_or(i32::MAX),
        Outcome::Ask(pending) => match pending.route() {
            None => ASK,
            Some(route) => i32::try_from(route).map_or(i32::MIN, |route| (ASK - 1).saturating_sub(route)),
        },
    })
}
