//! Parsing a text as TOML.

use crate::config::setting_names::camel_case;
use crate::config::value::Value;
use crate::read::field_path::{Found, Step};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The place where the parser stopped, and the reason.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) offset: Option<usize>,
    pub(crate) message: String,
}

pub(crate) fn parse(text: &str) -> Result<Value, Stop> {
    let table = DeTable::parse(text)
        .map_err(|error| Stop { offset: error.span().map(|span| span.start), message: error.message().to_owned() })?;
    map(table.into_inner())
}

fn map(table: DeTable<'_>) -> Result<Value, Stop> {
    let entries = table.into_iter().map(|(key, item)| Ok((key.into_inner().into_owned(), value(item)?)));
    Ok(Value::Map(entries.collect::<Result<_, _>>()?))
}

fn value(value: Spanned<DeValue<'_>>) -> Result<Value, Stop> {
    let offset = Some(value.span().start);
    match value.into_inner() {
        DeValue::String(text) => Ok(Value::String(text.into_owned())),
        DeValue::Integer(number) => {
            // No setting needs the exact value of a number beyond i64.
            let beyond =
                || u64::from_str_radix(number.as_str(), number.radix()).map(|number| Value::Float(number as f64));
            let number = i64::from_str_radix(number.as_str(), number.radix()).map(Value::Integer).or_else(|_| beyond());
            number.map_err(|_| Stop { offset, message: "integer number overflowed".into() })
        }
        DeValue::Float(number) => Value::number(number.as_str())
            .ok_or_else(|| Stop { offset, message: "floating-point number overflowed".into() }),
        DeValue::Boolean(value) => Ok(Value::Bool(value)),
        DeValue::Datetime(_) => Ok(Value::Other("date".into())),
        DeValue::Array(items) => Ok(Value::List(items.into_iter().map(self::value).collect::<Result<_, _>>()?)),
        DeValue::Table(table) => map(table),
    }
}

pub(crate) fn is_toml(text: &str) -> bool {
    DeTable::parse(text).is_ok()
}

/// A text, parsed so that the offsets of its values are known.
pub(crate) struct Offsets<'t>(Spanned<DeTable<'t>>);

impl<'t> Offsets<'t> {
    /// `None` if the text is not TOML.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        DeTable::parse(text).ok().map(Offsets)
    }

    /// A field's setting or entry, or the nearest table or list around it.
    pub(crate) fn find(&self, steps: &[Step<'_>]) -> Option<Found> {
        let mut place = None;
        let mut value: Option<&Spanned<DeValue<'_>>> = None;
        for step in steps {
            let next = match (value.map(Spanned::get_ref), step) {
                (Some(DeValue::Array(items)), Step::Index(index)) => items.get(*index).map(|item| {
                    let Range { start, end } = item.span();
                    (Found { start, end_of_name: end, end }, item)
                }),
                (None, _) => entry(self.0.get_ref(), *step),
                (Some(DeValue::Table(table)), _) => entry(table, *step),
                _ => None,
            };
            let Some((found, next)) = next else { break };
            place = Some(found);
            value = Some(next);
        }
        place
    }
}

fn entry<'t, 'i>(table: &'t DeTable<'i>, step: Step<'_>) -> Option<(Found, &'t Spanned<DeValue<'i>>)> {
    let Step::Key(wanted) = step else { return None };
    let camel = camel_case(wanted);
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == wanted || *key.get_ref() == camel)?;
    let Range { start, end: end_of_name } = key.span();
    // The span of a table with a header of its own may be before the key.
    Some((Found { start, end_of_name, end: value.span().end.max(end_of_name) }, value))
}
