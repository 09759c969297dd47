//! Explanations from text to text, for bindings.
//!
//! The text for people is the [`Display`](std::fmt::Display) of an explanation.

use crate::browser::exchange::Exchange;
use crate::browser::exchange_error::ExchangeError;
use crate::decide::policy::Policy;
use crate::explain::diagnose::diagnose;

/// The explanation of an exchange by [`diagnose`], from JSON text to JSON text in snake_case.
///
/// # Errors
///
/// Those of [`Exchange::from_json`].
pub fn diagnose_json(exchange: &[u8]) -> Result<String, ExchangeError> {
    Ok(diagnose(&Exchange::from_json(exchange)?).to_json())
}

/// The explanation of an exchange by [`Policy::explain`], from JSON text to JSON text in snake_case.
///
/// # Errors
///
/// Those of [`Exchange::from_json`].
pub fn explain_json(policy: &Policy, exchange: &[u8]) -> Result<String, ExchangeError> {
    Ok(policy.explain(&Exchange::from_json(exchange)?).to_json())
}

/// The explanation of an exchange by [`diagnose`], from JSON text to text for people.
///
/// # Errors
///
/// Those of [`Exchange::from_json`].
pub fn diagnose_text(exchange: &[u8]) -> Result<String, ExchangeError> {
    Ok(diagnose(&Exchange::from_json(exchange)?).to_string())
}

/// The explanation of an exchange by [`Policy::explain`], from JSON text to text for people.
///
/// # Errors
///
/// Those of [`Exchange::from_json`].
pub fn explain_text(policy: &Policy, exchange: &[u8]) -> Result<String, ExchangeError> {
    Ok(policy.explain(&Exchange::from_json(exchange)?).to_string())
}
