//! Removing exports from a WebAssembly module. The format is that of the WebAssembly core specification, section 5.5.

use std::error::Error;

/// The bytes with which every module begins, and the version.
const HEADER: usize = 8;
const EXPORT_SECTION: u8 = 7;

/// The module without the exports of these names. The functions stay in it.
pub(crate) fn without_exports(module: &[u8], names: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut result = module.get(..HEADER).ok_or("the module has no header")?.to_vec();
    let mut rest = Reader(module.get(HEADER..).unwrap_or_default());
    while !rest.0.is_empty() {
        let kind = rest.byte()?;
        let length = rest.number()?;
        let content = rest.take(length)?;
        let content = if kind == EXPORT_SECTION { filtered(content, names)? } else { content.to_vec() };
        result.push(kind);
        write_number(content.len(), &mut result);
        result.extend(content);
    }
    Ok(result)
}

/// The section of exports without those of these names.
fn filtered(section: &[u8], names: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut reader = Reader(section);
    let mut kept = Vec::new();
    for _ in 0..reader.number()? {
        let before = reader.0;
        let length = reader.number()?;
        let name = reader.take(length)?;
        reader.byte()?;
        reader.number()?;
        if !names.iter().any(|unused| unused.as_bytes() == name) {
            kept.push(before.get(..before.len() - reader.0.len()).unwrap_or_default());
        }
    }
    let mut result = Vec::new();
    write_number(kept.len(), &mut result);
    result.extend(kept.concat());
    Ok(result)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Box<dyn Error>> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("the module ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Box<dyn Error>> {
        Ok(*self.take(1)?.first().ok_or("the module ends too early")?)
    }

    /// A number in LEB128: seven bits in each byte, the lowest first.
    fn number(&mut self) -> Result<usize, Box<dyn Error>> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            match byte & 0x80 {
                0 => return Ok(number),
                _ if shift > 28 => return Err("a number in the module is too large".into()),
                _ => {}
            }
        }
    }
}

fn write_number(mut number: usize, to: &mut Vec<u8>) {
    while number > 0x7f {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_removed() {
        // A memory that is exported as `a` and as `bc`.
        let module = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x07\x0a\x02\x01a\x02\0\x02bc\x02\0";
        assert_eq!(without_exports(module, &[]).unwrap(), module);
        let without = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x07\x06\x01\x02bc\x02\0";
        assert_eq!(without_exports(module, &["a", "x"]).unwrap(), without);
        for end in 9..module.len() {
            assert!(end == 13 || without_exports(&module[..end], &["a"]).is_err(), "{end}");
        }
    }
}
