//! A small API with actix-web. `cargo run -- cors.toml` starts it with the policy in that file, and prints its address.

mod cors;
#[cfg(test)]
mod tests;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, error};
use corsac::Policy;
use std::sync::Arc;

/// The application: it knows nothing about CORS.
fn api(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(async || "hello"))
        .route("/items/{number}", web::put().to(async |number: Path<u32>| format!("saved {number}")))
        .route("/fails", web::get().to(fails));
}

async fn fails() -> Result<HttpResponse, error::Error> {
    Err(error::ErrorInternalServerError("the database is gone"))
}

async fn serve(policy: Policy) -> std::io::Result<()> {
    let policy = Arc::new(policy);
    let server = HttpServer::new(move || {
        let policy = Arc::clone(&policy);
        App::new()
            .configure(api)
            // The outermost middleware, so that it also sees a 404, and the errors of all other middleware.
            .wrap(from_fn(move |request, next| cors::decide(Arc::clone(&policy), request, next)))
    });
    let server = server.bind(("127.0.0.1", 0))?;
    for address in server.addrs() {
        println!("http://{address}");
    }
    server.run().await
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: cargo run -- cors.toml")?;
    Ok(serve(Policy::from_file(path)?).await?)
}
