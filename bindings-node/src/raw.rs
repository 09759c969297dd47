//! The hot path: functions that take a few strings and answer with a small number.
//!
//! A decision is a policy's shape and pieces of the request. JavaScript has both, so that one call that copies
//! its strings onto the stack and returns the shape's index is all that crosses. The wrappers that napi-rs
//! generates cost several times the decision, hence plain Node-API, here and nowhere else.
#![allow(unsafe_code)]

use corsac::{Answer, Evaluation, Policy, Request, Shape};
use napi::bindgen_prelude::{Env, Error, FromNapiValue, Result, Status, Unknown, sys};
use std::ffi::{CStr, c_void};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

/// The answer where the host's predicate has to be asked.
const ASK: i32 = -1;

/// Each buffer holds more than the longest value that the engine takes, so that a value that was cut at the
/// buffer's end is still too long.
const ORIGIN: usize = 1024;
const METHOD: usize = 256;
const HEADERS: usize = 10 * 1024;
const FLAG: usize = 16;

type Index = std::result::Result<i32, &'static CStr>;

/// `decide(origin)`: the index of the answer to a request of any method but OPTIONS.
pub(crate) fn decide<'env>(env: &'env Env, policy: &Arc<Policy>) -> Result<Unknown<'env>> {
    create(env, policy, c"decide", Some(on_decide), size(policy))
}

/// `decidePreflight(origin, requestMethod, requestHeaders, privateNetwork)`: the same for OPTIONS. Each is a
/// string, or undefined where the request has no such header.
pub(crate) fn decide_preflight<'env>(env: &'env Env, policy: &Arc<Policy>) -> Result<Unknown<'env>> {
    create(env, policy, c"decidePreflight", Some(on_decide_preflight), 0)
}

/// `resolve(answer, origin)`: as `decide`, with what the predicate answered where it has to be asked.
pub(crate) fn resolve<'env>(env: &'env Env, policy: &Arc<Policy>) -> Result<Unknown<'env>> {
    create(env, policy, c"resolve", Some(on_resolve), 0)
}

/// `resolvePreflight(answer, origin, requestMethod, requestHeaders, privateNetwork)`: as `decidePreflight`.
pub(crate) fn resolve_preflight<'env>(env: &'env Env, policy: &Arc<Policy>) -> Result<Unknown<'env>> {
    create(env, policy, c"resolvePreflight", Some(on_resolve_preflight), 0)
}

extern "C" fn on_decide(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([origin], policy) = arguments(env, info)?;
        actual(env, policy, origin, None)
    })
}

extern "C" fn on_resolve(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([said, origin], policy) = arguments(env, info)?;
        actual(env, policy, origin, Some(predicate_answer(env, said)?))
    })
}

extern "C" fn on_decide_preflight(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let (headers, policy) = arguments(env, info)?;
        preflight(env, policy, headers, None)
    })
}

extern "C" fn on_resolve_preflight(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([said, headers @ ..], policy) = arguments::<5>(env, info)?;
        preflight(env, policy, headers, Some(predicate_answer(env, said)?))
    })
}

#[inline]
fn actual(env: sys::napi_env, policy: &Policy, origin: sys::napi_value, said: Option<Answer>) -> Index {
    let mut buffer = Buffer::<ORIGIN>::new();
    // The engine tells OPTIONS from all other methods, nothing more.
    let mut request = Request::default();
    request.origin = buffer.read(env, origin)?;
    index(policy, &request, said)
}

#[inline]
fn preflight(env: sys::napi_env, policy: &Policy, headers: [sys::napi_value; 4], said: Option<Answer>) -> Index {
    let [origin, method, names, private_network] = headers;
    let mut buffers =
        (Buffer::<ORIGIN>::new(), Buffer::<METHOD>::new(), Buffer::<HEADERS>::new(), Buffer::<FLAG>::new());
    let mut request = Request::new(b"OPTIONS");
    request.origin = buffers.0.read(env, origin)?;
    request.access_control_request_method = buffers.1.read(env, method)?;
    request.access_control_request_headers = buffers.2.read(env, names)?;
    request.access_control_request_private_network = buffers.3.read(env, private_network)?;
    index(policy, &request, said)
}

#[inline]
fn index(policy: &Policy, request: &Request<'_>, said: Option<Answer>) -> Index {
    let decision = match (policy.evaluate(request), said) {
        (Evaluation::Decided(decision), _) => decision,
        (Evaluation::Ask(pending), Some(said)) => pending.resolve(said),
        (Evaluation::Ask(_), None) => return Ok(ASK),
    };
    // Beyond i32 no policy has shapes; a door refuses an index that it does not know.
    Ok(i32::try_from(decision.shape().index()).unwrap_or(i32::MAX))
}

/// What the host's predicate said, by the number of the engine's `Answer`.
fn predicate_answer(env: sys::napi_env, value: sys::napi_value) -> std::result::Result<Answer, &'static CStr> {
    let mut number = -1;
    // SAFETY: `env` and `value` belong to the call at hand.
    let status = unsafe { sys::napi_get_value_int32(env, value, &raw mut number) };
    [Answer::Deny, Answer::Allow, Answer::Failed]
        .into_iter()
        .find(|answer| status == sys::Status::napi_ok && *answer as i32 == number)
        .ok_or(c"corsac: no such answer of a predicate")
}

/// Room on the stack for one string, in UTF-8. Latin-1 would read `Ł` as `A`.
struct Buffer<const N: usize>([MaybeUninit<u8>; N]);

impl<const N: usize> Buffer<N> {
    fn new() -> Self {
        Buffer([MaybeUninit::uninit(); N])
    }

    /// The string's bytes, at most as many as fit; None for undefined.
    fn read(
        &mut self,
        env: sys::napi_env,
        value: sys::napi_value,
    ) -> std::result::Result<Option<&[u8]>, &'static CStr> {
        let mut length = 0;
        // SAFETY: Node writes at most `N` bytes to the buffer, and how many to `length`.
        let status =
            unsafe { sys::napi_get_value_string_utf8(env, value, self.0.as_mut_ptr().cast(), N, &raw mut length) };
        if status == sys::Status::napi_ok {
            // SAFETY: the first `length` bytes, which are fewer than `N`, have just been written.
            return Ok(Some(unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), length.min(N)) }));
        }
        let mut kind = -1;
        // SAFETY: `env` and `value` belong to the call at hand.
        let status = unsafe { sys::napi_typeof(env, value, &raw mut kind) };
        match (status, kind) {
            (sys::Status::napi_ok, sys::ValueType::napi_undefined) => Ok(None),
            _ => Err(c"corsac: a header's value has to be a string, or undefined where there is none"),
        }
    }
}

/// The call's arguments, undefined where fewer are given, and the policy of the function that was called.
fn arguments<'call, const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> std::result::Result<([sys::napi_value; N], &'call Policy), &'static CStr> {
    let mut arguments = [ptr::null_mut(); N];
    let (mut count, mut policy) = (N, ptr::null_mut());
    // SAFETY: Node fills `N` arguments and the data pointer.
    let status = unsafe {
        sys::napi_get_cb_info(env, info, &raw mut count, arguments.as_mut_ptr(), ptr::null_mut(), &raw mut policy)
    };
    if status != sys::Status::napi_ok {
        return Err(c"corsac: the call cannot be read");
    }
    // SAFETY: the pointer is the one that `create` gave the function, from an `Arc` that lives until the function
    // is collected, and a function is not collected while it is called.
    let policy = unsafe { &*policy.cast::<Policy>() };
    Ok((arguments, policy))
}

/// Gives JavaScript the answer, or throws. A panic must not cross into Node.
fn answer(env: sys::napi_env, run: impl FnOnce() -> Index) -> sys::napi_value {
    let answer = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(c"corsac: internal error"));
    let mut number = ptr::null_mut();
    match answer {
        // SAFETY: `env` belongs to the call at hand.
        Ok(index) => _ = unsafe { sys::napi_create_int32(env, index, &raw mut number) },
        // SAFETY: as above, and the message ends in NUL.
        Err(message) => _ = unsafe { sys::napi_throw_error(env, ptr::null(), message.as_ptr()) },
    }
    number
}

/// Creates a function that owns a share of the policy for as long as JavaScript can reach it.
fn create<'env>(
    env: &'env Env,
    policy: &Arc<Policy>,
    name: &'static CStr,
    callback: sys::napi_callback,
    size: usize,
) -> Result<Unknown<'env>> {
    let data = Arc::into_raw(Arc::clone(policy)).cast_mut().cast::<c_void>();
    let hint = ptr::without_provenance_mut(size);
    let mut function = ptr::null_mut();
    // SAFETY: the name ends in NUL after its length, and the callbacks take `data` as a policy.
    let mut status = unsafe {
        sys::napi_create_function(
            env.raw(),
            name.as_ptr(),
            name.count_bytes() as isize,
            callback,
            data,
            &raw mut function,
        )
    };
    if status == sys::Status::napi_ok {
        // SAFETY: `function` is the object just made; `finalize` takes the same `data` once.
        status = unsafe { sys::napi_add_finalizer(env.raw(), function, data, Some(finalize), hint, ptr::null_mut()) };
    }
    if status != sys::Status::napi_ok {
        // SAFETY: no finalizer has been registered, and the function, if it was made, is given to nobody.
        drop(unsafe { Arc::from_raw(data.cast::<Policy>()) });
        return Err(Error::new(Status::from(status), "corsac: the policy's function cannot be created"));
    }
    adjust(env.raw(), size as i64);
    // SAFETY: `function` is a value of this environment, in the scope of the running call.
    unsafe { Unknown::from_napi_value(env.raw(), function) }
}

extern "C" fn finalize(env: sys::napi_env, data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `data` comes from `Arc::into_raw` in `create`, and Node calls a finalizer once.
    let policy = unsafe { Arc::from_raw(data.cast::<Policy>()) };
    // A panic must not cross into Node.
    _ = catch_unwind(AssertUnwindSafe(|| drop(policy)));
    adjust(env, -(hint.addr() as i64));
}

/// Tells the garbage collector what a policy holds outside of its heap.
fn adjust(env: sys::napi_env, change: i64) {
    let mut total = 0;
    if change != 0 {
        // SAFETY: `env` is alive; the call has no other preconditions.
        _ = unsafe { sys::napi_adjust_external_memory(env, change, &raw mut total) };
    }
}

/// About how many bytes a policy holds.
fn size(policy: &Policy) -> usize {
    let shape = |shape: &Shape| size_of_val(shape) + size_of_val(shape.slots());
    policy.memory() + policy.shapes().iter().map(shape).sum::<usize>()
}
