//! Finding the templates of a table in a text that people paste, and reading the values in their placeholders.

/// The longest value of a placeholder that is read, in bytes.
const LONGEST_VALUE: usize = 2048;

/// A template that was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The offset in bytes at which it begins; `end` is that at which it ends.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// How many bytes of the text come from the template itself. A match with more of them is better.
    pub(crate) literal: usize,
    /// The values of the placeholders, with their names.
    values: Vec<(&'static str, String)>,
}

impl Found {
    /// A piece of a text that was found without a template.
    pub(crate) fn of(start: usize, end: usize) -> Self {
        Found { start, end, literal: end - start, values: Vec::new() }
    }

    /// Whether the template can be only the beginning of a name, as `ERR_CERT_` is.
    pub(crate) fn is_name(&self) -> bool {
        self.values.is_empty()
    }

    /// The text that was found for the placeholder `{name}`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
    }
}

/// A text in the form in which it is compared with templates: with straight quotation marks, and with one space instead
/// of any white space.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '‘' | '’' | '`' => out.push('\''),
            '“' | '”' => out.push('"'),
            c if c.is_whitespace() || c.is_control() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Every occurrence of a template in a plain text.
pub(crate) fn find(template: &'static str, text: &str) -> Vec<Found> {
    let pieces = pieces(template);
    let Some(((_, first), rest)) = pieces.split_first() else { return Vec::new() };
    let starts = text.match_indices(first.as_str()).map(|(start, _)| start);
    starts.filter_map(|start| read(text, start, first.len(), rest)).collect()
}

/// A template as a list of its fixed pieces, each with the name of the placeholder before it.
fn pieces(template: &'static str) -> Vec<(&'static str, String)> {
    let mut pieces = Vec::new();
    let (mut name, mut rest) = ("", template);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((next, after)) = after.split_once('}') else { break };
        pieces.push((name, plain(before)));
        (name, rest) = (next, after);
    }
    pieces.push((name, plain(rest)));
    pieces
}

fn read(text: &str, start: usize, length: usize, rest: &[(&'static str, String)]) -> Option<Found> {
    let mut found = Found { start, end: start + length, literal: length, values: Vec::new() };
    for (name, literal) in rest {
        // This is advice at the end of a sentence, which Chromium prints only for requests of this API.
        if matches!(*name, "fetch" | "xhr") {
            continue;
        }
        let after = text.get(found.end..)?;
        // A value in quotation marks may have spaces.
        let is_quoted = literal.starts_with(['\'', '"']);
        let length = if *name == "value" || is_quoted { lazy(after, literal)? } else { word(after, literal)? };
        let value = after.get(..length)?;
        found.values.push((name, value.to_owned()));
        found.end += length + literal.len();
        found.literal += literal.len();
    }
    Some(found)
}

/// The length of a value that ends where the literal begins, or at the end of the text.
fn lazy(text: &str, literal: &str) -> Option<usize> {
    let most = LONGEST_VALUE + literal.len();
    let end = text.char_indices().map(|(index, _)| index).take_while(|index| *index <= most).last().unwrap_or_default();
    let text = if text.len() <= most { text } else { text.get(..end)? };
    if literal.is_empty() { Some(text.len()) } else { text.find(literal) }
}

/// The length of the longest value without spaces after which the literal follows.
fn word(text: &str, literal: &str) -> Option<usize> {
    let run = text.find(' ').unwrap_or(text.len());
    if run > LONGEST_VALUE {
        return None;
    }
    let ends = text.char_indices().map(|(index, _)| index).chain([text.len()]).take_while(|index| *index <= run);
    let fits = |end: &usize| text.get(*end..).is_some_and(|after| after.starts_with(literal));
    ends.filter(fits).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_leaves_open_is_read() {
        let text = plain("x Method  PUT is not\nallowed by ‘A’. Method a b is");
        let found = find("Method {element} is not allowed by 'A'.", &text);
        assert_eq!(found.len(), 1);
        let value = |template, text: &str, name| {
            find(template, text).first().and_then(|found| found.value(name).map(str::to_owned)).unwrap_or_default()
        };
        assert_eq!(value("Method {element} is not allowed by 'A'.", &text, "element"), "PUT");
        assert_eq!(value("load {url}.", "load http://a.example/x.y. Then", "url"), "http://a.example/x.y");
        assert_eq!(value("is '{value}', but", "is 'a b, c', but", "value"), "a b, c");
        assert_eq!(value("is {status}", "is 404", "status"), "404");
        assert!(find("is {status}.", "is 4 04.").is_empty());
    }
}
