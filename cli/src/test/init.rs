//! `corsac test --init`: a table of what a policy decides now.

use crate::exchange_arguments::{RequestArguments, ResponseArguments, absolute, exchange};
use crate::failure::Failure;
use corsac::Policy;
use corsac::browser::Verdict;
use corsac::compare::SampleRequest;
use std::path::Path;

/// Writes the table.
pub(crate) fn table(path: &Path, policy: &Policy) -> Result<String, Failure> {
    let mut out = String::from(
        "# How browsers handle requests under the policy. Run this table with `corsac test`, and change what you did not intend.\n",
    );
    out.push_str(&format!("policy = {}\n", quoted(&path.display().to_string())));
    for sample in policy.sample_requests() {
        let verdict = verdict(&sample, policy)?;
        out.push_str(&format!("\n[[requests]]\nfrom = {}\nurl = {}\n", quoted(&sample.origin), quoted(&sample.path)));
        if sample.method != "GET" {
            out.push_str(&format!("method = {}\n", quoted(&sample.method)));
        }
        if let Some(header) = &sample.header {
            out.push_str(&format!("headers = {{ {} = \"1\" }}\n", quoted(header)));
        }
        if sample.credentials {
            out.push_str("credentials = true\n");
        }
        out.push_str(&format!("expect = {}\n", quoted(verdict.as_str())));
    }
    Ok(out)
}

fn verdict(sample: &SampleRequest, policy: &Policy) -> Result<Verdict, Failure> {
    let headers = sample.header.iter().map(|name| format!("{name}: 1")).collect();
    let request = RequestArguments::fetch(&sample.origin, &sample.method, headers, sample.credentials);
    let exchange = exchange(&absolute(&sample.path, &sample.origin), &request, &ResponseArguments::ok())?;
    Ok(policy.explain(&exchange).verdict)
}

/// A string of TOML. Every JSON string is one.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
