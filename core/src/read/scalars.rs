//! Reading booleans and numbers.

use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::read::reader::Reader;
use crate::suggest::guess::guess;

impl Reader<'_> {
    pub(crate) fn boolean(&mut self, key: &str, value: &Value) -> Option<bool> {
        if let Value::Bool(value) = value {
            return Some(*value);
        }
        let (yes, no) = (self.notation().boolean(true), self.notation().boolean(false));
        let help = format!("set it to `{yes}` or `{no}`, without quotes");
        self.wrong_type(key, value, &format!("`{yes}` or `{no}`"), &help);
        None
    }

    /// A whole number; one with a fraction of zero is whole.
    fn whole(&mut self, key: &str, value: &Value, wanted: &str, otherwise: &str) -> Option<i64> {
        match value {
            Value::Integer(number) => Some(*number),
            // Beyond i64 it saturates, which is out of every range.
            #[allow(clippy::cast_possible_truncation)]
            Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            Value::Float(number) if number.is_infinite() => Some(i64::MAX),
            other => {
                self.wrong_type(key, other, wanted, otherwise);
                None
            }
        }
    }

    pub(crate) fn max_age(&mut self, key: &str, value: &Value) -> Option<Option<u32>> {
        if matches!(value, Value::Null | Value::Bool(false)) {
            return Some(None);
        }
        let otherwise =
            format!("give it whole seconds from 0 to 86400, or `{}` for no header", self.notation().boolean(false));
        let number = self.whole(key, value, "whole seconds", &otherwise)?;
        match u32::try_from(number) {
            Ok(seconds) if seconds <= 86400 => Some(Some(seconds)),
            _ => {
                let message = format!(
                    "`{}` is out of range: {value} seconds are not between 0 and 86400, which is one day",
                    self.notation().key(key)
                );
                let help = self.meant(key, value, &otherwise);
                self.error(key, value, Fault::new(Code::MaxAgeRange, message, help));
                None
            }
        }
    }

    /// The setting as it is most likely meant.
    pub(crate) fn meant(&self, key: &str, value: &Value, otherwise: &str) -> String {
        guess(key, value).and_then(|meant| self.spot(key).setting(meant)).unwrap_or_else(|| otherwise.to_owned())
    }

    pub(crate) fn status(&mut self, key: &str, value: &Value) -> Option<u16> {
        const OTHERWISE: &str = "set it to 204, or to 200 for clients that take nothing else";
        match self.whole(key, value, "a status", OTHERWISE)? {
            204 => Some(204),
            200 => Some(200),
            _ => {
                let message = format!(
                    "`{}` cannot be {value}: a preflight's answer has no body, so that its status is 204, or 200",
                    self.notation().key(key)
                );
                let help = self.meant(key, value, OTHERWISE);
                self.error(key, value, Fault::new(Code::PreflightStatus, message, help));
                None
            }
        }
    }
}
