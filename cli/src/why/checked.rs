//! Checks an exchange before it is explained.

use crate::failure::Failure;
use corsac::browser::Exchange;

/// The exchange without its secrets, if it is valid and within all limits.
pub(super) fn checked(exchange: &Exchange) -> Result<Exchange, Failure> {
    Exchange::from_json(exchange.to_json().as_bytes()).map_err(|error| Failure::of_exchange(&error, |_| String::new()))
}
