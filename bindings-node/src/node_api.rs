//! Direct use of Node-API, for functions that share ownership of a policy, and for their arguments. The wrappers that
//! napi-rs generates would cost several times as much as a decision. All unsafe code of the addon is here.
#![allow(unsafe_code)]

use corsac_javascript::{CompiledPolicy, bytes_of_latin1};
use napi::bindgen_prelude::{Env, Error, FromNapiValue, Result, Status, Unknown, sys};
use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

/// The message of the error that is thrown.
pub(crate) type Failure = &'static CStr;
/// The value that a function returns to JavaScript.
pub(crate) type Index = std::result::Result<i32, Failure>;

pub(crate) const NOT_A_STRING: Failure =
    c"corsac: a field of a request has to be a string, or undefined if there is none";

/// A value of JavaScript, which is valid until the current call returns.
#[derive(Clone, Copy)]
pub(crate) struct Value<'call> {
    env: sys::napi_env,
    value: sys::napi_value,
    call: PhantomData<&'call ()>,
}

impl Value<'_> {
    pub(crate) fn integer(self) -> Option<i32> {
        let mut number = 0;
        // SAFETY: the environment and the value belong to the current call.
        let status = unsafe { sys::napi_get_value_int32(self.env, self.value, &raw mut number) };
        (status == sys::Status::napi_ok).then_some(number)
    }

    pub(crate) fn is_undefined(self) -> bool {
        let mut kind = -1;
        // SAFETY: the environment and the value belong to the current call.
        let status = unsafe { sys::napi_typeof(self.env, self.value, &raw mut kind) };
        (status, kind) == (sys::Status::napi_ok, sys::ValueType::napi_undefined)
    }
}

/// Space on the stack for one string in UTF-8. With Latin-1, `Ł` would be read as `A`.
pub(crate) struct StackString<const N: usize>([MaybeUninit<u8>; N]);

impl<const N: usize> StackString<N> {
    pub(crate) fn new() -> Self {
        StackString([MaybeUninit::uninit(); N])
    }

    /// The string's bytes, at most as many as there is space for; None for undefined.
    pub(crate) fn read(&mut self, value: Value<'_>) -> std::result::Result<Option<&[u8]>, Failure> {
        self.read_mut(value).map(|bytes| bytes.map(|bytes| &*bytes))
    }

    /// The string's characters as bytes in Latin-1.
    pub(crate) fn read_latin1(&mut self, value: Value<'_>) -> std::result::Result<Option<&[u8]>, Failure> {
        self.read_mut(value).map(|bytes| bytes.map(bytes_of_latin1))
    }

    #[inline]
    fn read_mut(&mut self, value: Value<'_>) -> std::result::Result<Option<&mut [u8]>, Failure> {
        let mut length = 0;
        let target = self.0.as_mut_ptr().cast();
        // SAFETY: Node writes at most `N` bytes to the target, and their number to `length`.
        let status = unsafe { sys::napi_get_value_string_utf8(value.env, value.value, target, N, &raw mut length) };
        if status == sys::Status::napi_ok {
            // SAFETY: the first `length` bytes, which are fewer than `N`, have just been written.
            return Ok(Some(unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), length.min(N)) }));
        }
        if value.is_undefined() { Ok(None) } else { Err(NOT_A_STRING) }
    }

    /// All of the string's bytes. A string that may have been cut is read again, into `long`.
    pub(crate) fn read_whole<'b>(
        &'b mut self,
        value: Value<'_>,
        long: &'b mut Vec<u8>,
    ) -> std::result::Result<Option<&'b [u8]>, Failure> {
        // No character has more bytes than this, so a string that was cut leaves at most this much of the space unused.
        const LONGEST_CHARACTER: usize = 4;
        let Some(bytes) = self.read(value)? else { return Ok(None) };
        if bytes.len() + LONGEST_CHARACTER < N {
            return Ok(Some(bytes));
        }
        let Value { env, value, .. } = value;
        let mut length = 0;
        // SAFETY: without a target, Node only returns the length.
        unsafe { sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &raw mut length) };
        long.resize(length.saturating_add(1), 0);
        // SAFETY: Node writes at most as many bytes as `long` has, and their number to `length`.
        unsafe { sys::napi_get_value_string_utf8(env, value, long.as_mut_ptr().cast(), long.len(), &raw mut length) };
        Ok(long.get(..length))
    }
}

/// A call to a function that [`create_function`] made.
pub(crate) struct Arguments<'call, const N: usize> {
    /// The arguments; undefined for those that were not given.
    pub(crate) values: [Value<'call>; N],
    pub(crate) policy: &'call CompiledPolicy,
}

impl<const N: usize> Arguments<'_, N> {
    #[inline]
    fn read(env: sys::napi_env, info: sys::napi_callback_info) -> std::result::Result<Self, Failure> {
        let mut values = [ptr::null_mut(); N];
        let (mut count, mut policy) = (N, ptr::null_mut());
        // SAFETY: Node fills `N` arguments and the data pointer.
        let status = unsafe {
            sys::napi_get_cb_info(env, info, &raw mut count, values.as_mut_ptr(), ptr::null_mut(), &raw mut policy)
        };
        if status != sys::Status::napi_ok {
            return Err(c"corsac: the call cannot be read");
        }
        // SAFETY: the pointer is the one that `create_function` gave the function, from an `Arc` that lives until the
        // function is collected, and a function is not collected while it is called.
        let policy = unsafe { &*policy.cast::<CompiledPolicy>() };
        Ok(Arguments { values: values.map(|value| Value { env, value, call: PhantomData }), policy })
    }
}

/// Calls `function`, and returns the index to JavaScript or throws. A panic must not cross into Node.
#[inline]
pub(crate) fn call<const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    function: impl FnOnce(Arguments<'_, N>) -> Index,
) -> sys::napi_value {
    let run = || Arguments::read(env, info).and_then(function);
    let index = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(c"corsac: internal error"));
    let mut number = ptr::null_mut();
    match index {
        // SAFETY: `env` belongs to the current call.
        Ok(index) => _ = unsafe { sys::napi_create_int32(env, index, &raw mut number) },
        // SAFETY: `env` belongs to the current call, and the message ends in NUL.
        Err(message) => _ = unsafe { sys::napi_throw_error(env, ptr::null(), message.as_ptr()) },
    }
    number
}

/// A function with [`Arguments`] in the form in which Node calls it.
macro_rules! callback {
    ($function:ident) => {{
        extern "C" fn callback(
            env: napi::bindgen_prelude::sys::napi_env,
            info: napi::bindgen_prelude::sys::napi_callback_info,
        ) -> napi::bindgen_prelude::sys::napi_value {
            $crate::node_api::call(env, info, $function)
        }
        callback as $crate::node_api::Callback
    }};
}
pub(crate) use callback;

pub(crate) type Callback = extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Creates a function that keeps the policy alive for as long as JavaScript can reach the function. `size` is the
/// memory outside the heap that is reported to the garbage collector.
pub(crate) fn create_function<'env>(
    env: &'env Env,
    policy: &Arc<CompiledPolicy>,
    name: &'static CStr,
    callback: Callback,
    size: usize,
) -> Result<Unknown<'env>> {
    let data = Arc::into_raw(Arc::clone(policy)).cast_mut().cast::<c_void>();
    let hint = ptr::without_provenance_mut(size);
    let mut function = ptr::null_mut();
    // SAFETY: the name is followed by a NUL, and the callbacks take `data` as a policy.
    let mut status = unsafe {
        sys::napi_create_function(
            env.raw(),
            name.as_ptr(),
            name.count_bytes() as isize,
            Some(callback),
            data,
            &raw mut function,
        )
    };
    if status == sys::Status::napi_ok {
        // SAFETY: `function` is the object just made; `finalize` takes the same `data` once.
        status = unsafe { sys::napi_add_finalizer(env.raw(), function, data, Some(finalize), hint, ptr::null_mut()) };
    }
    if status != sys::Status::napi_ok {
        // SAFETY: no finalizer has been registered, and if the function was made, no other code has it.
        drop(unsafe { Arc::from_raw(data.cast::<CompiledPolicy>()) });
        return Err(Error::new(Status::from(status), "corsac: the policy's function cannot be created"));
    }
    adjust_memory(env.raw(), size as i64);
    // SAFETY: `function` is a value of this environment, in the scope of the running call.
    unsafe { Unknown::from_napi_value(env.raw(), function) }
}

extern "C" fn finalize(env: sys::napi_env, data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `data` comes from `Arc::into_raw` in `create_function`, and Node calls a finalizer once.
    let policy = unsafe { Arc::from_raw(data.cast::<CompiledPolicy>()) };
    // A panic must not cross into Node.
    _ = catch_unwind(AssertUnwindSafe(|| drop(policy)));
    adjust_memory(env, -(hint.addr() as i64));
}

/// Reports to the garbage collector how much memory a policy uses outside the heap.
fn adjust_memory(env: sys::napi_env, change: i64) {
    let mut total = 0;
    if change != 0 {
        // SAFETY: `env` is alive; the call has no other preconditions.
        _ = unsafe { sys::napi_adjust_external_memory(env, change, &raw mut total) };
    }
}
