//! The body of the responses that corsac sends itself.

/// Makes the body of a response that corsac sends itself: nothing for a preflight that is allowed, one line for a refusal.
///
/// [`FromText`] is used unless [`CorsLayer::response_body`](crate::CorsLayer::response_body) says otherwise.
pub trait MakeBody<B> {
    /// The body with this text, which may be empty.
    fn body(&self, text: &'static str) -> B;
}

/// Makes the body with [`From<&'static str>`](From), which axum's `Body`, `Full<Bytes>` and `String` have.
#[derive(Clone, Copy, Debug, Default)]
pub struct FromText;

impl<B: From<&'static str>> MakeBody<B> for FromText {
    fn body(&self, text: &'static str) -> B {
        B::from(text)
    }
}

/// Makes the body with a function ([`CorsLayer::response_body`](crate::CorsLayer::response_body)).
#[derive(Clone, Copy, Debug)]
pub struct WithFunction<F>(pub(crate) F);

impl<B, F: Fn(&'static str) -> B> MakeBody<B> for WithFunction<F> {
    fn body(&self, text: &'static str) -> B {
        (self.0)(text)
    }
}
