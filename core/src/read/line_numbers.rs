//! The place of an issue's field in a text: the line in which it is written, and its bytes.

use crate::config::setting_names::camel_case;
use crate::issues::code::Code;
use crate::issues::issue::Issue;
use crate::read::field_path::{Found, Step, steps};
#[cfg(any(feature = "explain", feature = "toml"))]
use crate::read::toml_text::Offsets;
use serde_core::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Fills in the lines of issues about a JSON text.
pub(crate) fn locate_json(issues: &mut [Issue], text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(root) = serde_json::from_slice::<&RawValue>(text.as_bytes()) else { return };
    let mut cut = Vec::new();
    locate(issues, text, |steps| in_json(text, root, steps, &mut cut));
}

/// Does the same as [`locate_json`] in a TOML text.
#[cfg(feature = "toml")]
pub(crate) fn locate_toml(issues: &mut [Issue], text: &str) {
    let Some(offsets) = Offsets::of(text) else { return };
    locate(issues, text, |steps| offsets.find(steps));
}

/// Finds the lines of fields in a text, which is parsed once.
#[cfg(feature = "explain")]
pub(crate) enum LineFinder<'t> {
    Json(&'t str),
    Toml(&'t str, Option<Offsets<'t>>),
}

#[cfg(feature = "explain")]
impl<'t> LineFinder<'t> {
    pub(crate) fn of_json(text: &'t str) -> Self {
        LineFinder::Json(text)
    }

    pub(crate) fn of_toml(text: &'t str) -> Self {
        LineFinder::Toml(text, Offsets::of(text))
    }

    /// The line of a field, from 1: that of its value, or of the nearest list or table around it.
    pub(crate) fn line(&self, field: &str) -> Option<usize> {
        match self {
            LineFinder::Json(text) => {
                let root = serde_json::from_slice::<&RawValue>(text.as_bytes()).ok()?;
                in_json(text, root, &steps(field), &mut Vec::new()).map(|found| line_at(text, found.start))
            }
            LineFinder::Toml(text, offsets) => {
                offsets.as_ref()?.find(&steps(field)).map(|found| line_at(text, found.start))
            }
        }
    }
}

#[cfg(feature = "explain")]
fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn locate(issues: &mut [Issue], text: &str, mut find: impl FnMut(&[Step<'_>]) -> Option<Found>) {
    let ends: Vec<usize> = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    for issue in issues {
        let Some(found) = find(&steps(&issue.field)) else { continue };
        issue.line = (ends.partition_point(|end| *end < found.start) + 1).try_into().ok();
        let is_about_name = matches!(issue.code, Code::UnknownKey | Code::DuplicateKey);
        issue.span = Some(found.start..if is_about_name { found.end_of_name } else { found.end });
    }
}

/// The members of a list or a table in JSON, in their order. Members of lists have no names.
type Parts<'t> = Vec<(String, &'t RawValue)>;

/// The setting or the entry, or the nearest table or list around it. A list or table is split once, however many issues
/// it has: `cut` has the parts of those that were split, by their offset.
fn in_json<'t>(
    text: &'t str,
    root: &'t RawValue,
    steps: &[Step<'_>],
    cut: &mut Vec<(usize, Parts<'t>)>,
) -> Option<Found> {
    // A raw value borrows from the text.
    let offset = |value: &RawValue| (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let mut value = root;
    let mut place = None;
    for step in steps {
        let at = offset(value)?;
        let index = match cut.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(index) => index,
            Err(index) => {
                cut.insert(index, (at, parts(value)));
                index
            }
        };
        let (_, parts) = cut.get(index)?;
        let next = match step {
            Step::Index(index) => parts.get(*index),
            Step::Key(key) => {
                let camel = camel_case(key);
                parts.iter().find(|(name, _)| name == key || *name == camel)
            }
        };
        let Some((name, next)) = next else { break };
        value = next;
        let start = offset(value)?;
        let end = start + value.get().len();
        // The name is the nearest string before the value that has the name's text. Members of lists have no names, so
        // none is searched for: that would read the whole text for each issue.
        let quoted = format!("\"{name}\"");
        let before = matches!(step, Step::Key(_)).then(|| text.get(..start)).flatten();
        let named = before.and_then(|before| before.rfind(&quoted));
        place = Some(match named {
            Some(named) => Found { start: named, end_of_name: named + quoted.len(), end },
            None => Found { start, end_of_name: end, end },
        });
    }
    place
}

fn parts(value: &RawValue) -> Parts<'_> {
    struct Cut;
    impl<'de> Visitor<'de> for Cut {
        type Value = Parts<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        // Values that are neither lists nor tables have no parts. They are accepted, because refusing them would add
        // serde's code for error messages to the program.
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Parts::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut parts = Vec::new();
            while let Some(item) = items.next_element()? {
                parts.push((String::new(), item));
            }
            Ok(parts)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut parts = Vec::new();
            while let Some(entry) = entries.next_entry()? {
                parts.push(entry);
            }
            Ok(parts)
        }
    }
    serde_json::Deserializer::from_slice(value.get().as_bytes()).deserialize_any(Cut).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::Policy;
    use std::time::{Duration, Instant};

    #[test]
    fn a_thousand_issues_in_a_long_text_take_no_longer() {
        let origins: Vec<_> = (0..50_000).map(|index| format!("\"https://A{index}.example\"")).collect();
        let keys: Vec<_> = (0..5_000).map(|index| format!("\"nope{index}\": 1")).collect();
        let start = Instant::now();
        for text in
            [format!("{{\"allow_origins\": [\n{}]}}", origins.join(",\n")), format!("{{\n{}}}", keys.join(",\n"))]
        {
            let error = Policy::from_json(text).unwrap_err();
            assert_eq!(error.issues().get(999).and_then(|issue| issue.line), Some(1001));
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
