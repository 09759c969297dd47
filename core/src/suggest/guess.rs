//! The value that was most likely meant by a value of the wrong type, for help texts. It decides nothing.

use crate::config::tables::takes;
use crate::config::takes::Takes;
use crate::config::value::Value;
use crate::suggest::lists::{suggest_headers, suggest_methods};
use crate::suggest::patterns::suggest;

/// The value that a setting should have instead, if that is clear. Whether core accepts that value is not checked here.
pub(crate) fn guess(key: &str, value: &Value) -> Option<Value> {
    match takes(key)? {
        Takes::Origins | Takes::PackageOrigin => origins(value),
        Takes::Methods | Takes::PackageMethods => texts(value, suggest_methods),
        Takes::Headers | Takes::PackageHeaders => texts(value, suggest_headers),
        Takes::Dangers => texts(value, |text| split(text).map(|name| name.replace('_', "-")).collect()),
        Takes::MaxAge => seconds(value).map(Value::Integer),
        Takes::Status => Some(Value::Integer(status(value)?)),
        Takes::Mode => boolean(value).map(|on| Value::from(if on { "reject" } else { "off" })),
        Takes::Protection => protection(value),
        Takes::Switch => boolean(value).map(Value::Bool),
        Takes::Regexes | Takes::Routes | Takes::Dialect | Takes::Address | Takes::Path | Takes::Danger => None,
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty())
}

fn texts(value: &Value, read: impl Fn(&str) -> Vec<String>) -> Option<Value> {
    let texts = match value {
        Value::String(text) if text.trim() == "*" => vec!["*".to_owned()],
        Value::String(text) => read(text),
        Value::List(items) => strings(items)?.into_iter().flat_map(read).collect(),
        Value::Bool(true) => vec!["*".to_owned()],
        _ => return None,
    };
    (!texts.is_empty()).then(|| texts.into())
}

fn origins(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) | Value::Url(text) => suggest(text).map(Value::from),
        Value::List(items) => {
            let patterns: Option<Vec<Vec<String>>> = strings(items)?.into_iter().map(suggest).collect();
            Some(patterns?.concat().into())
        }
        Value::Bool(true) => Some(["*"].into_iter().collect()),
        Value::Bool(false) => Some(Value::List(Vec::new())),
        _ => None,
    }
}

fn strings(items: &[Value]) -> Option<Vec<&str>> {
    // The help cannot show more entries.
    if items.len() > 16 {
        return None;
    }
    items.iter().map(|item| if let Value::String(text) = item { Some(text.as_str()) } else { None }).collect()
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Integer(number @ (0 | 1)) => Some(*number == 1),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" | "y" | "enabled" | "reject" | "refuse" | "deny" | "block" | "enforce"
            | "strict" => Some(true),
            "false" | "no" | "off" | "0" | "n" | "disabled" | "allow" | "none" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A protection that is switched on, or one with a list of trusted origins.
fn protection(value: &Value) -> Option<Value> {
    let (key, value) = match boolean(value) {
        Some(true) => ("writes", Value::from("reject")),
        Some(false) => ("writes", Value::from("off")),
        None => ("trusted_origins", origins(value)?),
    };
    Some(Value::Map(vec![(key.to_owned(), value)]))
}

/// Seconds, from a text such as `600`, `600s`, `10m`, `1 hour`, or from a number out of range.
fn seconds(value: &Value) -> Option<i64> {
    const LONGEST: i64 = 86400;
    let number = match value {
        Value::Integer(number) => *number,
        // A float is cut to a whole number, and saturates.
        #[allow(clippy::cast_possible_truncation)]
        Value::Float(number) if number.is_finite() => *number as i64,
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
            let (digits, unit) = text.split_at_checked(end)?;
            let number: i64 = digits.replace('_', "").parse().ok()?;
            let factor = match unit.trim().to_ascii_lowercase().as_str() {
                "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
                "m" | "min" | "mins" | "minute" | "minutes" => 60,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
                "d" | "day" | "days" => LONGEST,
                "w" | "week" | "weeks" => 7 * LONGEST,
                _ => return None,
            };
            number.checked_mul(factor)?
        }
        _ => return None,
    };
    Some(number.clamp(0, LONGEST))
}

fn status(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(_) | Value::Float(_) => Some(204),
        Value::String(text) if text.trim().starts_with("200") => Some(200),
        Value::String(text) if text.trim().starts_with('2') => Some(204),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::guess;
    use crate::config::value::Value;

    #[test]
    fn what_people_write() {
        for (key, written, meant) in [
            ("max_age", "600", "600"),
            ("max_age", "1h", "3600"),
            ("max_age", "10 minutes", "600"),
            ("max_age", "1_000", "1000"),
            ("max_age", "2 weeks", "86400"),
            ("allow_credentials", "yes", "true"),
            ("allow_credentials", "False", "false"),
            ("preflight_status", "200 OK", "200"),
            ("writes", "block", "reject"),
            ("allow_methods", "get, PUT", "[GET, PUT]"),
            ("dangerously_allow", "insecure_origins", "[insecure-origins]"),
        ] {
            let meaning = guess(key, &Value::from(written)).map(|value| value.to_string());
            assert_eq!(meaning.as_deref(), Some(meant), "{key} = {written}");
        }
        for (key, written) in [("max_age", "soon"), ("allow_credentials", "include"), ("allow_origins", "all")] {
            assert_eq!(guess(key, &Value::from(written)), None, "{key} = {written}");
        }
    }
}
