//! The host's callbacks in the form in which the engine calls them.

use crate::panic_boundary;
use crate::pointer;
use crate::response::headers::{callback_bool, corsac_response_headers, corsac_take_value};
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{HeaderName, ResponseHeaders};
use std::borrow::Cow;
use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::addr_of;

/// The size in the first version of the header. A field that is added later has to begin after this size, because the
/// caller's padding can contain anything.
const FIRST: usize = size_of::<corsac_response_headers>();

/// The host's response.
pub(crate) struct HostHeaders {
    user: *mut c_void,
    values: unsafe extern "C" fn(corsac_slice, corsac_take_value, *mut c_void, *mut c_void) -> callback_bool,
    remove: unsafe extern "C" fn(corsac_slice, *mut c_void) -> callback_bool,
    set: unsafe extern "C" fn(corsac_slice, corsac_slice, *mut c_void) -> callback_bool,
    append: unsafe extern "C" fn(corsac_slice, corsac_slice, *mut c_void) -> callback_bool,
    pub(crate) keep_app_headers: bool,
    /// The value that a callback gets, with its NUL.
    short: [u8; SHORT],
    /// The same for a longer value. All of these share one allocation.
    long: Vec<u8>,
}

/// Values are nearly always shorter than this, so they need no allocation.
const SHORT: usize = 256;

impl HostHeaders {
    /// Copies the caller's struct, so that a callback may change it.
    ///
    /// # Safety
    ///
    /// `response` is NULL or points to a readable struct of the size that it says. Its callbacks follow the contract
    /// in that struct for as long as this lives.
    pub(crate) unsafe fn read(response: *const corsac_response_headers) -> Result<Self, corsac_status> {
        const NULL: corsac_status = corsac_status::CORSAC_NULL;
        // SAFETY: the caller's contract is this function's own.
        unsafe { pointer::check_size(response, FIRST)? };
        // SAFETY: not NULL, and large enough for every field that is read.
        unsafe {
            Ok(HostHeaders {
                user: (*response).user,
                values: (*response).values.ok_or(NULL)?,
                remove: (*response).remove.ok_or(NULL)?,
                set: (*response).set.ok_or(NULL)?,
                append: (*response).append.ok_or(NULL)?,
                keep_app_headers: pointer::flag(addr_of!((*response).keep_app_headers)),
                short: [0; SHORT],
                long: Vec::new(),
            })
        }
    }

    /// Asks the host to call `take` with each value.
    fn collect<T: Default>(&self, name: HeaderName, take: corsac_take_value) -> Result<T, corsac_status> {
        let mut taken = Taken::<T> { values: T::default(), status: corsac_status::CORSAC_OK };
        let to = (&raw mut taken).cast();
        // SAFETY: the caller of `read` vouches for the callback; `to` outlives the call and is what `take` expects.
        done(unsafe { (self.values)(slice_of(name), take, to, self.user) })?;
        match taken.status {
            corsac_status::CORSAC_OK => Ok(taken.values),
            corsac_status::CORSAC_PANIC => Err(corsac_status::CORSAC_PANIC),
            _ => Err(corsac_status::CORSAC_CALLBACK),
        }
    }

    /// The value, followed by a NUL.
    fn terminate(&mut self, value: &[u8]) -> corsac_slice {
        if let Some((to, [end, ..])) = self.short.split_at_mut_checked(value.len()) {
            to.copy_from_slice(value);
            *end = 0;
            return corsac_slice { ptr: self.short.as_ptr().cast(), len: value.len() };
        }
        self.long.clear();
        self.long.extend_from_slice(value);
        self.long.push(0);
        corsac_slice { ptr: self.long.as_ptr().cast(), len: value.len() }
    }
}

/// The values with which a callback has called `take`.
struct Taken<T> {
    values: T,
    /// The status for the last value that could not be taken.
    status: corsac_status,
}

impl ResponseHeaders for HostHeaders {
    type Error = corsac_status;

    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, corsac_status> {
        unsafe extern "C" fn take(value: corsac_slice, to: *mut c_void) {
            // SAFETY: only `values` passes this function on, with a `to` as `take_into` requires it.
            unsafe { take_into::<Vec<Vec<u8>>>(value, to, |values, value| values.push(value.to_vec())) }
        }
        let values: Vec<Vec<u8>> = self.collect(name, Some(take))?;
        Ok(values.into_iter().map(Cow::Owned).collect())
    }

    fn contains(&self, name: HeaderName) -> Result<bool, corsac_status> {
        unsafe extern "C" fn take(value: corsac_slice, to: *mut c_void) {
            // SAFETY: only `contains` passes this function on, with a `to` as `take_into` requires it.
            unsafe { take_into::<bool>(value, to, |any, _| *any = true) }
        }
        self.collect(name, Some(take))
    }

    fn remove(&mut self, name: HeaderName) -> Result<(), corsac_status> {
        // SAFETY: the caller of `read` vouches for the callback.
        done(unsafe { (self.remove)(slice_of(name), self.user) })
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), corsac_status> {
        let value = self.terminate(value);
        // SAFETY: as above; the value is in a buffer of this struct until the callback has returned.
        done(unsafe { (self.set)(slice_of(name), value, self.user) })
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), corsac_status> {
        let value = self.terminate(value);
        // SAFETY: as above.
        done(unsafe { (self.append)(slice_of(name), value, self.user) })
    }
}

fn slice_of(name: HeaderName) -> corsac_slice {
    corsac_slice::of_c_str(name.as_c_str())
}

fn done(returned: callback_bool) -> Result<(), corsac_status> {
    if returned == 0 { Err(corsac_status::CORSAC_CALLBACK) } else { Ok(()) }
}

/// # Safety
///
/// `to` is NULL or points to a `Taken<T>` that nobody else uses now; the value is valid during the call.
unsafe fn take_into<T>(value: corsac_slice, to: *mut c_void, add: fn(&mut T, &[u8])) {
    // SAFETY: by this function's own contract.
    let Some(taken) = (unsafe { to.cast::<Taken<T>>().as_mut() }) else { return };
    let status = panic_boundary::status(|| {
        // SAFETY: as above.
        if let Some(value) = unsafe { value.bytes()? } {
            add(&mut taken.values, value);
        }
        Ok(())
    });
    if status != corsac_status::CORSAC_OK {
        taken.status = status;
    }
}
