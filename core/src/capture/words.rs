//! The words of a command that developer tools copied, for Unix shells and for cmd.
//!
//! If a value has a quotation mark, tools write `$'…'` with escapes, which crates for shell words do not read. For cmd
//! they write a `^` before every character that cmd could interpret.

/// The words of a command; none if a quotation mark is not closed.
pub(crate) fn words(command: &str) -> Option<Vec<String>> {
    if is_for_cmd(command) { cmd(command) } else { unix(command) }
}

/// cmd continues on the next line after a `^`, and tools quote with `^"` or, in older versions, with `"`.
fn is_for_cmd(command: &str) -> bool {
    command.contains("^\"") || command.lines().any(|line| line.trim_end().ends_with('^'))
}

fn unix(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = command.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('\n') => {}
                Some('\r') => {
                    characters.next_if_eq(&'\n');
                }
                Some(c) => word.get_or_insert_default().push(c),
                None => {}
            },
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '$' if characters.peek() == Some(&'\'') => {
                characters.next();
                ansi(&mut characters, word.get_or_insert_default())?;
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => match characters.next()? {
                            '\n' => {}
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            // The rest is another command.
            ';' | '|' | '&' => break,
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// The inside of `$'…'`.
fn ansi(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) -> Option<()> {
    loop {
        match characters.next()? {
            '\'' => return Some(()),
            '\\' => match characters.next()? {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                'u' => word.push(code_point(characters, 4)?),
                'x' => word.push(code_point(characters, 2)?),
                c => word.push(c),
            },
            c => word.push(c),
        }
    }
}

fn code_point(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize) -> Option<char> {
    let mut digits = String::new();
    while digits.len() < most {
        match characters.next_if(char::is_ascii_hexdigit) {
            Some(digit) => digits.push(digit),
            None => break,
        }
    }
    // Half of a surrogate pair is not a character.
    Some(char::from_u32(u32::from_str_radix(&digits, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn cmd(command: &str) -> Option<Vec<String>> {
    let mut unescaped = String::with_capacity(command.len());
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match c {
            '^' => match characters.next() {
                Some('\r' | '\n') | None => unescaped.push(' '),
                Some(c) => unescaped.push(c),
            },
            c => unescaped.push(c),
        }
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut characters = unescaped.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' if characters.peek() == Some(&'"') => {
                characters.next();
                word.get_or_insert_default().push('"');
            }
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                word.get_or_insert_default().push('"');
            }
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            '&' | '|' if !is_quoted => break,
            c if c.is_whitespace() && !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_of_unix_and_of_cmd_are_read() {
        let unix = "curl 'https://a.example/?a=1&b=2' \\\n  -H $'x: it\\'s \\u0021' -H \"y: \\\"z\\\"\" --data-raw '{}' ; echo";
        assert_eq!(
            words(unix).unwrap_or_default(),
            ["curl", "https://a.example/?a=1&b=2", "-H", "x: it's !", "-H", "y: \"z\"", "--data-raw", "{}"]
        );
        let cmd = "curl ^\"https://a.example/?a=1^&b=2^\" ^\r\n  -H ^\"x: ^\\^\"1^\\^\"^\" ^\n  -H \"y: 2\" &";
        assert_eq!(
            words(cmd).unwrap_or_default(),
            ["curl", "https://a.example/?a=1&b=2", "-H", "x: \"1\"", "-H", "y: 2"]
        );
        assert_eq!(words("curl 'x"), None);
        assert_eq!(words("curl \"x"), None);
        assert_eq!(words("curl ^\"x"), None);
    }
}
