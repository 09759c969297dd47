//! Writing JSON, in the order of the fields of the model.

use std::fmt::Write;

/// A JSON text as it is written. Members of objects keep the order in which they are written.
#[derive(Debug, Default)]
pub(crate) struct JsonWriter {
    out: String,
    /// Whether the next member or element needs a comma before it.
    comma: bool,
}

impl JsonWriter {
    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.nest('{', '}', members);
    }

    pub(crate) fn list(&mut self, elements: impl FnOnce(&mut Self)) {
        self.nest('[', ']', elements);
    }

    fn nest(&mut self, open: char, close: char, inner: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.comma = false;
        inner(self);
        self.out.push(close);
        self.comma = true;
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.out.push(':');
        self.comma = false;
        self
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.characters(text.chars());
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.raw("null"),
        }
    }

    /// Bytes as Latin-1, one character for each byte.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.characters(bytes.iter().copied().map(char::from));
    }

    fn characters(&mut self, text: impl Iterator<Item = char>) {
        self.separate();
        self.out.push('"');
        for c in text {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                // JSON does not require these escapes, but a terminal could obey control characters of
                // Latin-1.
                '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
        self.comma = true;
    }

    pub(crate) fn raw(&mut self, text: impl std::fmt::Display) {
        self.separate();
        let _ = write!(self.out, "{text}");
        self.comma = true;
    }

    pub(crate) fn strings<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) {
        self.list(|out| texts.into_iter().for_each(|text| out.string(text.as_ref())));
    }

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
