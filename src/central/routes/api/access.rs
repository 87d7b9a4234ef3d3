//! Who may call, and how the API says no.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::central::clients::{self, Client, Scope};
use crate::central::lookup::neighbourhood;
use crate::central::routes::answer::{Json, Unreadable, read_json};
use crate::central::routes::caller;
use crate::central::{App, CentralError};

/// The body of every answer that is no success.
#[derive(Serialize, ToSchema)]
pub struct Fault {
    pub code: FaultCode,
    /// In English, for whoever writes the other system; repeats nothing of a person.
    pub detail: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultCode {
    /// No key, or one that is revoked.
    NoKey,
    /// The key does not reach that far.
    NotAllowed,
    /// It cannot be read.
    Malformed,
    /// It can be read, and a value of it cannot be.
    Invalid,
    NotFound,
    SlowDown,
    Internal,
}

pub struct Refused(FaultCode, String, Option<u64>);

impl Refused {
    pub fn new(code: FaultCode, detail: impl Into<String>) -> Refused {
        Refused(code, detail.into(), None)
    }

    pub fn nobody() -> Refused {
        Refused::new(FaultCode::NotFound, "nobody in the registry has this number or record")
    }

    fn slow_down(wait: std::time::Duration) -> Refused {
        Refused(FaultCode::SlowDown, "too many calls".into(), Some(wait.as_secs().max(1)))
    }
}

impl From<CentralError> for Refused {
    fn from(error: CentralError) -> Refused {
        tracing::error!(%error, "a call of another system failed");
        Refused::new(FaultCode::Internal, "the server could not do this; nothing was changed, try again")
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        CentralError::from(error).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refused(code, detail, retry) = self;
        let status = match code {
            FaultCode::NoKey => StatusCode::UNAUTHORIZED,
            FaultCode::NotAllowed => StatusCode::FORBIDDEN,
            FaultCode::Malformed => StatusCode::BAD_REQUEST,
            FaultCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            FaultCode::NotFound => StatusCode::NOT_FOUND,
            FaultCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            FaultCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut answer = (status, Json(Fault { code, detail })).into_response();
        if let Some(seconds) = retry {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

/// A key that reads.
pub struct Reader(pub Client);

/// A key that writes.
pub struct Writer(pub Client);

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Reader(client(parts, app).await?))
    }
}

impl FromRequestParts<Arc<App>> for Writer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let client = client(parts, app).await?;
        match client.scope {
            Scope::Write => Ok(Writer(client)),
            Scope::Read => Err(Refused::new(FaultCode::NotAllowed, "this key reads only")),
        }
    }
}

async fn client(parts: &Parts, app: &App) -> Result<Client, Refused> {
    let now = app.office.clock.monotonic();
    let held = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = held.and_then(|value| value.split_once(' '));
    let key = key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
    let found = match key {
        Some(key) => clients::find(&app.office, key).await?,
        None => None,
    };
    let Some(client) = found else {
        // Only keys that are none count here: an office's one address is not held up by a neighbour.
        let from = neighbourhood(caller::of(&app.office, parts));
        app.strangers.take(&from, now).map_err(Refused::slow_down)?;
        return Err(Refused::new(FaultCode::NoKey, "this call needs a key: Authorization: Bearer KEY"));
    };
    app.clients.take(&client.id, now).map_err(Refused::slow_down)?;
    Ok(client)
}

/// The last part of a path that names something. What is no text names nothing.
pub struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Named(name))
            .map_err(|_| Refused::new(FaultCode::NotFound, "nothing has this name"))
    }
}

/// A body in JSON. The reason why not says where, never what.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind.and_then(|kind| kind.split(';').next()).map(str::trim) != Some("application/json") {
            return Err(Refused::new(FaultCode::Malformed, "the body's type must be application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            Refused::new(FaultCode::Malformed, "the body is too large, or did not arrive whole")
        })?;
        read_json(bytes).await.map(Body).map_err(|unreadable| {
            let Unreadable::Json(e) = unreadable else {
                return Refused::new(FaultCode::Malformed, "the body holds too many values");
            };
            let place = format!("line {} column {}", e.line(), e.column());
            match e.classify() {
                serde_json::error::Category::Data => Refused::new(
                    FaultCode::Invalid,
                    format!("a value is missing, unknown or of another form, {place}"),
                ),
                _ => Refused::new(FaultCode::Malformed, format!("the body is not JSON, {place}")),
            }
        })
    }
}
