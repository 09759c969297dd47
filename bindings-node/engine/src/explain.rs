//! Explanations of exchanges, as JSON and as text for people. `lib/explain/explanation.js` makes objects of them.

use crate::encoded_options;
use crate::json::row;
use crate::misuse::{Misuse, Result};
use corsac::Policy;
use corsac::binding::{explain_captured, explain_with};
use corsac::browser::{Exchange, Verdict};

/// Explains how a browser handles an exchange, with the responses of the policy if one is given. `text` is JSON (`json`), or
/// an object in the encoding of `lib/policy/options-encoder.js` (`encoded`), or JSON with captured responses of a
/// server that has this policy (`captured`).
///
/// Returns JSON: `[explanation, text, readable, blocked]`. The first two are texts, and the others say whether
/// the script can read the response and whether the browser withholds it from the script. If the exchange cannot be
/// read, it returns `[null, message, problems]`, where each problem is a path, a message and a help.
///
/// # Errors
///
/// There is no such format, or the object is not encoded.
pub fn explained(policy: Option<&Policy>, format: &str, text: &[u8]) -> Result<String> {
    let exchange = match format {
        "json" | "captured" => Exchange::from_json(text),
        "encoded" => Exchange::from_value(encoded_options::read(text)?),
        _ => return Err(Misuse::new(format_args!("no format `{format}`"))),
    };
    let answer = match exchange {
        Ok(exchange) => {
            let explain = if format == "captured" { explain_captured } else { explain_with };
            let explanation = explain(policy, &exchange);
            let verdict = explanation.verdict;
            let text = explanation.to_string();
            row(|out| {
                out.string(&explanation.to_json());
                out.string(text.trim_end());
                out.raw(verdict == Verdict::Readable);
                out.raw(verdict.is_blocked());
            })
        }
        Err(error) => row(|out| {
            out.null();
            out.string(&error.to_string());
            out.list(|out| {
                error.problems().iter().for_each(|found| out.strings([&found.path, &found.message, &found.help]))
            });
        }),
    };
    Ok(answer)
}
