//! A middleware of actix-web with a policy of corsac. Copy this file into your project:
//!
//! ```ignore
//! let policy = Arc::new(Policy::from_file("cors.toml")?);
//! App::new().wrap(from_fn(move |request, next| cors::decide(Arc::clone(&policy), request, next)))
//! ```
//!
//! Register it last: in actix-web, the middleware that is registered last is the outermost.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use corsac::binding::{Precedence, apply_headers};
use corsac::{Decision, Evaluation, Header, Op, Policy, PredicateAnswer, RequestHeaders, ResponseHeaders};
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

/// Responds to preflights and to what protection refuses. Otherwise runs the application, and puts the headers on its response.
///
/// # Errors
///
/// Those of the services inside. Their responses have the headers too.
pub async fn decide<B: MessageBody>(
    policy: Arc<Policy>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let (kept, own) = evaluated(&policy, &request);
    if let Some(mut own) = own {
        kept.put_on(own.headers_mut());
        return Ok(request.into_response(own).map_into_right_body());
    }
    match next.call(request).await {
        Ok(mut response) => {
            kept.put_on(response.headers_mut());
            Ok(response.map_into_left_body())
        }
        // Middleware inside may return an error. actix-web turns it into a response outside this middleware.
        Err(error) => {
            let mut response = error.error_response();
            kept.put_on(response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// The headers to put on the response; and the response, unless the application makes it.
fn evaluated(policy: &Policy, request: &ServiceRequest) -> (Kept, Option<HttpResponse>) {
    let lines = request.headers().iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    let headers: RequestHeaders<'_> = lines.collect();
    let target = request.uri().path_and_query().map(|target| target.as_str().as_bytes());
    let mut asked = headers.request(request.method().as_str().as_bytes(), target);
    // Behind a proxy that terminates TLS, set this to true.
    asked.secure = request.app_config().secure();
    let decision = match policy.evaluate(&asked) {
        Evaluation::Decided(decision) => decision,
        // The policy has a predicate. Ask your database here.
        Evaluation::Ask(pending) => pending.resolve(PredicateAnswer::Deny),
    };
    let status = decision.status().map(|status| StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN));
    let own = status.map(|status| match decision.body() {
        "" => HttpResponse::new(status),
        body => HttpResponse::build(status).body(body),
    });
    (Kept::of(&decision), own)
}

/// The headers of a decision. The decision itself borrows from the request, which the application takes.
struct Kept {
    removed: Vec<corsac::HeaderName>,
    headers: Vec<(corsac::HeaderName, Vec<u8>, Op)>,
}

impl Kept {
    fn of(decision: &Decision<'_>) -> Self {
        let headers = decision.headers().map(|header| (header.name, header.value.to_vec(), header.op));
        Kept { removed: decision.removed().to_vec(), headers: headers.collect() }
    }

    fn put_on(&self, headers: &mut HeaderMap) {
        let own = self.headers.iter().map(|(name, value, op)| Header { name: *name, value, op: *op });
        let Ok(()) = apply_headers(self.removed.iter().copied(), own, Precedence::OfPolicy, &mut Lines(headers));
    }
}

/// The headers of a response, as corsac changes them.
struct Lines<'r>(&'r mut HeaderMap);

fn name(name: corsac::HeaderName) -> HeaderName {
    HeaderName::from_static(name.as_str())
}

impl ResponseHeaders for Lines<'_> {
    type Error = Infallible;

    fn values(&self, header: corsac::HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Infallible> {
        Ok(self.0.get_all(name(header)).map(|value| Cow::Borrowed(value.as_bytes())).collect())
    }

    fn remove(&mut self, header: corsac::HeaderName) -> Result<(), Infallible> {
        self.0.remove(name(header));
        Ok(())
    }

    fn set(&mut self, header: corsac::HeaderName, value: &[u8]) -> Result<(), Infallible> {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            self.0.insert(name(header), value);
        }
        Ok(())
    }

    fn append(&mut self, header: corsac::HeaderName, value: &[u8]) -> Result<(), Infallible> {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            self.0.append(name(header), value);
        }
        Ok(())
    }
}
