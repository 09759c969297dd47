//! Calls a function of the application. Whatever it does, there is an answer in time.

use crate::log;
use crate::request_head::RequestHead;
use corsac::PredicateAnswer;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

pub(super) type SyncFunction = dyn Fn(&str, &RequestHead<'_>) -> Result<bool, String> + Send + Sync;
pub(super) type AsyncFunction =
    dyn Fn(String, &RequestHead<'_>) -> BoxFuture<'static, Result<bool, String>> + Send + Sync;

pub(super) enum Function {
    Sync(Arc<SyncFunction>),
    Async(Arc<AsyncFunction>),
}

/// An answer, or the wait for one.
pub(crate) enum Asked {
    Answered(PredicateAnswer),
    Waiting(BoxFuture<'static, PredicateAnswer>),
}

pub(super) fn at_once(function: &SyncFunction, origin: &str, head: &RequestHead<'_>) -> Asked {
    let result = catch_unwind(AssertUnwindSafe(|| function(origin, head))).map_err(panic_text);
    Asked::Answered(answer(origin, result.and_then(|result| result)))
}

pub(super) fn later(function: &AsyncFunction, origin: &str, head: &RequestHead<'_>, timeout: Duration) -> Asked {
    let origin = origin.to_owned();
    let begun = catch_unwind(AssertUnwindSafe(|| function(origin.clone(), head)));
    let future = match begun {
        Ok(future) => future,
        Err(panic) => return Asked::Answered(answer(&origin, Err(panic_text(panic)))),
    };
    Asked::Waiting(Box::pin(async move {
        // The time limit is inside `catch_unwind` too, because a tokio runtime without timers panics.
        let limited = AssertUnwindSafe(async {
            if tokio::runtime::Handle::try_current().is_err() {
                return Err("its time limit needs a tokio runtime, and none is running here".to_owned());
            }
            let late = |_| Err(format!("it did not answer within {timeout:?}"));
            tokio::time::timeout(timeout, future).await.unwrap_or_else(late)
        });
        let result = limited.catch_unwind().await.map_err(panic_text);
        answer(&origin, result.and_then(|result| result))
    }))
}

fn answer(origin: &str, result: Result<bool, String>) -> PredicateAnswer {
    match result {
        Ok(true) => PredicateAnswer::Allow,
        Ok(false) => PredicateAnswer::Deny,
        Err(why) => {
            log::predicate_failed(origin, &why);
            PredicateAnswer::Failed
        }
    }
}

fn panic_text(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.map_or_else(|| "it panicked without a message".to_owned(), |text| format!("it panicked: {text}"))
}
