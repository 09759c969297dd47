//! The items of lists and tuples.
//!
//! The stable ABI has only functions that read one item and check their arguments each time, and a request has many
//! headers. A version of CPython never changes where it keeps the items. So they are read from there in the versions on
//! which this is tested, and by the functions in all others.

use pyo3::ffi::{self, PyObject as Object};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The versions of CPython in which lists and tuples have this layout. The array of a list is followed by its capacity.
const LAYOUT_OF: RangeInclusive<(u8, u8)> = (3, 11)..=(3, 13);

#[repr(C)]
struct List {
    head: ffi::PyVarObject,
    items: *const *mut Object,
    capacity: ffi::Py_ssize_t,
}

#[repr(C)]
struct Tuple {
    head: ffi::PyVarObject,
    items: [*mut Object; 0],
}

static IS_LAYOUT_KNOWN: AtomicBool = AtomicBool::new(false);

/// Finds out whether items may be read from memory. This is called once, when the module is imported.
pub(crate) fn find_layout(py: Python<'_>) -> PyResult<()> {
    let version = py.version_info();
    let size = |class: Bound<'_, PyAny>| class.getattr("__basicsize__")?.extract::<usize>();
    let is_known = LAYOUT_OF.contains(&(version.major, version.minor))
        && size(py.get_type::<PyList>().into_any())? == size_of::<List>()
        && size(py.get_type::<PyTuple>().into_any())? == size_of::<Tuple>();
    IS_LAYOUT_KNOWN.store(is_known, Relaxed);
    Ok(())
}

/// How items are read.
pub(super) trait Items {
    /// An item, which is borrowed from the list.
    ///
    /// # Safety
    ///
    /// The thread is attached, and this is a list with an item of this index.
    unsafe fn of_list(list: *mut Object, index: ffi::Py_ssize_t) -> *mut Object;

    /// An item, which is borrowed from the tuple.
    ///
    /// # Safety
    ///
    /// The thread is attached, and this is a tuple with an item of this index.
    unsafe fn of_tuple(tuple: *mut Object, index: ffi::Py_ssize_t) -> *mut Object;
}

/// Reads items from memory. Only [`is_layout_known`] allows this.
pub(super) struct InMemory;

impl Items for InMemory {
    #[inline(always)]
    unsafe fn of_list(list: *mut Object, index: ffi::Py_ssize_t) -> *mut Object {
        // SAFETY: this is a list in the known layout, and its array has as many items as the list.
        unsafe { *(*list.cast::<List>()).items.offset(index) }
    }

    #[inline(always)]
    unsafe fn of_tuple(tuple: *mut Object, index: ffi::Py_ssize_t) -> *mut Object {
        // SAFETY: this is a tuple in the known layout, whose items follow its head.
        unsafe { *(&raw const (*tuple.cast::<Tuple>()).items).cast::<*mut Object>().offset(index) }
    }
}

/// Calls the functions of the stable ABI.
pub(super) struct ByFunctions;

impl Items for ByFunctions {
    unsafe fn of_list(list: *mut Object, index: ffi::Py_ssize_t) -> *mut Object {
        // SAFETY: the caller guarantees all of this.
        unsafe { ffi::PyList_GetItem(list, index) }
    }

    unsafe fn of_tuple(tuple: *mut Object, index: ffi::Py_ssize_t) -> *mut Object {
        // SAFETY: the caller guarantees all of this.
        unsafe { ffi::PyTuple_GetItem(tuple, index) }
    }
}

#[inline(always)]
pub(super) fn is_layout_known() -> bool {
    IS_LAYOUT_KNOWN.load(Relaxed)
}

/// An item of a tuple, in whichever way it can be read.
///
/// # Safety
///
/// The thread is attached, and this is a tuple with an item of this index.
#[inline(always)]
pub(super) unsafe fn item_of_tuple(tuple: *mut Object, index: ffi::Py_ssize_t) -> *mut Object {
    // SAFETY: the caller guarantees all of this.
    unsafe { if is_layout_known() { InMemory::of_tuple(tuple, index) } else { ByFunctions::of_tuple(tuple, index) } }
}
