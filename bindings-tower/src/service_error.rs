//! Errors of the inner service, which a page could not read without headers.

use http::Response;
use std::any::Any;
use std::convert::Infallible;

/// An error of a service that was not ready. It is kept until the next request, and answers that request.
pub(crate) type KeptError = Box<dyn Any + Send + Sync>;

/// Handles an error of the inner service.
///
/// [`PassOn`] is used unless [`CorsLayer::handle_error`](crate::CorsLayer::handle_error) says otherwise.
pub trait HandleError<E, B>: sealed::Sealed {
    /// The error of the service with CORS.
    type Error;

    /// The response to send for an error, or the error to return.
    ///
    /// # Errors
    ///
    /// The error, if it is passed on.
    fn handle(&self, error: E) -> Result<Response<B>, Self::Error>;

    /// Keeps the error of a service that was not ready, so that the next request is answered with it.
    ///
    /// # Errors
    ///
    /// The error, if it is passed on.
    #[doc(hidden)]
    fn keep(&self, error: E) -> Result<KeptError, Self::Error>;

    /// The response for an error that was kept.
    #[doc(hidden)]
    fn handle_kept(&self, error: KeptError) -> Option<Response<B>>;
}

mod sealed {
    pub trait Sealed {}
}

/// Passes errors on as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct PassOn;

impl sealed::Sealed for PassOn {}

impl<E, B> HandleError<E, B> for PassOn {
    type Error = E;

    fn handle(&self, error: E) -> Result<Response<B>, E> {
        Err(error)
    }

    fn keep(&self, error: E) -> Result<KeptError, E> {
        Err(error)
    }

    fn handle_kept(&self, _: KeptError) -> Option<Response<B>> {
        None
    }
}

/// Turns each error into a response ([`CorsLayer::handle_error`](crate::CorsLayer::handle_error)).
#[derive(Clone, Copy, Debug)]
pub struct Respond<F>(pub(crate) F);

impl<F> sealed::Sealed for Respond<F> {}

impl<E: Send + Sync + 'static, B, F: Fn(E) -> Response<B>> HandleError<E, B> for Respond<F> {
    type Error = Infallible;

    fn handle(&self, error: E) -> Result<Response<B>, Infallible> {
        Ok((self.0)(error))
    }

    fn keep(&self, error: E) -> Result<KeptError, Infallible> {
        Ok(Box::new(error))
    }

    fn handle_kept(&self, error: KeptError) -> Option<Response<B>> {
        Some((self.0)(*error.downcast::<E>().ok()?))
    }
}
