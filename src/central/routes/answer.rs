//! How requests are read and refused: every refusal is a [`Problem`] in JSON.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::central::{App, CentralError, Refused, fleet};
use crate::protocol::{Problem, ProblemCode};

/// A problem with its HTTP status.
pub struct Refusal {
    status: StatusCode,
    problem: Problem,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        let status = match problem.code {
            ProblemCode::Malformed => StatusCode::BAD_REQUEST,
            ProblemCode::DeviceSession | ProblemCode::WrongCredentials => StatusCode::UNAUTHORIZED,
            ProblemCode::UnknownDevice | ProblemCode::NotActivated | ProblemCode::BadCode => {
                StatusCode::FORBIDDEN
            }
            ProblemCode::WeakPassword => StatusCode::UNPROCESSABLE_ENTITY,
            ProblemCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            ProblemCode::NotFound => StatusCode::NOT_FOUND,
            ProblemCode::NotReady => StatusCode::CONFLICT,
            ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal { status, problem }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        match refused {
            Refused::Problem(problem) => problem.into(),
            Refused::Server(error) => error.into(),
        }
    }
}

impl From<CentralError> for Refusal {
    fn from(error: CentralError) -> Refusal {
        // Logged here; the caller learns only that it is not their fault.
        tracing::error!(%error, "a request failed");
        Problem::new(ProblemCode::Internal, "the server could not do this; nothing was lost, try again")
            .into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry = self.problem.retry_after_s;
        let mut response = (self.status, Json(self.problem)).into_response();
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// JSON in and out. Unlike axum's own, what cannot be read is refused with a [`Problem`], and the
/// reason says where, never what: the body may hold a password.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            let detail = if status == StatusCode::PAYLOAD_TOO_LARGE {
                "the body is too large"
            } else {
                "the body did not arrive whole"
            };
            Refusal { status, problem: Problem::new(ProblemCode::Malformed, detail) }
        })?;
        serde_json::from_slice(&bytes).map(Json).map_err(|e| {
            let what = match e.classify() {
                serde_json::error::Category::Data => "a value is missing or of another form",
                _ => "the body is not JSON",
            };
            let detail = format!("{what}, line {} column {}", e.line(), e.column());
            Problem::new(ProblemCode::Malformed, detail).into()
        })
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let headers =
                    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
                (headers, bytes).into_response()
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// The station that calls, by its bearer token.
pub struct Device(pub String);

impl FromRequestParts<Arc<App>> for Device {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| Problem::new(ProblemCode::DeviceSession, "this call needs a device session"))?;
        let office = &app.office;
        Ok(Device(fleet::device_of(office, token, office.clock.now()).await?))
    }
}

/// A parameter of the query. Those of this server are hexadecimal or decimal, so nothing in them is
/// ever escaped, and what is escaped is not one of ours.
pub fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
