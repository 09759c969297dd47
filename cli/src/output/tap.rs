//! TAP, version 14 (testanything.org).

/// The version, and how many tests there are.
pub(crate) fn plan(tests: usize) -> String {
    format!("TAP version 14\n1..{tests}\n")
}

/// One test point, with what failed.
pub(crate) fn point(number: usize, passed: bool, name: &str, unmet: &[String]) -> String {
    let result = if passed { "ok" } else { "not ok" };
    let mut out = format!("{result} {number} - {}\n", escaped(name));
    if !passed {
        out.push_str("  ---\n");
        let message = serde_json::Value::String(unmet.join("; "));
        // Every JSON string is also a YAML string.
        out.push_str(&format!("  message: {message}\n  ...\n"));
    }
    out
}

/// A name, escaped so that nothing in it begins a directive.
fn escaped(name: &str) -> String {
    corsac::binding::printable(name).replace('\\', "\\\\").replace('#', "\\#")
}
