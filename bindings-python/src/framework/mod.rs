//! What the middlewares need for frameworks that have request and response objects of their own: Django and aiohttp.

pub(crate) mod decider;
pub(crate) mod request_decision;
