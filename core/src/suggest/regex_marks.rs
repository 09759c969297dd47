//! Characters that mark a regex in other programs. Here they are part of the regex.

/// The marks that surround a regex in other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `/…/`
    Slashes,
    /// nginx's `~`
    Tilde,
    Quotes,
    Space,
    /// Each backslash twice, as in the source of a program.
    Backslashes,
}

/// The outermost mark.
pub(crate) fn first_mark(source: &str) -> Option<Mark> {
    let backslashes = || source.contains("\\\\").then_some(Mark::Backslashes);
    cut_mark(source).map(|(mark, _)| mark).or_else(backslashes)
}

/// The regex inside all marks.
pub(crate) fn without_marks(source: &str) -> String {
    let mut text = source;
    while let Some((_, inside)) = cut_mark(text) {
        text = inside;
    }
    text.replace("\\\\", "\\")
}

fn cut_mark(text: &str) -> Option<(Mark, &str)> {
    let trimmed = text.trim();
    if trimmed.len() < text.len() {
        return Some((Mark::Space, trimmed));
    }
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    if let Some(inside) = quoted('"').or_else(|| quoted('\'')) {
        return Some((Mark::Quotes, inside));
    }
    if let Some(inside) = text.strip_prefix("~*").or_else(|| text.strip_prefix('~')) {
        return Some((Mark::Tilde, inside));
    }
    let (inside, flags) = text.strip_prefix('/').and_then(|text| text.rsplit_once('/'))?;
    let is_regex = flags.bytes().all(|byte| byte.is_ascii_lowercase()) && inside.contains(['^', '$', '\\']);
    is_regex.then_some((Mark::Slashes, inside))
}
