//! A `curl` command, as developer tools copy it or people type it.

use crate::browser::octets::latin1_bytes;
use crate::capture::captured::{Captured, CapturedRequest, header_line};
use crate::capture::known::Known;
use crate::capture::paste_error::PasteError;
use crate::capture::words::words;

/// The command in a text; none if it is something else.
pub(crate) fn command(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['$', '>', '%', '#']).trim_start();
    let rest = text.strip_prefix("curl.exe").or_else(|| text.strip_prefix("curl"))?;
    rest.starts_with(char::is_whitespace).then_some(text)
}

/// Options with a value that has nothing to do with the request's headers.
const OTHERS_WITH_VALUE: &str = "-o --output -m --max-time --connect-timeout -x --proxy -w --write-out --cacert --cert --key -E \
                                 --retry --resolve --interface --limit-rate -T --upload-file -c --cookie-jar -D \
                                 --dump-header -K --config -r --range -C --continue-at -y -Y -z --ciphers --tls-max \
                                 --connect-to --retry-delay --max-redirs --proxy-user -U";

/// Short options that take the rest of their word as the value.
const SHORT_WITH_VALUE: &str = "XHdbAeuFomxwEcDKTrCyYzU";

pub(crate) fn read(command: &str, known: &Known<'_>) -> Result<Captured, PasteError> {
    let words = words(command).ok_or_else(|| {
        PasteError::new("the curl command ends inside quotation marks", "copy the whole command, to its last line")
    })?;
    let mut request = CapturedRequest::default();
    let (mut method, mut is_get, mut is_head) = (None, false, false);
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let (option, value) = split(&word);
        let mut value = || value.clone().or_else(|| words.next()).unwrap_or_default();
        match option {
            "-X" | "--request" => method = Some(value()),
            "-H" | "--header" => request.headers.extend(header_line(&value())),
            "-b" | "--cookie" => request.headers.push((b"cookie".to_vec(), latin1_bytes(&value()))),
            "-A" | "--user-agent" => request.headers.push((b"user-agent".to_vec(), latin1_bytes(&value()))),
            "-e" | "--referer" => request.headers.push((b"referer".to_vec(), latin1_bytes(&value()))),
            "-u" | "--user" => {
                value();
                // The name and the password are left out, because explanations hide them anyway.
                request.headers.push((b"authorization".to_vec(), b"Basic".to_vec()));
            }
            "--url" => request.url = value(),
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--data-urlencode" => {
                value();
                request.has_body = true;
            }
            "--json" => {
                value();
                request.has_body = true;
                request.headers.push((b"content-type".to_vec(), b"application/json".to_vec()));
            }
            "-F" | "--form" => {
                value();
                request.has_body = true;
                request.headers.push((b"content-type".to_vec(), b"multipart/form-data".to_vec()));
            }
            "-G" | "--get" => is_get = true,
            "-I" | "--head" => is_head = true,
            option if OTHERS_WITH_VALUE.split_ascii_whitespace().any(|other| other == option) => {
                value();
            }
            option if option.starts_with('-') && option.len() > 1 => {}
            url => request.url = url.to_owned(),
        }
    }
    request.has_body &= !is_get;
    let usual = if is_head {
        "HEAD"
    } else if request.has_body {
        "POST"
    } else {
        "GET"
    };
    request.method = method.unwrap_or_else(|| usual.to_owned());
    let has_type = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"content-type"));
    if request.has_body && !has_type {
        request.headers.push((b"content-type".to_vec(), b"application/x-www-form-urlencoded".to_vec()));
    }
    if request.url.is_empty() {
        return Err(PasteError::new("the curl command has no URL", "copy the whole command, to its last line"));
    }
    if !request.url.contains("://") {
        request.url = format!("http://{}", request.url);
    }
    let mut captured = Captured { is_request_only: true, ..Captured::default() };
    let exchange = request.exchange(known, &mut captured);
    captured.exchanges.push(exchange);
    Ok(captured)
}

/// An option and the value that is in the same word: `-XPUT`, `--request=PUT`.
fn split(word: &str) -> (&str, Option<String>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (word, None),
        };
    }
    let mut characters = word.char_indices();
    let (Some((_, '-')), Some((_, letter))) = (characters.next(), characters.next()) else { return (word, None) };
    match characters.next() {
        Some((index, _)) if SHORT_WITH_VALUE.contains(letter) => {
            let (option, value) = word.split_at(index);
            (option, Some(value.to_owned()))
        }
        // Several short options in one word: the last of them can have a value.
        Some(_) => match word.chars().last() {
            Some('X') => ("-X", None),
            Some('H') => ("-H", None),
            Some('d') => ("-d", None),
            Some('I') => ("-I", None),
            Some('o') => ("-o", None),
            _ => ("-", None),
        },
        None => (word, None),
    }
}
