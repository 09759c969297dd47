//! A request needs no more allocations than code that sets the same headers by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use corsac_tower::{CorsLayer, Policy};
use futures_util::FutureExt;
use http::header::HeaderValue;
use http::{HeaderMap, Request, Response, StatusCode};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::hint::black_box;
use tower::{Layer, Service};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

// SAFETY: each call is passed on to the system's allocator as it is.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises that the system's allocator requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.get();
    let result = black_box(work());
    (ALLOCATIONS.get() - before, result)
}

const ORIGIN: &str = "https://app.example.com";

/// Values share their bytes, as hyper's do.
fn request(method: &str, headers: &[(&'static str, &'static str)]) -> Request<String> {
    let mut request = Request::builder().method(method).body(String::new()).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    request
}

fn hello(_: Request<String>) -> std::future::Ready<Result<Response<String>, Infallible>> {
    let mut response = Response::new(String::new());
    response.headers_mut().insert("etag", HeaderValue::from_static("\"1\""));
    std::future::ready(Ok(response))
}

#[test]
fn as_many_as_by_hand() {
    let text = format!(
        "allow_origins = ['{ORIGIN}']\nallow_credentials = true\nexpose_headers = ['x-a']\n[protection]\nwrites = 'reject'"
    );
    let mut service = CorsLayer::new(Policy::from_toml(text).unwrap()).layer(tower::service_fn(hello));
    let asked = [("origin", ORIGIN), ("access-control-request-method", "POST")];
    for (method, headers) in [("GET", &[][..]), ("GET", &asked[..1]), ("POST", &asked[..1]), ("OPTIONS", &asked)] {
        let make = || request(method, headers);
        // Each response is prepared when it is first sent.
        let expected = service.call(make()).now_or_never().unwrap().unwrap();
        let sent = expected.headers().clone();
        let is_own = expected.status() == StatusCode::NO_CONTENT;
        let (by_hand, _) = {
            let made = make();
            allocations(|| {
                let mut response =
                    if is_own { Response::new(String::new()) } else { hello(made).now_or_never().unwrap().unwrap() };
                if is_own {
                    *response.headers_mut() = HeaderMap::with_capacity(sent.len());
                }
                for (name, value) in &sent {
                    response.headers_mut().insert(name, value.clone());
                }
                response
            })
        };
        let made = make();
        let (ours, response) = allocations(|| service.call(made).now_or_never().unwrap().unwrap());
        assert_eq!(response.headers(), &sent);
        assert!(ours <= by_hand, "{method} {headers:?}: {ours} instead of {by_hand}");
    }
}
