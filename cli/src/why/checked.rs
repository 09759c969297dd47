//! An exchange within the bounds of what is explained.

use crate::failure::Failure;
use corsac::browser::Exchange;

/// The exchange as it is explained: within all bounds, and without secrets.
pub(super) fn checked(exchange: &Exchange) -> Result<Exchange, Failure> {
    Exchange::from_json(exchange.to_json().as_bytes()).map_err(|error| Failure::of_exchange(&error, |_| String::new()))
}
