//! The only unsafe code of this crate, with [`direct_class`]: calls to the stable ABI of Python 3.11 that create no
//! additional objects.
//!
//! PyO3 makes a tuple of arguments for every call, and gives each callable type a `tp_call`, which takes a tuple.
#![allow(unsafe_code)]

pub(crate) mod direct_class;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use pyo3::{Borrowed, PyTypeInfo, ffi};
use std::ffi::CStr;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

type Object = ffi::PyObject;

/// Calls a function with up to four arguments.
#[inline]
pub(crate) fn call<'py, const COUNT: usize>(
    function: &Bound<'py, PyAny>,
    arguments: [&Bound<'py, PyAny>; COUNT],
) -> PyResult<Bound<'py, PyAny>> {
    // On Windows, more would not reach the function.
    const { assert!(COUNT <= 4) };
    let arguments = arguments.map(Bound::as_ptr);
    // SAFETY: `Bound` shows that the thread is attached and keeps the objects alive. The result is a new reference, or
    // null with an exception set.
    unsafe {
        let returned = call_object(function.as_ptr(), &arguments);
        Bound::from_owned_ptr_or_err(function.py(), returned)
    }
}

/// # Safety
///
/// The thread is attached and all objects are alive.
#[cfg(unix)]
#[inline]
unsafe fn call_object(function: *mut Object, arguments: &[*mut Object]) -> *mut Object {
    unsafe extern "C" {
        /// The stable ABI has had this function since Python 3.12. CPython 3.11 exports it as well, with the same
        /// signature, which no later release of 3.11 can change.
        fn PyObject_Vectorcall(
            function: *mut Object,
            arguments: *const *mut Object,
            count: usize,
            names: *mut Object,
        ) -> *mut Object;
    }
    // SAFETY: the objects are alive, and there are as many as the slice has.
    unsafe { PyObject_Vectorcall(function, arguments.as_ptr(), arguments.len(), null_mut()) }
}

/// On Windows, the library of the stable ABI exports only what belongs to the stable ABI of its version of Python. In 3.11,
/// `PyObject_Vectorcall` is missing.
///
/// # Safety
///
/// The thread is attached, all objects are alive, and there are at most four arguments.
#[cfg(not(unix))]
#[inline]
unsafe fn call_object(function: *mut Object, arguments: &[*mut Object]) -> *mut Object {
    let end = null_mut::<Object>();
    let at = |index: usize| arguments.get(index).copied().unwrap_or(end);
    // SAFETY: the objects are alive, and the first null ends the arguments.
    unsafe { ffi::PyObject_CallFunctionObjArgs(function, at(0), at(1), at(2), at(3), end) }
}

/// Runs a function, and lets PyO3 know that the thread is attached. PyO3 does not know this if the interpreter has called a
/// function of this file, and would then release a [`Py`] or an error only later.
pub(crate) fn attached<'py, R>(_py: Python<'py>, run: impl FnOnce() -> R) -> R {
    // SAFETY: the argument shows that the thread is attached.
    unsafe { Python::attach_unchecked(|_| run()) }
}

/// The value of a dict's first key, if that key is this very object. This takes a quarter of the time of a look-up.
#[inline(always)]
pub(crate) fn first_value<'py>(dict: &Bound<'py, PyDict>, key: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
    let (mut at, mut first, mut value) = (0, null_mut(), null_mut());
    // SAFETY: `Bound` shows that the thread is attached and that this is a dict. Both references are borrowed from the
    // dict, which nothing changes before the returned `Bound` has a reference of its own to the value.
    unsafe {
        let has_first = ffi::PyDict_Next(dict.as_ptr(), &raw mut at, &raw mut first, &raw mut value) != 0;
        (has_first && first == key.as_ptr()).then(|| Bound::from_borrowed_ptr(dict.py(), value))
    }
}

/// Whether a str is as long as `text`, which is ASCII.
#[inline]
pub(crate) fn has_length_of(object: &Bound<'_, PyString>, text: &str) -> bool {
    // SAFETY: `Bound` shows that the thread is attached and that this is a str.
    let length = unsafe { ffi::PyUnicode_GetLength(object.as_ptr()) };
    usize::try_from(length) == Ok(text.len())
}

/// The bytes of an object. PyO3 would call a second function to get their number.
#[inline]
pub(crate) fn bytes_of<'a>(object: &'a Bound<'_, PyBytes>) -> &'a [u8] {
    // SAFETY: `Bound` shows that the thread is attached and that this is a bytes object, which has a size, never changes,
    // and is kept alive by the reference.
    unsafe {
        let first = ffi::PyBytes_AsString(object.as_ptr()).cast::<u8>();
        std::slice::from_raw_parts(first, ffi::Py_SIZE(object.as_ptr()).cast_unsigned())
    }
}

/// One element of a list of pairs of name and value.
#[derive(Debug)]
pub(crate) enum ListedPair<'py, H> {
    /// A tuple whose name is a known `bytes` object: the facts about the name, and the value.
    Known(H, Bound<'py, PyAny>),
    /// Anything other than a tuple of two whose first member is a `bytes` object.
    Unusual(Bound<'py, PyAny>),
}

/// Passes the pairs of a list to `take`. Pairs whose name `known` does not know are left out, and no object is created for
/// them. `may_know` is faster: it says whether `known` knows any name of a given length.
#[inline(always)]
pub(crate) fn for_each_pair<'py, H>(
    list: &Bound<'py, PyList>,
    may_know: impl Fn(usize) -> bool,
    known: impl Fn(&[u8]) -> Option<H>,
    mut take: impl FnMut(ListedPair<'py, H>) -> PyResult<()>,
) -> PyResult<()> {
    let py = list.py();
    let mut index = 0;
    // The size is read for each element, because code that `take` runs may shorten the list. SAFETY: a list has a size.
    while index < unsafe { ffi::Py_SIZE(list.as_ptr()) } {
        // SAFETY: the index is one of the list's. The reference is borrowed from the list, which nothing changes before
        // `classify` returns: the thread stays attached, and `classify` runs none of Python's code. What it returns has
        // a reference of its own.
        let pair = unsafe { classify(py, ffi::PyList_GetItem(list.as_ptr(), index), &may_know, &known) };
        if let Some(pair) = pair {
            take(pair)?;
        }
        index += 1;
    }
    Ok(())
}

/// The pair, or none if its name is not known.
///
/// # Safety
///
/// The thread is attached and the object alive.
#[inline(always)]
unsafe fn classify<'py, H>(
    py: Python<'py>,
    pair: *mut Object,
    may_know: impl Fn(usize) -> bool,
    known: impl Fn(&[u8]) -> Option<H>,
) -> Option<ListedPair<'py, H>> {
    // SAFETY: the object is alive; its members are read according to its type, and the tuple keeps them alive.
    unsafe {
        let unusual = || Some(ListedPair::Unusual(Bound::from_borrowed_ptr(py, pair)));
        if !is_exactly(pair, &raw mut ffi::PyTuple_Type) || ffi::Py_SIZE(pair) != 2 {
            return unusual();
        }
        let name = ffi::PyTuple_GetItem(pair, 0);
        if !is_exactly(name, &raw mut ffi::PyBytes_Type) {
            return unusual();
        }
        // A size is never negative.
        let size = ffi::Py_SIZE(name).cast_unsigned();
        if !may_know(size) {
            return None;
        }
        let header = known(std::slice::from_raw_parts(ffi::PyBytes_AsString(name).cast(), size))?;
        Some(ListedPair::Known(header, Bound::from_borrowed_ptr(py, ffi::PyTuple_GetItem(pair, 1))))
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

/// The behaviour of a built-in function of one argument.
pub(crate) trait BuiltinFunction {
    /// The types of the objects with which the function is made.
    type First: PyTypeInfo;
    type Second: PyTypeInfo;
    type Third: PyTypeInfo;

    /// Its name in Python.
    const NAME: &'static CStr;

    /// Its documentation in Python, which begins with its signature.
    const DOC: &'static CStr;

    /// Is called with the objects with which the function was made, and with the argument.
    fn call<'py>(state: &State<'_, 'py, Self>, argument: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>
    where
        Self: Sized;
}

/// The three objects with which a built-in function was made. Python's code sees them as a tuple.
pub(crate) struct State<'a, 'py, F>(Borrowed<'a, 'py, PyAny>, PhantomData<F>);

impl<'a, 'py, F: BuiltinFunction> State<'a, 'py, F> {
    #[inline]
    pub(crate) fn first(&self) -> Borrowed<'a, 'py, F::First> {
        // SAFETY: `builtin` made the tuple with an object of this type.
        unsafe { self.get::<0, _>() }
    }

    #[inline]
    pub(crate) fn second(&self) -> Borrowed<'a, 'py, F::Second> {
        // SAFETY: `builtin` made the tuple with an object of this type.
        unsafe { self.get::<1, _>() }
    }

    #[inline]
    pub(crate) fn third(&self) -> Borrowed<'a, 'py, F::Third> {
        // SAFETY: `builtin` made the tuple with an object of this type.
        unsafe { self.get::<2, _>() }
    }

    /// # Safety
    ///
    /// The object at the index is of this type.
    #[inline]
    unsafe fn get<const INDEX: isize, T>(&self) -> Borrowed<'a, 'py, T> {
        const { assert!(0 <= INDEX && INDEX < 3) };
        // SAFETY: `builtin` made the tuple with three objects, and the tuple keeps them alive. No code can replace them,
        // and the caller knows their types.
        unsafe { Borrowed::from_ptr(self.0.py(), ffi::PyTuple_GetItem(self.0.as_ptr(), INDEX)).cast_unchecked() }
    }
}

/// A built-in function of one argument that calls [`BuiltinFunction::call`] with the state.
///
/// A call creates no tuple, and the interpreter can collect both the function and its state.
#[inline]
pub(crate) fn builtin<'py, F: BuiltinFunction>(
    first: &Bound<'py, F::First>,
    second: &Bound<'py, F::Second>,
    third: &Bound<'py, F::Third>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: `Bound` shows that the thread is attached and keeps the three objects alive. The tuple takes references of
    // its own; it is new, or null with an exception set.
    let state = unsafe {
        let state = ffi::PyTuple_Pack(3, first.as_ptr(), second.as_ptr(), third.as_ptr());
        Bound::from_owned_ptr_or_err(first.py(), state)?
    };
    // SAFETY: the definition is never changed and lives as long as the process. The function takes a reference of its
    // own to the state; it is new, or null with an exception set.
    unsafe {
        let definition: *const ffi::PyMethodDef = Definition::<F>::METHOD;
        let function = ffi::PyCFunction_NewEx(definition.cast_mut(), state.as_ptr(), null_mut());
        Bound::from_owned_ptr_or_err(state.py(), function)
    }
}

struct Definition<F>(F);

impl<F: BuiltinFunction> Definition<F> {
    const METHOD: &'static ffi::PyMethodDef = &ffi::PyMethodDef {
        ml_name: F::NAME.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: called::<F> },
        ml_flags: ffi::METH_O,
        ml_doc: F::DOC.as_ptr(),
    };
}

/// The function that the interpreter calls.
///
/// # Safety
///
/// The thread is attached and both objects are alive.
unsafe extern "C" fn called<F: BuiltinFunction>(state: *mut Object, argument: *mut Object) -> *mut Object {
    // SAFETY: the interpreter guarantees both, and owns the objects until this returns.
    let (state, argument) = unsafe {
        let py = Python::assume_attached();
        (Borrowed::from_ptr(py, state), Borrowed::from_ptr(py, argument))
    };
    guarded(argument.py(), || F::call(&State(state, PhantomData), &argument))
}

/// What the interpreter expects of a function that it calls: a new reference, or null with an exception set.
#[inline]
fn guarded<'py>(py: Python<'py>, call: impl FnOnce() -> PyResult<Bound<'py, PyAny>>) -> *mut Object {
    // A panic must not leave such a function, because that would end the process.
    let returned = catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(PyRuntimeError::new_err("corsac panicked: please report it")));
    match returned {
        Ok(object) => object.into_ptr(),
        Err(error) => {
            error.restore(py);
            null_mut()
        }
    }
}
