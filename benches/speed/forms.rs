//! Reading a form, beside a bare endpoint that sends as many bytes from memory.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};

use super::crowd::{Crowd, apart};
use super::measure::{Contender, Table, in_turn};
use super::wire::{Caller, body};
use super::world::World;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 7;
const SLOT: Duration = Duration::from_millis(400);

pub async fn run(world: &World, table: &mut Table) {
    let clients = apart();
    let form = format!("/v1/forms/{}", world.form.key());
    let newest = get(&format!("{form}?language=ko"));
    let version = get(&format!("{form}/versions/1?language=ko"));
    let whole = clients.spawn({
        let (address, request) = (world.address, version.clone());
        async move { body(caller(address, request).await.call().await).to_vec() }
    });
    let limit = serve_bare(whole.await.unwrap().into());

    let calls = [
        (limit, get("/")),
        (world.address, version),
        (world.address, newest),
    ];
    let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
    for (address, request) in calls {
        let make = || caller(address, request.clone());
        contenders.push(Box::new(Crowd::new(&clients, CONNECTIONS, make).await));
    }
    let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
    let bare = "bare endpoint, same body";
    table.compare("GET a version of a form", &samples[1], bare, &samples[0]);
    table.compare("GET the newest version", &samples[2], bare, &samples[0]);
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-encoding: gzip, deflate, br\r\n\r\n")
        .into()
}

fn caller(
    address: SocketAddr,
    request: Vec<u8>,
) -> impl Future<Output = Caller<impl FnMut(&mut Vec<u8>) + Send + 'static>> + Send + 'static {
    Caller::connect(address, "200", move |out| out.extend_from_slice(&request))
}

/// With as many workers as the server has.
fn serve_bare(body: Bytes) -> SocketAddr {
    let server = HttpServer::new(move || {
        let body = body.clone();
        let answer = move || {
            let body = body.clone();
            async move {
                HttpResponse::Ok()
                    .content_type("application/json")
                    .body(body)
            }
        };
        App::new().route("/", web::get().to(answer))
    });
    let server = server.disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    address
}
