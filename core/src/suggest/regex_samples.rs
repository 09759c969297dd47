//! Origins that the author of a regex most likely had in mind, because the regex spells them out.

use crate::origins::origin::Origin;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most texts that are kept for each part of a regex.
const MOST_TEXTS: usize = 16;
/// A class of at most this many characters counts as a choice among them.
const SMALL_CLASS: usize = 4;
/// The longest text, in bytes.
const LONGEST: usize = 300;

/// Spells the regex out: for each choice of alternatives, the origins that may be meant.
pub(crate) fn spelled(hir: &Hir) -> Vec<Vec<String>> {
    let all = [texts(hir, false), texts(&without_tail(hir), true), texts(hir, true)];
    let longest = all.iter().map(Vec::len).max().unwrap_or(0);
    let spelled = |index| all.iter().filter_map(|texts| cycle(texts, index)).flat_map(|text| origins(text)).collect();
    (0..longest).map(spelled).collect()
}

/// The regex without optional parts at its end.
fn without_tail(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => without_tail(&capture.sub),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(without_tail).collect()),
        HirKind::Concat(parts) => {
            let may_go = |part: &Hir| part.properties().minimum_len() == Some(0);
            let kept = parts.iter().rposition(|part| !may_go(part)).map_or(0, |last| last + 1);
            Hir::concat(parts.iter().take(kept).cloned().collect())
        }
        _ => hir.clone(),
    }
}

fn cycle<T>(list: &[T], index: usize) -> Option<&T> {
    index.checked_rem(list.len()).and_then(|index| list.get(index))
}

/// A text as an origin, or as part of one.
fn origins(text: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let mut text = text.trim_end_matches('/').to_ascii_lowercase();
    if text.ends_with(':') {
        text.push('1');
    }
    // Browsers leave the default port out.
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        if text.starts_with(scheme)
            && let Some(host) = text.strip_suffix(port)
        {
            text = host.to_owned();
        }
    }
    let before = ["", "https://", "https://a", "http://"];
    let all = before.into_iter().map(|before| format!("{before}{text}"));
    all.filter(|origin| Origin::parse(origin.as_bytes()).is_some()).collect()
}

/// Some texts that a regex matches, for each alternative. A part is repeated as few times as possible. With `more`, it
/// is repeated one more time.
fn texts(hir: &Hir, more: bool) -> Vec<Vec<u8>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Class(class) => some_of(class),
        HirKind::Capture(capture) => texts(&capture.sub, more),
        HirKind::Repetition(repetition) => {
            let once_more = more && repetition.max.is_none_or(|max| repetition.min < max);
            let times = usize::try_from(repetition.min).unwrap_or(LONGEST).saturating_add(once_more.into());
            if times == 0 {
                return vec![Vec::new()];
            }
            let once = match repetition.sub.kind() {
                // A single dot may mean a literal dot. Any number of characters means a label.
                HirKind::Class(class) if class_has(class, b'a') => vec![vec![b'a']],
                _ => texts(&repetition.sub, more),
            };
            once.into_iter().map(|text| if text.len() * times > LONGEST { text } else { text.repeat(times) }).collect()
        }
        HirKind::Concat(parts) => parts.iter().fold(vec![Vec::new()], |texts_before, part| {
            let after = texts(part, more);
            let joined = (0..texts_before.len().max(after.len())).map(|index| {
                let parts = [cycle(&texts_before, index), cycle(&after, index)];
                let mut text: Vec<u8> = parts.into_iter().flatten().flatten().copied().collect();
                text.truncate(LONGEST);
                text
            });
            joined.collect()
        }),
        HirKind::Alternation(branches) => {
            branches.iter().flat_map(|branch| texts(branch, more)).take(MOST_TEXTS).collect()
        }
    }
}

/// The characters of a small class are alternatives. For a larger class, one character is enough.
fn some_of(class: &Class) -> Vec<Vec<u8>> {
    let bytes = match class {
        Class::Bytes(class) => Some(class.clone()),
        Class::Unicode(class) => class.to_byte_class(),
    };
    match bytes {
        Some(bytes) if bytes.iter().map(|range| range.len()).sum::<usize>() <= SMALL_CLASS => {
            bytes.iter().flat_map(|range| range.start()..=range.end()).map(|byte| vec![byte]).collect()
        }
        _ => vec![vec![plainest(class)]],
    }
}

/// The character of a class that makes the plainest origin. A dot that is not escaped means a literal dot.
fn plainest(class: &Class) -> u8 {
    let is_any = class_has(class, b'a') && class_has(class, b'.') && class_has(class, b'/');
    let order: &[u8] = if is_any { b".a" } else { b"a1-./" };
    order.iter().copied().chain(b'!'..=b'~').find(|byte| class_has(class, *byte)).unwrap_or(b'?')
}

fn class_has(class: &Class, byte: u8) -> bool {
    match class {
        Class::Bytes(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&byte)),
        Class::Unicode(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&byte.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;
    use crate::origins::regex::Regex;

    #[test]
    fn what_is_meant() {
        for (source, first) in [
            (r"^https://app\.example\.com", vec!["https://app.example.com"]),
            (r"https://app.example.com", vec!["https://app.example.com"]),
            (r"\.example\.com$", vec!["https://a.example.com"]),
            (r"^https://(a|b)\.example\.com", vec!["https://a.example.com", "https://b.example.com"]),
            (r"^HTTPS://App\.example\.com/$", vec!["https://app.example.com"]),
            (r"https://[a-z0-9.-]+\.example\.com(:\d+)?", vec!["https://a.example.com"]),
        ] {
            let found = spelled(&Regex::parse(source).unwrap().hir);
            let found: Vec<&str> = found.iter().filter_map(|group| group.first().map(String::as_str)).collect();
            assert_eq!(found, first, "{source}");
        }
    }

    #[test]
    fn it_is_bounded() {
        for source in ["((a|b){9}|c{500}){9}", "(a|b|c|d)(e|f|g|h)((i|j|k|l)|(m|n|o|p)|(q|r|s|t)|(u|v|w|x)){99}"] {
            let found = spelled(&Regex::parse(source).unwrap().hir);
            assert!(found.len() <= 16 && found.concat().iter().all(|text| text.len() < 320), "{source}");
        }
    }
}
