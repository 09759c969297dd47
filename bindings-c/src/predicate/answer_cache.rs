//! `corsac_answer_cache`: a predicate's answers, remembered for a while.

use crate::panic_boundary;
use crate::pointer;
use crate::predicate::answer::{answer_of, corsac_predicate_answer, predicate_answer_number};
use crate::predicate::function::corsac_predicate;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::binding::{AnswerCache, Era};
use std::convert::Infallible;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Duration;

/// Remembers what a predicate said of origins: a bounded number of them, each for a bounded time. Opaque, usable from
/// any thread at the same time; freed with `corsac_answer_cache_free`.
///
/// Allowed and denied origins have half of the room each, so that a flood of made-up origins does not push out those
/// that are real. Failures are never remembered.
pub struct corsac_answer_cache {
    cache: AnswerCache,
}

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_answer_cache>();
};

/// Makes a cache.
///
/// Parameters:
/// - `size`: how many origins are remembered, 2 to 10,000,000.
/// - `milliseconds`: for how long, 1 to 86,400,000 (a day). So long may an origin that is taken back still read.
/// - `out`: where the cache goes; NULL on failure.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` for a size or a time outside of these bounds.
///
/// Ownership: the caller's.
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
/// - `origin` is the origin that is asked about.
/// - `out` is where the answer goes: `CORSAC_PREDICATE_ALLOW` or `CORSAC_PREDICATE_DENY`. Left alone where none is remembered.
///
/// Returns: whether an answer is remembered; false where a pointer is NULL, too.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_get(
    cache: *const corsac_answer_cache,
    origin: corsac_slice,
    out: *mut predicate_answer_number,
) -> bool {
    panic_boundary::value(false, || {
        // SAFETY: NULL or a cache of ours; the origin holds. Both by the caller's contract.
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

/// The era that a question is asked in: it ends with `corsac_answer_cache_clear`. Taken before the predicate is asked, it
/// keeps an answer from being remembered that was on its way when everything was forgotten.
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

/// Remembers an answer, unless everything was forgotten since it was asked for.
///
/// Parameters:
/// - `cache` is a cache.
/// - `era` is what `corsac_answer_cache_era` said before the predicate was asked.
/// - `origin` is the origin that was asked about; it is copied.
/// - `answer` is what the predicate said. A failure, and a number that is no answer, is not remembered.
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
        // SAFETY: NULL or a cache of ours; the origin holds. Both by the caller's contract.
        let (cache, origin) = unsafe { (pointer::reference(cache)?, origin.bytes()?) };
        let origin = origin.ok_or(corsac_status::CORSAC_NULL)?;
        cache.cache.remember(Era(era), origin, answer_of(answer));
        Ok(())
    })
}

/// Asks a predicate through a cache: what is remembered is not asked again.
///
/// It has no request to give on, so `predicate` gets NULL for it: an answer that is remembered for an origin may
/// depend on the origin alone.
///
/// Parameters:
/// - `cache` is a cache.
/// - `predicate` is called with `user` where nothing is remembered; two threads may ask about one origin at a time.
/// - `origin` is the origin to ask about.
///
/// Returns: the answer; `CORSAC_PREDICATE_FAILED` where a pointer is NULL.
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
        // SAFETY: NULL or a cache of ours; the origin holds. Both by the caller's contract.
        let found = unsafe { pointer::reference(cache).and_then(|cache| Ok((cache, origin.bytes()?))) };
        let (Ok((cache, Some(bytes))), Some(predicate)) = (found, predicate) else { return FAILED };
        // SAFETY: the caller vouches for the function.
        let ask = || Ok::<_, Infallible>(answer_of(unsafe { predicate(origin, std::ptr::null(), user) }));
        let Ok(answer) = cache.cache.ask(bytes, ask);
        answer as predicate_answer_number
    })
}

/// Forgets everything: for when what the predicate asks has changed.
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
/// Parameters: `cache` is a cache that was not freed before and that no thread uses, or NULL, which does nothing.
///
/// Ownership: taken.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_answer_cache_free(cache: *mut corsac_answer_cache) {
    panic_boundary::value((), || {
        if !cache.is_null() {
            // SAFETY: it came from `Box::into_raw` and was not freed before, by the caller's contract.
            drop(unsafe { Box::from_raw(cache) });
        }
    });
}
