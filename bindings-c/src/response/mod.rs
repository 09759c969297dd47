//! What a decision does to a response.

pub mod vary;
