//! Only the code of corsac that reads a policy and decides, as a shared library without explanations.

use corsac::{Evaluation, Policy, Request};

/// Reads a policy from standard input, decides a preflight, and returns how many bytes its headers have.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_decides() -> usize {
    let Ok(text) = std::io::read_to_string(std::io::stdin()) else { return 0 };
    let Ok(policy) = Policy::from_json(&text) else { return 0 };
    let request = Request::new(b"OPTIONS").origin(text.as_bytes()).path(text.as_bytes());
    let Evaluation::Decided(decision) = policy.evaluate(&request.access_control_request_method(b"PUT")) else {
        return 0;
    };
    decision.headers().map(|header| header.value.len()).sum()
}
