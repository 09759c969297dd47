//! Variables and templates that were not filled in.

/// The first part of a text that another program should have replaced: `${NAME}`, `$NAME`, `%NAME%`, `{{ name }}`,
/// `<%= name %>`, `{NAME}`, `<name>`.
pub(crate) fn placeholder(text: &str) -> Option<&str> {
    // Except for `$NAME`, each has a mark that ends it.
    if !text.contains(['}', ')', '>', '%', '@', '$']) {
        return None;
    }
    text.char_indices().find_map(|(start, _)| {
        let (before, rest) = text.split_at_checked(start)?;
        // Groups and classes of a regex: `(?<name>…)`, `\p{L}`.
        if before.ends_with(['?', 'p', 'P']) {
            return None;
        }
        rest.get(..length(rest)?)
    })
}

/// A longer text is not the name of a variable, so it is not searched for the mark that ends one.
const LONGEST_NAME: usize = 128;

/// The length of the placeholder at the beginning of a text.
fn length(text: &str) -> Option<usize> {
    const WRAPPED: [(&str, &str); 7] =
        [("${", "}"), ("$(", ")"), ("{{", "}}"), ("<%", "%>"), ("%(", ")s"), ("#{", "}"), ("@@", "@@")];
    for (open, close) in WRAPPED {
        if let Some(rest) = text.strip_prefix(open) {
            let end = rest.char_indices().nth(LONGEST_NAME).map_or(rest.len(), |(end, _)| end);
            let rest = rest.get(..end)?;
            let end = rest.find(close)?;
            let inner = rest.get(..end)?.trim();
            let named = inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '=' | '-' | '.'));
            return named.then_some(open.len() + end + close.len());
        }
    }
    if let Some(rest) = text.strip_prefix('$') {
        return name(rest).map(|length| 1 + length);
    }
    for (open, close) in [("%", "%"), ("{", "}"), ("<", ">")] {
        if let Some(rest) = text.strip_prefix(open)
            && let Some(length) = name(rest)
            && rest.get(length..).is_some_and(|rest| rest.starts_with(close))
        {
            return Some(open.len() + length + close.len());
        }
    }
    None
}

/// The length of the variable's name at the beginning of a text.
fn name(text: &str) -> Option<usize> {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    Some(text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn texts_that_should_have_been_replaced() {
        for (text, found) in [
            ("${APP_ORIGIN}", "${APP_ORIGIN}"),
            ("https://${HOST:-a.example}:3000", "${HOST:-a.example}"),
            ("https://$HOST", "$HOST"),
            ("%APP_ORIGIN%", "%APP_ORIGIN%"),
            ("https://{{ host }}", "{{ host }}"),
            ("<%= ENV['ORIGIN'] %>", "<%= ENV['ORIGIN'] %>"),
            ("https://<your-domain>", "<your-domain>"),
            ("{ORIGIN}", "{ORIGIN}"),
        ] {
            assert_eq!(placeholder(text), Some(found), "{text}");
        }
        for text in [
            "https://a.example",
            "^https://[a-z]{2,3}$",
            "https://a%20b",
            "a$",
            "$",
            "{",
            "100%",
            "(a$|b$)",
            "(?<sub>a)",
            "\\p{L}",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
