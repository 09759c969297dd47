//! Reading booleans and numbers.

use crate::config::value::Value;
use crate::issues::messages::policy::max_age_capped;
use crate::issues::messages::settings::{Wanted, max_age_out_of_range, preflight_status};
use crate::limits::CHROMIUM_MAX_AGE;
use crate::read::reader::Reader;

impl Reader<'_> {
    pub(crate) fn boolean(&mut self, key: &str, value: &Value) -> Option<bool> {
        if let Value::Bool(value) = value {
            return Some(*value);
        }
        self.wrong_type(key, value, Wanted::Switch);
        None
    }

    /// A whole number; one with a fraction of zero is whole.
    fn whole(&mut self, key: &str, value: &Value, wanted: Wanted) -> Option<i64> {
        match value {
            Value::Integer(number) => Some(*number),
            // A value beyond i64 saturates, and the result is out of every range.
            #[allow(clippy::cast_possible_truncation)]
            Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            Value::Float(number) if number.is_infinite() => Some(i64::MAX),
            other => {
                self.wrong_type(key, other, wanted);
                None
            }
        }
    }

    pub(crate) fn max_age(&mut self, key: &str, value: &Value) -> Option<Option<u32>> {
        if matches!(value, Value::Null | Value::Bool(false)) {
            return Some(None);
        }
        let number = self.whole(key, value, Wanted::Seconds)?;
        match u32::try_from(number) {
            Ok(seconds) if seconds <= 86400 => {
                if seconds > CHROMIUM_MAX_AGE {
                    let (notation, nested) = (self.notation(), self.is_nested());
                    self.lint(key, value, max_age_capped(key, seconds, notation, nested));
                }
                Some(Some(seconds))
            }
            _ => {
                let (suggestion, notation, nested) = (self.meant(key, value), self.notation(), self.is_nested());
                self.error(key, value, max_age_out_of_range(key, value, suggestion, notation, nested));
                None
            }
        }
    }

    pub(crate) fn status(&mut self, key: &str, value: &Value) -> Option<u16> {
        match self.whole(key, value, Wanted::Status)? {
            204 => Some(204),
            200 => Some(200),
            _ => {
                let (suggestion, notation, nested) = (self.meant(key, value), self.notation(), self.is_nested());
                self.error(key, value, preflight_status(key, value, suggestion, notation, nested));
                None
            }
        }
    }
}
