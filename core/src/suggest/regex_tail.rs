//! Pieces of a regex after the host that no origin has: a path, `.*`, the default port.

use crate::origins::public_suffix;
use crate::suggest::regex_pieces::{PieceKind, plain};

/// Removes a path, and pieces at the end that match anything; says whether there were any. If a port could be removed
/// with them, or if the rest could be a part of a longer name, it is not known what was meant.
pub(crate) fn cut_tail(pieces: &mut Vec<(String, PieceKind)>) -> Option<bool> {
    let is_path = |text: &str| {
        let text = text.replace('\\', "");
        let inner = inside_groups(&text).trim_start_matches(['(', '[']);
        inner.starts_with('/') || inner.starts_with("$|") || (text.starts_with('[') && inner.contains('/'))
    };
    let has_colon = |(text, _): &(String, PieceKind)| text.replace("(?:", "(").contains(':');
    if let Some(path) = pieces.iter().skip(1).position(|(text, _)| is_path(text)) {
        let cut = pieces.split_off(path + 1);
        if cut.iter().any(has_colon) {
            return None;
        }
    }
    let is_any = |(text, kind): &(String, PieceKind)| {
        let inner = inside_groups(text).trim_start_matches('(').trim_end_matches('?').trim_end_matches(')');
        *kind == PieceKind::AnyRun || matches!(inner, ".*" | ".+") || text == "\\b"
    };
    let before = pieces.len();
    while pieces.len() > 1 && pieces.last().is_some_and(is_any) {
        let (_, rest) = pieces.split_last()?;
        if plain(rest).ends_with(':') {
            break;
        }
        let bare = pieces.last().is_some_and(|(_, kind)| *kind == PieceKind::AnyRun);
        if bare && ends_within_a_name(&plain(rest)) {
            return None;
        }
        pieces.pop();
    }
    Some(pieces.len() < before)
}

/// Whether the end of a host may be the beginning of a longer name or port: `example.co`, `localhost:3`.
fn ends_within_a_name(host: &str) -> bool {
    let last = host.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_part = last.len() < 3 || last.bytes().any(|byte| byte.is_ascii_digit());
    !last.is_empty() && (is_part || !public_suffix::is_listed(last)) && last != "localhost"
}

/// Anything after a colon is a port.
pub(crate) fn open_port(pieces: &mut Vec<(String, PieceKind)>) {
    let Some((last, _)) = pieces.last() else { return };
    if let [.., (colon, _), (digits, _)] = pieces.as_slice()
        && colon == ":?"
        && matches!(&**digits, "[0-9]*" | "[0-9]+" | "\\d*" | "\\d+")
    {
        pieces.truncate(pieces.len() - 2);
        pieces.push(("(:[0-9]+)?".into(), PieceKind::Other));
        return;
    }
    let port = match &**last {
        "(:.*)?" | "(?::.*)?" | "(:.+)?" | "(?::.+)?" => "(:[0-9]+)?",
        "(:.*)" | "(?::.*)" | "(:.+)" | "(?::.+)" => ":[0-9]+",
        ".*" | ".+" if pieces.len() > 2 => "[0-9]+",
        ":" => {
            pieces.push(("[0-9]+".into(), PieceKind::Other));
            return;
        }
        _ => return,
    };
    pieces.pop();
    pieces.push((port.into(), PieceKind::Other));
}

/// Removes the scheme's default port.
pub(crate) fn cut_default_port(pieces: &mut Vec<(String, PieceKind)>, scheme: &str) {
    let digits = if scheme.contains("https") { ":443" } else { ":80" };
    let Some(start) = pieces.len().checked_sub(digits.len()) else { return };
    if start > 0 && pieces.get(start..).is_some_and(|last| plain(last) == digits) {
        pieces.truncate(start);
    }
}

/// The text after the starts of groups that do not capture.
pub(crate) fn inside_groups(mut text: &str) -> &str {
    while let Some(inner) = text.strip_prefix("(?:") {
        text = inner;
    }
    text
}
