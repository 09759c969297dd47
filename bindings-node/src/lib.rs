//! The Node addon of corsac.
//!
//! JavaScript hands over a policy's options as text and gets back functions that decide by it. Nothing here
//! knows a rule of CORS: the addon converts.
#![deny(unsafe_code)]

mod compile;
mod door;
mod encoded;
mod evaluate;
mod file;
mod isomorphic;
mod raw;
mod report;
