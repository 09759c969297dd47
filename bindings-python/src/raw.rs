//! The only unsafe code of this crate: what the stable ABI of Python 3.11 can do without an object made for it.
//!
//! PyO3 makes a tuple of arguments for every call, and gives types that are called a `tp_call`, which takes a tuple.
#![allow(unsafe_code)]

use crate::send;
use corsac::binding::RequestHeader;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use pyo3::{Borrowed, ffi};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

type Object = ffi::PyObject;

/// Calls with up to four arguments.
#[inline]
pub(crate) fn call<'py, const COUNT: usize>(
    function: &Bound<'py, PyAny>,
    arguments: [&Bound<'py, PyAny>; COUNT],
) -> PyResult<Bound<'py, PyAny>> {
    const { assert!(COUNT <= 4) };
    let end = null_mut::<Object>();
    let at = |place: usize| arguments.get(place).map_or(end, |argument| argument.as_ptr());
    // SAFETY: `Bound` shows that the thread is attached and keeps the objects alive. The first null ends the arguments,
    // and what comes back is a new reference, or null with an exception set.
    unsafe {
        let returned = ffi::PyObject_CallFunctionObjArgs(function.as_ptr(), at(0), at(1), at(2), at(3), end);
        Bound::from_owned_ptr_or_err(function.py(), returned)
    }
}

/// A pair in a list of headers, as far as it could be looked at where it is.
#[derive(Debug)]
pub(crate) enum Pair<'py> {
    /// A header that is read, and its value.
    Header(RequestHeader, Bound<'py, PyAny>),
    /// Not as servers make them.
    Other(Bound<'py, PyAny>),
}

/// Takes the pairs of a list but those that have a name no policy reads: they are looked at where they are.
#[inline]
pub(crate) fn lines<'py>(
    list: &Bound<'py, PyList>,
    header: impl Fn(&[u8]) -> Option<RequestHeader>,
    mut take: impl FnMut(Pair<'py>) -> PyResult<()>,
) -> PyResult<()> {
    let py = list.py();
    let mut place = 0;
    // What `take` runs may shorten the list.
    // SAFETY: a list has a size.
    while place < unsafe { ffi::Py_SIZE(list.as_ptr()) } {
        // SAFETY: the place is one of the list's. The reference is borrowed from the list, which nothing changes until
        // the pair is passed over or counted: the thread stays attached, and `look` runs none of Python's code.
        let pair = unsafe { look(py, ffi::PyList_GetItem(list.as_ptr(), place), &header) };
        if let Some(pair) = pair {
            take(pair)?;
        }
        place += 1;
    }
    Ok(())
}

/// What a pair is; none if it is as servers make them, with a name that the policy does not read.
///
/// # Safety
///
/// The thread is attached and the object alive.
#[inline]
unsafe fn look<'py>(
    py: Python<'py>,
    pair: *mut Object,
    header: impl Fn(&[u8]) -> Option<RequestHeader>,
) -> Option<Pair<'py>> {
    // SAFETY: the object is alive; it is looked into only as what its type says it is, and the tuple keeps its members
    // alive.
    unsafe {
        let other = || Some(Pair::Other(Bound::from_borrowed_ptr(py, pair)));
        if !is_exactly(pair, &raw mut ffi::PyTuple_Type) || ffi::Py_SIZE(pair) < 2 {
            return other();
        }
        let name = ffi::PyTuple_GetItem(pair, 0);
        if !is_exactly(name, &raw mut ffi::PyBytes_Type) {
            return other();
        }
        let Ok(size) = usize::try_from(ffi::Py_SIZE(name)) else { return other() };
        let header = header(std::slice::from_raw_parts(ffi::PyBytes_AsString(name).cast(), size))?;
        Some(Pair::Header(header, Bound::from_borrowed_ptr(py, ffi::PyTuple_GetItem(pair, 1))))
    }
}

/// # Safety
///
/// The object is alive.
#[inline]
unsafe fn is_exactly(object: *mut Object, kind: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: every object has a type.
    unsafe { ffi::Py_TYPE(object) == kind }
}

/// A built-in function of one argument that calls [`send::call`] with the state and it.
///
/// Whoever calls it makes no tuple, and the interpreter knows how to collect both the function and its state.
#[inline]
pub(crate) fn sender<'py>(state: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the definition is never changed and lives as long as the process. The function takes a reference of its
    // own to the state; it is new, or null with an exception set.
    unsafe {
        let function = ffi::PyCFunction_NewEx((&raw const SENDER.0).cast_mut(), state.as_ptr(), null_mut());
        Bound::from_owned_ptr_or_err(state.py(), function)
    }
}

struct Definition(ffi::PyMethodDef);

// SAFETY: it holds pointers to constants, and nobody writes to it.
unsafe impl Sync for Definition {}

static SENDER: Definition = Definition(ffi::PyMethodDef {
    ml_name: c"send".as_ptr(),
    ml_meth: ffi::PyMethodDefPointer { PyCFunction: called },
    ml_flags: ffi::METH_O,
    ml_doc: c"send($self, message, /)\n--\n\nThe server's, with the policy's headers put on each response's head."
        .as_ptr(),
});

/// What the interpreter calls.
///
/// # Safety
///
/// The thread is attached and both objects are alive.
unsafe extern "C" fn called(state: *mut Object, message: *mut Object) -> *mut Object {
    // SAFETY: as the interpreter keeps to it; it holds both objects until this returns.
    let (state, message) = unsafe {
        let py = Python::assume_attached();
        (Borrowed::from_ptr(py, state), Borrowed::from_ptr(py, message))
    };
    let py = message.py();
    // No panic may leave it: that would end the process.
    let returned = catch_unwind(AssertUnwindSafe(|| send::call(&state, &message)))
        .unwrap_or_else(|_| Err(PyRuntimeError::new_err("corsac panicked: please report it")));
    match returned {
        Ok(awaitable) => awaitable.into_ptr(),
        Err(error) => {
            error.restore(py);
            null_mut()
        }
    }
}
