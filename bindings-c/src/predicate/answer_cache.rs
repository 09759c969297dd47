//! `corsac_answer_cache`: remembers a predicate's answers for a limited time.

use crate::panic_boundary;
use crate::pointer;
use crate::predicate::answer::{answer_of, corsac_predicate_answer, predicate_answer_number};
use crate::predicate::function::corsac_predicate;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::binding::{AnswerCache, Era, limits};
use std::convert::Infallible;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Duration;

/// Remembers a predicate's answers about a limited number of origins, each for a limited time. It is opaque, and any
/// number of threads may use it at the same time. Free it with `corsac_answer_cache_free`.
///
/// Allowed and denied origins each have half of the space, so a flood of made-up origins does not push out the real
/// ones. Failures are never remembered.
pub struct corsac_answer_cache {
    cache: AnswerCache,
}

// The comment of `corsac_answer_cache_new` names both limits.
const _: () = assert!(limits::CACHED_ANSWERS == 10_000_000 && limits::CACHED_SECONDS == 86_400);

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_answer_cache>();
};

/// Makes a cache.
///
/// Parameters:
/// - `size`: how many origins are remembered, 2 to 10,000,000.
/// - `milliseconds`: how long each answer is remembered, 1 to 86,400,000 (a day). An origin that is no longer allowed
///   may still read for that time.
/// - `out`: where the cache is stored; NULL on failure.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` for a size or a time outside these limits.
///
/// Ownership: the cache belongs to the caller.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_new(
    size: usize,
    milliseconds: u64,
    out: *mut *mut corsac_answer_cache,
) -> corsac_status {
    panic_boundary::status(|| {
        if out.is_null() {
            return Err(corsac_status::CORSAC_NULL);
        }
        // SAFETY: not NULL; writable by the caller's contract.
        unsafe { out.write(null_mut()) };
        let cache = AnswerCache::new(size, Duration::from_millis(milliseconds));
        let cache = cache.map_err(|_| corsac_status::CORSAC_BAD_SIZE)?;
        // SAFETY: as above.
        unsafe { out.write(Box::into_raw(Box::new(corsac_answer_cache { cache }))) };
        Ok(())
    })
}

/// Looks an origin up.
///
/// Parameters:
/// - `cache` is a cache.
/// - `origin` is the origin to look up.
/// - `out` is where the answer is stored: `CORSAC_PREDICATE_ALLOW` or `CORSAC_PREDICATE_DENY`. It is not written if
///   no answer is remembered.
///
/// Returns: whether an answer is remembered; false also if a pointer is NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_get(
    cache: *const corsac_answer_cache,
    origin: corsac_slice,
    out: *mut predicate_answer_number,
) -> bool {
    panic_boundary::value(false, || {
        // SAFETY: NULL or a cache of ours, and the origin is valid, both by the caller's contract.
        let found = unsafe { pointer::reference(cache).and_then(|cache| Ok((cache, origin.bytes()?))) };
        let Ok((cache, Some(origin))) = found else { return false };
        let Some(answer) = cache.cache.get(origin) else { return false };
        if out.is_null() {
            return false;
        }
        // SAFETY: not NULL; writable by the caller's contract.
        unsafe { out.write(answer as predicate_answer_number) };
        true
    })
}

/// The current era of the cache, which ends with `corsac_answer_cache_clear`. Get it before the predicate is asked,
/// and pass it to `corsac_answer_cache_put`. If the cache was cleared after the predicate was asked, the answer is
/// not remembered.
///
/// Parameters: `cache` is a cache, or NULL.
///
/// Returns: the era; 0 for NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_era(cache: *const corsac_answer_cache) -> u64 {
    panic_boundary::value(0, || {
        // SAFETY: NULL or a cache of ours, by the caller's contract.
        unsafe { cache.as_ref() }.map_or(0, |cache| cache.cache.era().0)
    })
}

/// Remembers an answer, unless the cache was cleared after the question was asked.
///
/// Parameters:
/// - `cache` is a cache.
/// - `era` is the result of `corsac_answer_cache_era` before the predicate was asked.
/// - `origin` is the origin that was asked about; it is copied.
/// - `answer` is the predicate's answer. A failure is not remembered, and neither is a number that is not an answer.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_put(
    cache: *const corsac_answer_cache,
    era: u64,
    origin: corsac_slice,
    answer: predicate_answer_number,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: NULL or a cache of ours, and the origin is valid, both by the caller's contract.
        let (cache, origin) = unsafe { (pointer::reference(cache)?, origin.bytes()?) };
        let origin = origin.ok_or(corsac_status::CORSAC_NULL)?;
        cache.cache.remember(Era(era), origin, answer_of(answer));
        Ok(())
    })
}

/// Asks a predicate through a cache: the predicate is not called if its answer is remembered. `predicate` gets NULL
/// as the request, because an answer that is remembered for an origin must depend only on the origin. `predicate`
/// itself may use the cache.
///
/// Parameters:
/// - `cache` is a cache.
/// - `predicate` is called with `user` if no answer is remembered; two threads may ask about the same origin at the
///   same time.
/// - `origin` is the origin to ask about.
///
/// Returns: the answer; `CORSAC_PREDICATE_FAILED` if a pointer is NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_ask(
    cache: *const corsac_answer_cache,
    predicate: corsac_predicate,
    user: *mut c_void,
    origin: corsac_slice,
) -> predicate_answer_number {
    const FAILED: predicate_answer_number = corsac_predicate_answer::CORSAC_PREDICATE_FAILED as predicate_answer_number;
    panic_boundary::value(FAILED, || {
        // SAFETY: NULL or a cache of ours, and the origin is valid, both by the caller's contract.
        let found = unsafe { pointer::reference(cache).and_then(|cache| Ok((cache, origin.bytes()?))) };
        let (Ok((cache, Some(bytes))), Some(predicate)) = (found, predicate) else { return FAILED };
        // SAFETY: the caller vouches for the function.
        let ask = || Ok::<_, Infallible>(answer_of(unsafe { predicate(origin, std::ptr::null(), user) }));
        let Ok(answer) = cache.cache.ask(bytes, ask);
        answer as predicate_answer_number
    })
}

/// Forgets all answers. Call it when the data that the predicate reads has changed.
///
/// Parameters: `cache` is a cache, or NULL, which does nothing.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_clear(cache: *const corsac_answer_cache) {
    panic_boundary::value((), || {
        // SAFETY: NULL or a cache of ours, by the caller's contract.
        if let Some(cache) = unsafe { cache.as_ref() } {
            cache.cache.clear();
        }
    });
}

/// Frees a cache.
///
/// Parameters: `cache` is a cache that has not been freed yet and that no thread uses, or NULL, which does nothing.
///
/// Ownership: the library takes it.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_free(cache: *mut corsac_answer_cache) {
    panic_boundary::value((), || {
        if !cache.is_null() {
            // SAFETY: it came from `Box::into_raw` and has not been freed yet, by the caller's contract.
            drop(unsafe { Box::from_raw(cache) });
        }
    });
}
