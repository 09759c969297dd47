//! Breaking prose into lines.

/// Breaks a paragraph into lines with a maximum number of columns.
///
/// Code in backticks is not broken. A word or code that is longer than a line gets a line of its own. Each line after the
/// first begins with `indent`, and white space at the start of the text stays.
#[must_use]
pub fn wrap(text: &str, indent: &str, columns: usize) -> String {
    let leading = text.len() - text.trim_start().len();
    let mut out = text.get(..leading).unwrap_or_default().to_owned();
    let mut column = leading;
    let mut in_code = false;
    let words = text.trim_start().split(|c: char| {
        in_code ^= c == '`';
        c == ' ' && !in_code
    });
    for (index, word) in words.enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > columns {
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_short_and_code_is_whole() {
        assert_eq!(wrap("write this or `a b c d`", "  ", 12), "write this\n  or\n  `a b c d`");
        assert_eq!(wrap("  help: averyveryverylongword it", "    ", 10), "  help:\n    averyveryverylongword\n    it");
        assert_eq!(wrap("", "  ", 10), "");
    }
}
