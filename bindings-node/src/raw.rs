//! The hot path: functions that take a few strings and answer with a small number.
//!
//! A decision is a policy's shape and pieces of the request. JavaScript has both, so that one call that copies
//! its strings onto the stack and returns the shape's index is all that crosses. The wrappers that napi-rs
//! generates cost several times the decision, hence plain Node-API, here and nowhere else.
#![allow(unsafe_code)]

use crate::door::{Door, Outcome, Said};
use crate::evaluate::{flags, said as said_by};
use crate::isomorphic::isomorphic;
use corsac::Request;
use napi::bindgen_prelude::{Env, Error, FromNapiValue, Result, Status, Unknown, sys};
use std::ffi::{CStr, c_void};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

/// The answer where the function of the whole policy has to be asked; that of the route n is `ASK - 1 - n`.
const ASK: i32 = -1;

/// Each buffer holds more than the longest value that the engine takes, so that a value that was cut at the
/// buffer's end is still too long.
const ORIGIN: usize = 1024;
const METHOD: usize = 256;
const HEADERS: usize = 10 * 1024;
const FLAG: usize = 16;
/// Its characters are bytes, which take up to two here.
const PATH: usize = 17 * 1024;
const HOST: usize = 1024;
/// What is longer is read whole: every byte of these counts.
const SITE: usize = 256;

type Failure = &'static CStr;
type Index = std::result::Result<i32, Failure>;

/// `decide(origin, path, said)`: the index of the answer to a request of any method but OPTIONS, for policies
/// without protection. Strings are undefined where the request has no such thing. `said` is what the function that
/// had to be asked answered.
pub(crate) fn decide<'env>(env: &'env Env, door: &Arc<Door>) -> Result<Unknown<'env>> {
    let callback = if is_short(door) { on_decide } else { on_decide_all };
    create(env, door, c"decide", Some(callback), door.policy.memory())
}

/// `decidePreflight(origin, requestMethod, requestHeaders, privateNetwork, path, said)`: the same for OPTIONS, for
/// all policies.
pub(crate) fn decide_preflight<'env>(env: &'env Env, door: &Arc<Door>) -> Result<Unknown<'env>> {
    let callback = if is_short(door) { on_decide_preflight } else { on_decide_preflight_all };
    create(env, door, c"decidePreflight", Some(callback), 0)
}

/// `judge(method, flags, origin, path, host, site, upgrade, key, said)`: as `decide`, for policies with protection.
pub(crate) fn judge<'env>(env: &'env Env, door: &Arc<Door>) -> Result<Unknown<'env>> {
    create(env, door, c"judge", Some(on_judge), 0)
}

/// Whether neither the path nor an answer of a function is ever read, so that there is less to be done.
fn is_short(door: &Door) -> bool {
    !door.has_routes && !door.policy.needs().predicate
}

extern "C" fn on_decide(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([origin], door) = arguments(env, info)?;
        let mut buffer = Buffer::<ORIGIN>::new();
        actual(env, door, buffer.read(env, origin)?, None, origin)
    })
}

extern "C" fn on_decide_all(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([origin, path, said], door) = arguments(env, info)?;
        let (mut origins, mut paths) = (Buffer::<ORIGIN>::new(), Buffer::<PATH>::new());
        let path = if door.has_routes { paths.read_bytes(env, path)? } else { None };
        actual(env, door, origins.read(env, origin)?, path, said)
    })
}

extern "C" fn on_decide_preflight(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let (headers @ [origin, ..], door) = arguments::<4>(env, info)?;
        preflight(env, door, headers, None, origin)
    })
}

extern "C" fn on_decide_preflight_all(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([headers @ .., path, said], door) = arguments::<6>(env, info)?;
        let mut paths = Buffer::<PATH>::new();
        let path = if door.has_routes { paths.read_bytes(env, path)? } else { None };
        preflight(env, door, headers, path, said)
    })
}

#[inline]
fn actual<'a>(
    env: sys::napi_env,
    door: &'a Door,
    origin: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    said: sys::napi_value,
) -> Index {
    // The engine tells OPTIONS from all other methods, nothing more.
    let mut request = Request::default();
    request.origin = origin;
    request.path = path;
    index(env, door, &request, said)
}

#[inline]
fn preflight(
    env: sys::napi_env,
    door: &Door,
    headers: [sys::napi_value; 4],
    path: Option<&[u8]>,
    said: sys::napi_value,
) -> Index {
    let [origin, method, names, private_network] = headers;
    let mut buffers =
        (Buffer::<ORIGIN>::new(), Buffer::<METHOD>::new(), Buffer::<HEADERS>::new(), Buffer::<FLAG>::new());
    let mut request = Request::new(b"OPTIONS");
    request.path = path;
    request.origin = buffers.0.read(env, origin)?;
    request.access_control_request_method = buffers.1.read(env, method)?;
    request.access_control_request_headers = buffers.2.read(env, names)?;
    request.access_control_request_private_network = buffers.3.read(env, private_network)?;
    index(env, door, &request, said)
}

extern "C" fn on_judge(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, || {
        let ([method, bits, origin, path, host, site, upgrade, key, said], door) = arguments(env, info)?;
        let mut buffers =
            (Buffer::<METHOD>::new(), Buffer::<ORIGIN>::new(), Buffer::<PATH>::new(), Buffer::<HOST>::new());
        let mut more = (Buffer::<SITE>::new(), Buffer::<SITE>::new(), Buffer::<FLAG>::new());
        let (mut long_site, mut long_upgrade) = (Vec::new(), Vec::new());
        let bits = integer(env, bits).ok_or(c"corsac: the flags have to be a number")?;
        let mut request = Request::new(buffers.0.read(env, method)?.ok_or(NO_STRING)?);
        request.origin = buffers.1.read(env, origin)?;
        if door.has_routes {
            request.path = buffers.2.read_bytes(env, path)?;
        }
        request.host = buffers.3.read(env, host)?;
        request.sec_fetch_site = more.0.read_whole(env, site, &mut long_site)?;
        request.upgrade = more.1.read_whole(env, upgrade, &mut long_upgrade)?;
        request.sec_websocket_key = more.2.read(env, key)?;
        request.secure = bits & flags::SECURE != 0;
        request.websocket = bits & flags::WEBSOCKET != 0;
        index(env, door, &request, said)
    })
}

#[inline]
fn index(env: sys::napi_env, door: &Door, request: &Request<'_>, said: sys::napi_value) -> Index {
    // Beyond i32 no policy has shapes or routes; a door refuses an index that it does not know.
    Ok(match door.decide(request, || predicate_answer(env, said))? {
        Outcome::Decided(decision) => i32::try_from(decision.template().index()).unwrap_or(i32::MAX),
        Outcome::Ask(None) => ASK,
        Outcome::Ask(Some(route)) => i32::try_from(route).map_or(i32::MIN, |route| (ASK - 1).saturating_sub(route)),
    })
}

/// What the host's predicate said; none where it has not been asked.
fn predicate_answer(env: sys::napi_env, value: sys::napi_value) -> std::result::Result<Option<Said>, Failure> {
    if is_undefined(env, value) {
        return Ok(None);
    }
    match integer(env, value).and_then(said_by) {
        None => Err(c"corsac: no such answer of a predicate"),
        answer => Ok(answer),
    }
}

fn integer(env: sys::napi_env, value: sys::napi_value) -> Option<i32> {
    let mut number = 0;
    // SAFETY: `env` and `value` belong to the call at hand.
    let status = unsafe { sys::napi_get_value_int32(env, value, &raw mut number) };
    (status == sys::Status::napi_ok).then_some(number)
}

fn is_undefined(env: sys::napi_env, value: sys::napi_value) -> bool {
    let mut kind = -1;
    // SAFETY: `env` and `value` belong to the call at hand.
    let status = unsafe { sys::napi_typeof(env, value, &raw mut kind) };
    (status, kind) == (sys::Status::napi_ok, sys::ValueType::napi_undefined)
}

const NO_STRING: Failure = c"corsac: a part of a request has to be a string, or undefined where there is none";

/// Room on the stack for one string, in UTF-8. Latin-1 would read `Ł` as `A`.
struct Buffer<const N: usize>([MaybeUninit<u8>; N]);

impl<const N: usize> Buffer<N> {
    fn new() -> Self {
        Buffer([MaybeUninit::uninit(); N])
    }

    /// The string's bytes, at most as many as fit; None for undefined.
    fn read(&mut self, env: sys::napi_env, value: sys::napi_value) -> std::result::Result<Option<&[u8]>, Failure> {
        self.read_mut(env, value).map(|bytes| bytes.map(|bytes| &*bytes))
    }

    /// The bytes that the string's characters stand for.
    fn read_bytes(
        &mut self,
        env: sys::napi_env,
        value: sys::napi_value,
    ) -> std::result::Result<Option<&[u8]>, Failure> {
        self.read_mut(env, value).map(|bytes| bytes.map(isomorphic))
    }

    #[inline]
    fn read_mut(
        &mut self,
        env: sys::napi_env,
        value: sys::napi_value,
    ) -> std::result::Result<Option<&mut [u8]>, Failure> {
        let mut length = 0;
        // SAFETY: Node writes at most `N` bytes to the buffer, and how many to `length`.
        let status =
            unsafe { sys::napi_get_value_string_utf8(env, value, self.0.as_mut_ptr().cast(), N, &raw mut length) };
        if status == sys::Status::napi_ok {
            // SAFETY: the first `length` bytes, which are fewer than `N`, have just been written.
            return Ok(Some(unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), length.min(N)) }));
        }
        if is_undefined(env, value) { Ok(None) } else { Err(NO_STRING) }
    }

    /// All of the string's bytes: those of a string that may have been cut are read once more, into `long`.
    fn read_whole<'b>(
        &'b mut self,
        env: sys::napi_env,
        value: sys::napi_value,
        long: &'b mut Vec<u8>,
    ) -> std::result::Result<Option<&'b [u8]>, Failure> {
        // No character has more bytes, so that a string that was cut ends this near to the end.
        const CHARACTER: usize = 4;
        let Some(bytes) = self.read(env, value)? else { return Ok(None) };
        if bytes.len() + CHARACTER < N {
            return Ok(Some(bytes));
        }
        let mut length = 0;
        // SAFETY: without a buffer Node tells the length.
        unsafe { sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &raw mut length) };
        long.resize(length.saturating_add(1), 0);
        // SAFETY: Node writes at most as many bytes as `long` has, and how many to `length`.
        unsafe { sys::napi_get_value_string_utf8(env, value, long.as_mut_ptr().cast(), long.len(), &raw mut length) };
        Ok(long.get(..length))
    }
}

/// The call's arguments, undefined where fewer are given, and the policy of the function that was called.
fn arguments<'call, const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> std::result::Result<([sys::napi_value; N], &'call Door), Failure> {
    let mut arguments = [ptr::null_mut(); N];
    let (mut count, mut door) = (N, ptr::null_mut());
    // SAFETY: Node fills `N` arguments and the data pointer.
    let status = unsafe {
        sys::napi_get_cb_info(env, info, &raw mut count, arguments.as_mut_ptr(), ptr::null_mut(), &raw mut door)
    };
    if status != sys::Status::napi_ok {
        return Err(c"corsac: the call cannot be read");
    }
    // SAFETY: the pointer is the one that `create` gave the function, from an `Arc` that lives until the function
    // is collected, and a function is not collected while it is called.
    let door = unsafe { &*door.cast::<Door>() };
    Ok((arguments, door))
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
    door: &Arc<Door>,
    name: &'static CStr,
    callback: sys::napi_callback,
    size: usize,
) -> Result<Unknown<'env>> {
    let data = Arc::into_raw(Arc::clone(door)).cast_mut().cast::<c_void>();
    let hint = ptr::without_provenance_mut(size);
    let mut function = ptr::null_mut();
    // SAFETY: the name ends in NUL after its length, and the callbacks take `data` as a door.
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
        drop(unsafe { Arc::from_raw(data.cast::<Door>()) });
        return Err(Error::new(Status::from(status), "corsac: the policy's function cannot be created"));
    }
    adjust(env.raw(), size as i64);
    // SAFETY: `function` is a value of this environment, in the scope of the running call.
    unsafe { Unknown::from_napi_value(env.raw(), function) }
}

extern "C" fn finalize(env: sys::napi_env, data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `data` comes from `Arc::into_raw` in `create`, and Node calls a finalizer once.
    let door = unsafe { Arc::from_raw(data.cast::<Door>()) };
    // A panic must not cross into Node.
    _ = catch_unwind(AssertUnwindSafe(|| drop(door)));
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
