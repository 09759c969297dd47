//! `Cors`: a service with a policy around it.

use crate::decider::{Decider, Step};
use crate::prepared_policy::PreparedPolicy;
use crate::response_body::{FromText, MakeBody};
use crate::response_future::{ResponseFuture, Waiting};
use crate::service_error::{HandleError, KeptError, PassOn};
use corsac::PredicateAnswer;
use http::{Request, Response};
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

/// A service to which a CORS policy is applied. [`CorsLayer`](crate::CorsLayer) makes it.
///
/// It works with every [`Service`] that takes HTTP requests and can be cloned, whatever the types of its bodies.
#[derive(Debug)]
pub struct Cors<S, H = PassOn, M = FromText> {
    inner: S,
    decider: Arc<Decider>,
    on_error: H,
    make_body: M,
    /// The error because of which the inner service is not ready. It is the answer to the next request.
    failed: Option<KeptError>,
}

impl<S, H, M> Cors<S, H, M> {
    pub(crate) fn new(inner: S, decider: Arc<Decider>, on_error: H, make_body: M) -> Self {
        Cors { inner, decider, on_error, make_body, failed: None }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, to change it.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: Clone, H: Clone, M: Clone> Clone for Cors<S, H, M> {
    fn clone(&self) -> Self {
        let decider = Arc::clone(&self.decider);
        Cors::new(self.inner.clone(), decider, self.on_error.clone(), self.make_body.clone())
    }
}

impl<S, H, M, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, H, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    H: HandleError<S::Error, ResBody> + Clone,
    M: MakeBody<ResBody> + Clone,
{
    type Response = Response<ResBody>;
    type Error = H::Error;
    type Future = ResponseFuture<S, ReqBody, ResBody, H, M>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), H::Error>> {
        if self.failed.is_some() {
            return Poll::Ready(Ok(()));
        }
        self.inner.poll_ready(cx).map(|ready| match ready {
            Ok(()) => Ok(()),
            Err(error) => {
                self.failed = Some(self.on_error.keep(error)?);
                Ok(())
            }
        })
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let policy = self.decider.policies.in_force();
        let step = self.decider.decide(Arc::clone(&policy), &request);
        let failed = self.failed.take().and_then(|error| self.on_error.handle_kept(error));
        if let Some(response) = failed {
            return self.respond_failed(policy, step, &request, response);
        }
        match step {
            Step::Continue(decision) => ResponseFuture::running(
                self.inner.call(request),
                decision,
                self.on_error.clone(),
                self.make_body.clone(),
            ),
            Step::Respond(own) => {
                let response = own.into_response(|text| self.make_body.body(text));
                ResponseFuture::finished(response, self.on_error.clone(), self.make_body.clone())
            }
            Step::Ask(answer) => {
                // The request waits together with the service that is ready. A clone takes that service's place here.
                let next = self.inner.clone();
                let service = std::mem::replace(&mut self.inner, next);
                let decider = Arc::clone(&self.decider);
                let waiting = Waiting { answer, service, request, policy, decider };
                ResponseFuture::waiting(waiting, self.on_error.clone(), self.make_body.clone())
            }
        }
    }
}

impl<S, H: Clone, M: Clone> Cors<S, H, M> {
    /// Answers a request if the inner service was not ready. It does not wait for a predicate.
    #[cold]
    fn respond_failed<ReqBody, ResBody>(
        &self,
        policy: Arc<PreparedPolicy>,
        step: Step,
        request: &Request<ReqBody>,
        mut response: Response<ResBody>,
    ) -> ResponseFuture<S, ReqBody, ResBody, H, M>
    where
        S: Service<Request<ReqBody>>,
        M: MakeBody<ResBody>,
    {
        let step = match step {
            Step::Ask(_) => self.decider.decide_answered(policy, request, PredicateAnswer::Failed),
            step => step,
        };
        match step {
            Step::Respond(own) => response = own.into_response(|text| self.make_body.body(text)),
            Step::Continue(decision) => decision.apply(&mut response),
            Step::Ask(_) => {}
        }
        ResponseFuture::finished(response, self.on_error.clone(), self.make_body.clone())
    }
}
