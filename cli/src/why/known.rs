//! What the options say about the request.

/// What is known beside the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'k> {
    pub(super) page: Option<&'k str>,
    pub(super) url: Option<&'k str>,
    pub(super) credentials: bool,
}
