//! The API for other systems: people, and the state of cards. Each call carries a key of its own
//! (`clients`); what may be asked how stands in `openapi.json`, which is made from this code.

mod access;
mod cards;
mod people;
mod shapes;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::central::App;
use crate::central::lookup::Rates;

/// How often one client may ask: 200 at once, then 20 a second.
pub fn rates() -> Rates {
    Rates::quick(200, std::time::Duration::from_millis(50))
}

/// How often one address may come with a key that is none.
pub fn strangers() -> Rates {
    Rates::quick(30, std::time::Duration::from_secs(2))
}

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/people", get(people::list))
        .route("/people", put(people::put))
        .route("/people/find", post(people::find))
        .route("/people/{record}", get(people::read))
        .route("/people/{record}/status", post(people::status))
        .route("/people/{record}/issues", get(cards::issues))
        .route("/cards/{serial}", get(cards::state))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Anjungan",
        version = "1",
        description = "People and cards of one office, for its other systems. A person is named by `record`, a random id; \
                       a NIP travels in bodies only, so that no address and no proxy's log holds one.",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/api/v1")),
    paths(
        people::list, people::put, people::find, people::read, people::status, cards::issues, cards::state
    ),
    modifiers(&Keys),
    security(("key" = []))
)]
struct Document;

struct Keys;

impl utoipa::Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

async fn document() -> Response {
    let text = Document::openapi().to_json().unwrap_or_default();
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (kind, text).into_response()
}
