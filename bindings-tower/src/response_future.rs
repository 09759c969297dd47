//! The future response of a service with CORS.

use crate::decider::{Decider, HeldDecision, Step};
use crate::prepared_policy::PreparedPolicy;
use crate::response_body::MakeBody;
use crate::service_error::HandleError;
use corsac::PredicateAnswer;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower_service::Service;

pin_project! {
    /// The future of [`Cors`](crate::Cors).
    pub struct ResponseFuture<S, ReqBody, ResBody, H, M>
    where
        S: Service<Request<ReqBody>>,
    {
        #[pin]
        state: State<S, ReqBody, ResBody>,
        on_error: H,
        make_body: M,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, ReqBody, ResBody>
    where
        S: Service<Request<ReqBody>>,
    {
        // The inner service is running.
        Running { #[pin] future: S::Future, decision: Option<HeldDecision> },
        // The response is ready; `None` after it has been taken.
        Finished { response: Option<Response<ResBody>> },
        // A predicate is running. It is boxed, so that the many requests without one stay small.
        Waiting { waiting: Option<Box<Waiting<S, ReqBody>>> },
    }
}

/// A request that waits for a predicate.
pub(crate) struct Waiting<S, ReqBody> {
    pub(crate) answer: BoxFuture<'static, PredicateAnswer>,
    /// Ready to be called.
    pub(crate) service: S,
    pub(crate) request: Request<ReqBody>,
    pub(crate) policy: Arc<PreparedPolicy>,
    pub(crate) decider: Arc<Decider>,
}

impl<S: Service<Request<ReqBody>>, ReqBody, ResBody, H, M> ResponseFuture<S, ReqBody, ResBody, H, M> {
    #[inline]
    pub(crate) fn running(future: S::Future, decision: HeldDecision, on_error: H, make_body: M) -> Self {
        ResponseFuture { state: State::Running { future, decision: Some(decision) }, on_error, make_body }
    }

    pub(crate) fn finished(response: Response<ResBody>, on_error: H, make_body: M) -> Self {
        ResponseFuture { state: State::Finished { response: Some(response) }, on_error, make_body }
    }

    pub(crate) fn waiting(waiting: Waiting<S, ReqBody>, on_error: H, make_body: M) -> Self {
        ResponseFuture { state: State::Waiting { waiting: Some(Box::new(waiting)) }, on_error, make_body }
    }
}

impl<S, ReqBody, ResBody, H, M> Future for ResponseFuture<S, ReqBody, ResBody, H, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    H: HandleError<S::Error, ResBody>,
    M: MakeBody<ResBody>,
{
    type Output = Result<Response<ResBody>, H::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Running { future, decision } => {
                    let mut response = match ready!(future.poll(cx)) {
                        Ok(response) => response,
                        Err(error) => this.on_error.handle(error)?,
                    };
                    if let Some(decision) = decision.take() {
                        decision.apply(&mut response);
                    }
                    return Poll::Ready(Ok(response));
                }
                StateProjection::Finished { response } => {
                    // A future that is polled after its end has nothing to return.
                    return response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)));
                }
                StateProjection::Waiting { waiting } => {
                    let Some(asked) = waiting else { return Poll::Pending };
                    let answer = ready!(asked.answer.as_mut().poll(cx));
                    let Some(asked) = waiting.take() else { return Poll::Pending };
                    answered(*asked, answer, this.make_body)
                }
            };
            this.state.set(next);
        }
    }
}

/// Continues after the predicate's answer.
fn answered<S, ReqBody, ResBody, M>(
    waiting: Waiting<S, ReqBody>,
    answer: PredicateAnswer,
    make_body: &M,
) -> State<S, ReqBody, ResBody>
where
    S: Service<Request<ReqBody>>,
    M: MakeBody<ResBody>,
{
    let Waiting { mut service, request, policy, decider, .. } = waiting;
    match decider.decide_answered(policy, &request, answer) {
        Step::Continue(decision) => State::Running { future: service.call(request), decision: Some(decision) },
        Step::Respond(own) => {
            let response = own.into_response(|text| make_body.body(text));
            State::Finished { response: Some(response) }
        }
        // A predicate is asked only once, so this does not happen.
        Step::Ask(answer) => {
            let policy = decider.policies.in_force();
            State::Waiting { waiting: Some(Box::new(Waiting { answer, service, request, policy, decider })) }
        }
    }
}
