//! Files that are written by hand, except for blocks between two markers, such as `<!-- begin generated: settings -->`
//! and `<!-- end generated: settings -->`, in any comment syntax.

use std::error::Error;

/// A block's name, and the lines between its markers.
pub(crate) type Block = (&'static str, String);

/// The text with the lines between its markers replaced. A marker without a given block is an error, and so is a given
/// block without a marker.
pub(crate) fn replaced(text: &str, blocks: &[Block]) -> Result<String, Box<dyn Error>> {
    let mut out = String::with_capacity(text.len());
    let mut seen = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        push(&mut out, line);
        let Some(name) = marker(line, "begin generated: ") else { continue };
        let (_, block) = blocks.iter().find(|(other, _)| *other == name).ok_or_else(|| format!("no block `{name}`"))?;
        block.lines().for_each(|line| push(&mut out, line));
        let end = lines.find(|line| marker(line, "end generated: ") == Some(name));
        push(&mut out, end.ok_or_else(|| format!("the block `{name}` has no end"))?);
        seen.push(name);
    }
    match blocks.iter().find(|(name, _)| !seen.contains(name)) {
        Some((name, _)) => Err(format!("the block `{name}` has no markers").into()),
        None => Ok(out),
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The name in a marker: the text after the words, without the end of a comment.
fn marker<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    let (_, name) = line.split_once(words)?;
    Some(name.trim_end_matches("-->").trim())
}

#[cfg(test)]
mod tests {
    use super::replaced;

    const TEXT: &str = "a\n// begin generated: one\nold\n// end generated: one\nb\n";

    #[test]
    fn replaces_what_is_between_markers() {
        let text = replaced(TEXT, &[("one", "new\nlines\n".to_owned())]).unwrap_or_default();
        assert_eq!(text, "a\n// begin generated: one\nnew\nlines\n// end generated: one\nb\n");
        let text = replaced("<!-- begin generated: one -->\n<!-- end generated: one -->\n", &[("one", "x".to_owned())]);
        assert_eq!(text.unwrap_or_default(), "<!-- begin generated: one -->\nx\n<!-- end generated: one -->\n");
    }

    #[test]
    fn a_block_without_markers_is_an_error() {
        assert!(replaced(TEXT, &[]).is_err());
        assert!(replaced("a\n", &[("one", String::new())]).is_err());
        assert!(replaced("// begin generated: one\n", &[("one", String::new())]).is_err());
    }
}
