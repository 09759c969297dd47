//! The headers that a policy puts on responses, as Python's objects.

pub(crate) mod decision_headers;
mod header_list;
mod header_pair;
pub(crate) mod header_type;
pub(crate) mod last_requests;
pub(crate) mod prepared_template;
pub(crate) mod prepared_templates;
mod removal_log;
