//! axum 0.8: around the router, inside it, nested, and over real sockets.

use crate::kit::{EVIL, ORIGIN, exchange, header, is_readable, layer};
use axum::Router;
use axum::body::Body;
use axum::extract::OriginalUri;
use axum::routing::{get, post};
use corsac_tower::CorsLayer;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::{Layer, ServiceBuilder, ServiceExt};

const ROUTES: &str = "[[routes]]\npath = '/public/{*rest}'\nallow_origins = ['*']\n";

fn router() -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .route("/save", post(async || StatusCode::CREATED))
        .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/public/news", get(async || "news"))
}

fn request(method: &str, path: &str, origin: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).header("origin", origin).body(Body::empty()).unwrap()
}

fn preflight(path: &str, origin: &str) -> Request<Body> {
    let mut request = request("OPTIONS", path, origin);
    request.headers_mut().insert("access-control-request-method", "POST".parse().unwrap());
    request
}

#[tokio::test]
async fn around_the_router_every_response_has_the_headers() {
    let app = layer("").layer(router());
    for (method, path, status) in [
        ("GET", "/", 200),
        ("POST", "/save", 201),
        ("GET", "/fails", 500),
        ("GET", "/nothing", 404),
        ("PUT", "/save", 405),
        // This is not a preflight, so the application answers.
        ("OPTIONS", "/save", 405),
    ] {
        let response = app.clone().oneshot(request(method, path, ORIGIN)).await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        assert!(is_readable(&response, ORIGIN), "{method} {path}");
        assert!(header(&response, "vary").starts_with("Origin"), "{method} {path}");
    }
    for path in ["/save", "/nothing"] {
        let response = app.clone().oneshot(preflight(path, ORIGIN)).await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (204, ORIGIN));
    }
}

#[tokio::test]
async fn as_a_layer_of_the_router() {
    let app = router().fallback(async || (StatusCode::NOT_FOUND, "nothing")).layer(layer(""));
    for (method, path, status) in [("GET", "/", 200), ("GET", "/nothing", 404), ("PUT", "/save", 405)] {
        let response = app.clone().oneshot(request(method, path, ORIGIN)).await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        assert!(is_readable(&response, ORIGIN), "{method} {path}");
    }
    let response = app.clone().oneshot(preflight("/save", ORIGIN)).await.unwrap();
    assert_eq!(response.status(), 204);
    let response = app.oneshot(preflight("/save", EVIL)).await.unwrap();
    assert_eq!(response.status(), 403);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "corsac: origin-not-allowed\n");
}

#[tokio::test]
async fn a_preflight_reaches_no_middleware_inside() {
    async fn refuse(_: axum::extract::Request, _: axum::middleware::Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    let app = ServiceBuilder::new()
        .layer(layer("allow_credentials = true"))
        .service(router().layer(axum::middleware::from_fn(refuse)));
    let response = app.clone().oneshot(preflight("/save", ORIGIN)).await.unwrap();
    assert_eq!(response.status(), 204);
    // The page can read that it has to log in.
    let response = app.oneshot(request("GET", "/", ORIGIN)).await.unwrap();
    assert_eq!((response.status().as_u16(), is_readable(&response, ORIGIN)), (401, true));
}

/// Nesting removes the prefix from the URI, and keeps the full URI in an extension.
#[tokio::test]
async fn routes_are_chosen_by_the_uri_that_the_client_requested() {
    let inner = |cors: CorsLayer| {
        Router::new().route("/news", get(async |OriginalUri(uri): OriginalUri| uri.path().to_owned())).layer(cors)
    };
    let nested = Router::new().nest("/public", inner(layer(ROUTES))).nest("/private", inner(layer(ROUTES)));
    let deeper = Router::new().nest("/public", Router::new().nest("/inner", inner(layer(ROUTES))));
    let service = Router::new().nest_service("/public", layer(ROUTES).layer(inner(layer(""))));
    for (app, path, any) in [
        (&nested, "/public/news", true),
        (&nested, "/private/news", false),
        (&deeper, "/public/inner/news", true),
        (&service, "/public/news", false),
    ] {
        let response = app.clone().oneshot(request("GET", path, EVIL)).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let allowed = header(&response, "access-control-allow-origin");
        // The outer layer decides last, and in `service` it is the one with routes.
        let expected = if any || std::ptr::eq(app, &service) { "*" } else { "" };
        assert_eq!(allowed, expected, "{path}");
    }
    let around = layer(ROUTES).layer(nested);
    let ambiguous = request("GET", "/public/%2e%2e/private/news", EVIL);
    let response = around.oneshot(ambiguous).await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_uri_that_differs_from_the_requests() {
    #[derive(Clone)]
    struct Before(http::Uri);
    let cors = layer(ROUTES).original_uri(|extensions| extensions.get::<Before>().map(|before| &before.0));
    let app = cors.layer(router());
    let mut rewritten = request("GET", "/", EVIL);
    rewritten.extensions_mut().insert(Before("/public/news".parse().unwrap()));
    let response = app.clone().oneshot(rewritten).await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    let response = app.oneshot(request("GET", "/", EVIL)).await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), "");
}

async fn serve(app: corsac_tower::Cors<Router>) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        axum::serve(listener, axum::ServiceExt::<axum::extract::Request>::into_make_service(app)).await
    });
    address
}

#[tokio::test]
async fn over_a_socket_with_a_client() {
    let address = serve(layer("expose_headers = ['ETag']").layer(router())).await;
    let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build_http();
    let at = |path: &str| format!("http://{address}{path}");
    for (path, status) in [("/", 200), ("/nothing", 404)] {
        let response = client.request(request("GET", &at(path), ORIGIN)).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "access-control-allow-origin"), ORIGIN);
        assert_eq!(header(&response, "access-control-expose-headers"), "etag");
    }
    let response = client.request(preflight(&at("/save"), ORIGIN)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers().get("content-length")), (204, None));
    let response: Response<_> = client.request(preflight(&at("/save"), EVIL)).await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "corsac: origin-not-allowed\n");
}

#[tokio::test]
async fn over_a_socket_with_bytes() {
    let address = serve(layer(ROUTES).layer(router())).await;
    let get = |target: &str| {
        format!("GET {target} HTTP/1.1\r\nhost: a\r\norigin: {EVIL}\r\nconnection: close\r\n\r\n").into_bytes()
    };
    for (target, allowed) in [
        ("/public/news", "*"),
        ("/public/news?a=/../..", "*"),
        ("/public/../save", ""),
        ("/public/%2e%2e/save", ""),
        ("//public/news", ""),
        ("/save", ""),
        // The service sees the path of such a target, and nothing else.
        ("http://a/public/news", "*"),
    ] {
        let response = exchange(address, &get(target)).await;
        assert_eq!(response.header("access-control-allow-origin"), allowed, "{target}");
    }
}
