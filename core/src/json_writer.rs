//! Writing JSON, in the order in which the members are written.

use std::fmt::{Display, Write};

/// A JSON text as it is written. Members of objects keep the order in which they are written.
#[derive(Debug, Default)]
pub struct JsonWriter {
    out: String,
    /// Whether the next member or element needs a comma before it.
    comma: bool,
}

impl JsonWriter {
    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// Writes an object with these members.
    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.open('{');
        members(self);
        self.close('}');
    }

    /// Writes a list with these elements.
    pub fn list(&mut self, elements: impl FnOnce(&mut Self)) {
        self.open('[');
        elements(self);
        self.close(']');
    }

    fn open(&mut self, open: char) {
        self.separate();
        self.out.push(open);
        self.comma = false;
    }

    fn close(&mut self, close: char) {
        self.out.push(close);
        self.comma = true;
    }

    /// Writes the name of a member. Its value has to follow.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.out.push(':');
        self.comma = false;
        self
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        self.separate();
        self.out.push('"');
        let mut rest = text;
        // Text that needs no escape is copied in one piece.
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_escaped(*c)) {
            let (plain, from) = rest.split_at(at);
            self.out.push_str(plain);
            self.character(c);
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        self.out.push_str(rest);
        self.out.push('"');
        self.comma = true;
    }

    /// Writes a string, or `null`.
    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    /// Writes bytes as a string in Latin-1, one character for each byte.
    #[cfg(feature = "explain")]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.separate();
        self.out.push('"');
        bytes.iter().for_each(|byte| self.character(char::from(*byte)));
        self.out.push('"');
        self.comma = true;
    }

    fn character(&mut self, c: char) {
        match c {
            '"' | '\\' => self.out.extend(['\\', c]),
            _ if is_escaped(c) => {
                let _ = write!(self.out, "\\u{:04x}", u32::from(c));
            }
            _ => self.out.push(c),
        }
    }

    /// Writes a number, `true` or `false`.
    pub fn raw(&mut self, text: impl Display) {
        self.write_raw(&text);
    }

    /// Is compiled once for all types.
    fn write_raw(&mut self, text: &dyn Display) {
        self.separate();
        let _ = write!(self.out, "{text}");
        self.comma = true;
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// Writes a number, or `null`.
    pub fn optional_number(&mut self, number: Option<impl Display>) {
        match number {
            Some(number) => self.raw(number),
            None => self.null(),
        }
    }

    /// Writes a list of strings.
    pub fn strings<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) {
        self.list(|out| texts.into_iter().for_each(|text| out.string(text.as_ref())));
    }

    #[cfg(feature = "explain")]
    pub(crate) fn headers(&mut self, lines: &[(Vec<u8>, Vec<u8>)]) {
        self.list(|out| {
            for (name, value) in lines {
                out.list(|out| {
                    out.bytes(name);
                    out.bytes(value);
                });
            }
        });
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
    }
}

/// JSON does not require escapes for control characters of Latin-1, but a terminal could obey them.
fn is_escaped(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\x1f' | '\x7f'..='\u{9f}')
}

#[cfg(test)]
mod tests {
    use super::JsonWriter;
    use serde_json::{Value, json};

    #[test]
    fn the_text_is_json() {
        let strings = ["", "a", "\"\\", "é\u{9f}\u{a0}\n\u{1f600}\0end"];
        let mut out = JsonWriter::default();
        out.object(|out| {
            out.key("strings").strings(strings);
            out.key("numbers").list(|out| {
                out.optional_number(None::<u16>);
                out.optional_number(Some(200));
                out.raw(true);
            });
            out.key("ke\"y").optional(None);
            out.key("nested").list(|out| out.object(|_| {}));
        });
        let text = out.finish();
        assert!(!text.chars().any(char::is_control), "{text}");
        let expected = json!({"strings": strings, "numbers": [null, 200, true], "ke\"y": null, "nested": [{}]});
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }
}
