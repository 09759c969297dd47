//! Classes whose instances are called with three arguments that PyO3 does not read. From Python 3.12, such a call needs no
//! tuple of arguments either, because a class that is written in Python inherits vectorcall from then on.

use crate::raw::{Object, guarded};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyClass, ffi};
use std::ffi::{CStr, c_int, c_uint};
use std::ptr::{null, null_mut};

/// A class of PyO3 with a `__call__` of three arguments.
pub(crate) trait DirectCall: PyClass {
    /// The name of the class with its module.
    const FULL_NAME: &'static CStr;

    /// Is called instead of `__call__` if there are three arguments, all of them positional. PyO3 then does not know
    /// that the thread is attached.
    fn call_directly<'py>(slf: &Bound<'py, Self>, arguments: [&Bound<'py, PyAny>; 3]) -> PyResult<Bound<'py, PyAny>>;
}

/// A subclass of a class of PyO3. Its instances have one more field at the end: the function that the interpreter calls.
#[derive(Debug)]
pub(crate) struct DirectClass {
    class: Py<PyType>,
    /// Where an instance has that field.
    offset: usize,
}

/// The flag has had this value since Python 3.8, and has been in the stable ABI since 3.12.
const HAVE_VECTORCALL: c_uint = 1 << 11;

/// This bit in the number of arguments is a flag, and not a part of the number.
const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

impl DirectClass {
    pub(crate) fn new<T: DirectCall>(py: Python<'_>) -> PyResult<Self> {
        let bases = PyTuple::new(py, [py.get_type::<T>()])?;
        let offset = py.get_type::<T>().getattr("__basicsize__")?.extract::<usize>()?;
        let offset = offset.next_multiple_of(align_of::<ffi::vectorcallfunc>());
        let field = ffi::PyMemberDef {
            name: c"__vectorcalloffset__".as_ptr(),
            type_code: ffi::Py_T_PYSSIZET,
            offset: isize::try_from(offset)?,
            flags: ffi::Py_READONLY,
            doc: null(),
        };
        let mut fields = [field, ffi::PyMemberDef::default()];
        let call: ffi::ternaryfunc = called_with_tuple::<T>;
        let mut slots = [
            ffi::PyType_Slot { slot: ffi::Py_tp_members, pfunc: fields.as_mut_ptr().cast() },
            ffi::PyType_Slot { slot: ffi::Py_tp_call, pfunc: call as *mut _ },
            ffi::PyType_Slot::default(),
        ];
        let mut spec = ffi::PyType_Spec {
            name: T::FULL_NAME.as_ptr(),
            basicsize: c_int::try_from(offset + size_of::<ffi::vectorcallfunc>())?,
            itemsize: 0,
            flags: c_uint::try_from(ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE)? | HAVE_VECTORCALL,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the interpreter copies the specification, its slots and its fields; the texts are static. Creation,
        // freeing and traversal are inherited from the base, whose instances this one extends. The class is a new
        // reference, or null with an exception set.
        let class =
            unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpecWithBases(&raw mut spec, bases.as_ptr()))? };
        Ok(DirectClass { class: class.cast_into::<PyType>()?.unbind(), offset })
    }

    pub(crate) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }

    /// From now on, this instance is called without a tuple of arguments, if its class inherits vectorcall.
    pub(crate) fn enable<T: DirectCall>(&self, instance: &Bound<'_, T>) -> PyResult<()> {
        // SAFETY: both are alive. An instance of this class has the field, and nothing else uses it.
        unsafe {
            if ffi::PyType_IsSubtype(ffi::Py_TYPE(instance.as_ptr()), self.class.as_ptr().cast()) == 0 {
                return Err(PyRuntimeError::new_err("an instance of the base"));
            }
            let field = instance.as_ptr().byte_add(self.offset).cast::<ffi::vectorcallfunc>();
            field.write(called::<T>);
        }
        Ok(())
    }
}

/// # Safety
///
/// The thread is attached, and all objects are alive. The first is an instance of `T`.
#[inline]
unsafe fn call_directly<T: DirectCall>(instance: *mut Object, arguments: [*mut Object; 3]) -> *mut Object {
    // SAFETY: the caller guarantees all of this.
    unsafe {
        let py = Python::assume_attached();
        let instance = Borrowed::from_ptr(py, instance).cast_unchecked::<T>();
        let [first, second, third] = arguments.map(|argument| Borrowed::from_ptr(py, argument));
        guarded(py, || T::call_directly(&instance, [&first, &second, &third]))
    }
}

/// The function that the interpreter calls with a tuple of arguments.
///
/// # Safety
///
/// The interpreter guarantees that the thread is attached, and owns the objects until this returns.
unsafe extern "C" fn called_with_tuple<T: DirectCall>(
    instance: *mut Object,
    arguments: *mut Object,
    named: *mut Object,
) -> *mut Object {
    // SAFETY: arguments are a tuple, and the named ones are null or a dict. If a class of PyO3 has a `__call__`, its
    // slot `tp_call` has a function of this type.
    unsafe {
        if named.is_null() && ffi::Py_SIZE(arguments) == 3 {
            let arguments = [0, 1, 2].map(|index| ffi::PyTuple_GetItem(arguments, index));
            return call_directly::<T>(instance, arguments);
        }
        let class = T::type_object_raw(Python::assume_attached());
        let call = std::mem::transmute::<*mut _, ffi::ternaryfunc>(ffi::PyType_GetSlot(class, ffi::Py_tp_call));
        call(instance, arguments, named)
    }
}

/// The function that the interpreter calls with an array of arguments.
///
/// # Safety
///
/// The interpreter guarantees that the thread is attached, and owns the objects until this returns.
unsafe extern "C" fn called<T: DirectCall>(
    instance: *mut Object,
    arguments: *const *mut Object,
    count: usize,
    names: *mut Object,
) -> *mut Object {
    let count = count & !ARGUMENTS_OFFSET;
    // SAFETY: there are as many arguments as the count says, and then one for each name. Names are null or a tuple.
    unsafe {
        if count == 3 && names.is_null() {
            // The interpreter counts calls to `tp_call` itself, but not these. Without a count, middlewares that are nested
            // too deeply would use up the stack instead of raising RecursionError.
            if ffi::Py_EnterRecursiveCall(c" while calling a Python object".as_ptr()) != 0 {
                return null_mut();
            }
            let returned = call_directly::<T>(instance, [0, 1, 2].map(|index| *arguments.add(index)));
            ffi::Py_LeaveRecursiveCall();
            return returned;
        }
        let py = Python::assume_attached();
        guarded(py, || {
            let argument = |index| Bound::from_borrowed_ptr(py, *arguments.add(index));
            let named = PyDict::new(py);
            if let Some(names) = Bound::from_borrowed_ptr_or_opt(py, names) {
                for (index, name) in names.cast::<PyTuple>()?.iter().enumerate() {
                    named.set_item(name, argument(count + index))?;
                }
            }
            let positional = PyTuple::new(py, (0..count).map(argument))?;
            let returned = called_with_tuple::<T>(instance, positional.as_ptr(), named.as_ptr());
            Bound::from_owned_ptr_or_err(py, returned)
        })
    }
}
