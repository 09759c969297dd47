//! tonic 0.14: gRPC and, for pages, gRPC-Web.

use crate::kit::{EVIL, ORIGIN, header};
use bytes::Bytes;
use corsac_tower::{Cors, CorsLayer, Policy};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use std::convert::Infallible;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::server::NamedService;
use tower::{Layer, Service, ServiceExt};

/// A service like a generated one: it has a name, and answers with messages in frames.
#[derive(Clone)]
struct Greeter;

impl NamedService for Greeter {
    const NAME: &'static str = "hello.Greeter";
}

/// One message of five bytes, uncompressed.
const MESSAGE: &[u8] = b"\0\0\0\0\x05hello";

impl Service<Request<Body>> for Greeter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.uri().path() != "/hello.Greeter/Hello" {
            return std::future::ready(Ok(tonic::Status::unimplemented("no such method").into_http()));
        }
        let mut trailers = http::HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        let body = Full::new(Bytes::from_static(MESSAGE)).with_trailers(std::future::ready(Some(Ok(trailers))));
        let response = Response::builder().header("content-type", "application/grpc");
        std::future::ready(Ok(response.body(Body::new(body)).unwrap()))
    }
}

fn policy() -> Policy {
    Policy::from_toml(format!(
        "allow_origins = ['{ORIGIN}']\nallow_headers = ['x-grpc-web', 'x-user-agent', 'grpc-timeout']\n\
         expose_headers = ['grpc-status', 'grpc-message']\n"
    ))
    .unwrap()
}

type GrpcLayer = CorsLayer<corsac_tower::PassOn, corsac_tower::WithFunction<fn(&'static str) -> Body>>;

fn cors() -> GrpcLayer {
    CorsLayer::new(policy()).response_body(|text| Body::new(Full::<Bytes>::from(text)))
}

fn web_request(path: &str, origin: &str) -> Request<Body> {
    Request::post(path)
        .header("origin", origin)
        .header("content-type", "application/grpc-web+proto")
        .header("x-grpc-web", "1")
        .body(Body::new(Full::new(Bytes::from_static(MESSAGE))))
        .unwrap()
}

#[tokio::test]
async fn pages_read_grpc_web() {
    let service = cors().layer(tonic_web::GrpcWebLayer::new().layer(Greeter));
    let response = service.clone().oneshot(web_request("/hello.Greeter/Hello", ORIGIN)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "access-control-allow-origin"), ORIGIN);
    assert_eq!(header(&response, "access-control-expose-headers"), "grpc-status, grpc-message");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(MESSAGE) && body.ends_with(b"grpc-status:0\r\n"), "{body:?}");

    let preflight = |origin: &str| {
        Request::options("/hello.Greeter/Hello")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-grpc-web,x-user-agent")
            .body(Body::empty())
            .unwrap()
    };
    let response = service.clone().oneshot(preflight(ORIGIN)).await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (204, ORIGIN));
    let response = service.oneshot(preflight(EVIL)).await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "corsac: origin-not-allowed\n");
}

/// tonic's server accepts a `CorsLayer`. tonic's own client is not a browser, so the layer changes nothing for it.
#[tokio::test]
async fn in_the_server_of_tonic() {
    let routes = tonic::service::Routes::new(Greeter);
    let app: Cors<_, _, _> = cors().layer(routes.prepare());
    let address = crate::kit::serve(
        tower::util::MapRequestLayer::new(|request: Request<hyper::body::Incoming>| request.map(Body::new)).layer(app),
    )
    .await;
    let mut client = tonic::client::Grpc::new(
        tonic::transport::Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap(),
    );
    client.ready().await.unwrap();
    let path = "/hello.Greeter/Hello".parse().unwrap();
    let answer: tonic::Response<Vec<u8>> =
        client.unary(tonic::Request::new(b"hi".to_vec()), path, Plain).await.unwrap();
    assert_eq!(answer.into_inner(), b"hello");
    client.ready().await.unwrap();
    let path = "/hello.Greeter/Nothing".parse().unwrap();
    let status = client.unary::<_, Vec<u8>, _>(tonic::Request::new(b"hi".to_vec()), path, Plain).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}

/// A codec whose messages are plain bytes.
#[derive(Clone, Copy, Default)]
struct Plain;

impl tonic::codec::Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Plain;
    type Decoder = Plain;
    fn encoder(&mut self) -> Plain {
        Plain
    }
    fn decoder(&mut self) -> Plain {
        Plain
    }
}

impl tonic::codec::Encoder for Plain {
    type Item = Vec<u8>;
    type Error = tonic::Status;
    fn encode(&mut self, item: Vec<u8>, buffer: &mut tonic::codec::EncodeBuf<'_>) -> Result<(), tonic::Status> {
        bytes::BufMut::put_slice(buffer, &item);
        Ok(())
    }
}

impl tonic::codec::Decoder for Plain {
    type Item = Vec<u8>;
    type Error = tonic::Status;
    fn decode(&mut self, buffer: &mut tonic::codec::DecodeBuf<'_>) -> Result<Option<Vec<u8>>, tonic::Status> {
        use bytes::Buf;
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length).to_vec()))
    }
}
