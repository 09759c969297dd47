//! Where in a text a setting stands: the line of each issue's field.

use crate::error::Issue;
use crate::keys::camel_case;
use serde_json::value::RawValue;
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Fills in the lines of issues about a JSON text.
pub(crate) fn locate_json(issues: &mut [Issue], text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(root) = serde_json::from_str::<&RawValue>(text) else { return };
    let mut lists = HashMap::new();
    locate(issues, text, |steps| in_json(text, root, steps, &mut lists));
}

/// Fills in the lines of issues about a TOML text.
pub(crate) fn locate_toml(issues: &mut [Issue], text: &str) {
    let Ok(root) = DeTable::parse(text) else { return };
    locate(issues, text, |steps| in_toml(root.get_ref(), steps));
}

fn locate(issues: &mut [Issue], text: &str, mut find: impl FnMut(&[Step<'_>]) -> Option<usize>) {
    let ends: Vec<usize> = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    for issue in issues {
        let offset = find(&steps(&issue.field));
        let line = offset.map(|offset| ends.partition_point(|end| *end < offset) + 1);
        issue.line = line.and_then(|line| line.try_into().ok());
    }
}

/// One step of a field's path: `routes[0].path` has three.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step<'f> {
    Key(&'f str),
    Index(usize),
}

impl Step<'_> {
    fn is_key(self, name: &str) -> bool {
        matches!(self, Step::Key(key) if key == name || camel_case(key) == name)
    }
}

fn steps(field: &str) -> Vec<Step<'_>> {
    let parts = field.split(['.', '[']).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            _ => Step::Key(part),
        })
        .collect()
}

/// The offset of the value, or of the nearest table or list around it.
fn in_toml(table: &DeTable<'_>, steps: &[Step<'_>]) -> Option<usize> {
    let mut place = None;
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for step in steps {
        let next = match (value.map(Spanned::get_ref), step) {
            (Some(DeValue::Array(items)), Step::Index(index)) => {
                items.get(*index).map(|item| (item.span().start, item))
            }
            (None, _) => entry(table, *step),
            (Some(DeValue::Table(table)), _) => entry(table, *step),
            _ => None,
        };
        let Some((offset, found)) = next else { break };
        place = Some(offset);
        value = Some(found);
    }
    place
}

fn entry<'t, 'i>(table: &'t DeTable<'i>, step: Step<'_>) -> Option<(usize, &'t Spanned<DeValue<'i>>)> {
    let (key, value) = table.iter().find(|(key, _)| step.is_key(key.get_ref()))?;
    Some((key.span().start, value))
}

/// As [`in_toml`]. A list is cut once, however many issues there are in it.
fn in_json<'t>(
    text: &'t str,
    root: &'t RawValue,
    steps: &[Step<'_>],
    lists: &mut HashMap<usize, Vec<&'t RawValue>>,
) -> Option<usize> {
    // A raw value borrows from the text.
    let offset = |value: &RawValue| (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let mut value = root;
    let mut place = None;
    for step in steps {
        let next = match step {
            Step::Index(index) => {
                let cut = || serde_json::from_str(value.get()).unwrap_or_default();
                lists.entry(offset(value)?).or_insert_with(cut).get(*index).copied()
            }
            Step::Key(_) => {
                let entries: HashMap<String, &RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
                entries.into_iter().find(|(name, _)| step.is_key(name)).map(|(_, value)| value)
            }
        };
        let Some(next) = next else { break };
        value = next;
        place = offset(value);
    }
    place
}
