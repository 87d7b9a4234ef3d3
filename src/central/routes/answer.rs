//! How requests are read and refused: every refusal is a [`Problem`] in JSON.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::central::{App, CentralError, Refused, fleet, limits};
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
            ProblemCode::UnknownDevice
            | ProblemCode::NotApproved
            | ProblemCode::StaffAccount
            | ProblemCode::NotActivated
            | ProblemCode::BadCode => StatusCode::FORBIDDEN,
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
        if matches!(error, CentralError::Clock(_)) {
            let detail = "the server's clock is in doubt; nothing is signed until somebody confirms it";
            return Problem::new(ProblemCode::Internal, detail).into();
        }
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

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Octets(bytes) = Octets::from_request(request, state).await?;
        read_json(bytes).await.map(Json).map_err(|unreadable| {
            let Unreadable::Json(e) = unreadable else {
                return Problem::new(ProblemCode::Malformed, "the body holds too many values").into();
            };
            let what = match e.classify() {
                serde_json::error::Category::Data => "a value is missing or of another form",
                _ => "the body is not JSON",
            };
            let detail = format!("{what}, line {} column {}", e.line(), e.column());
            Problem::new(ProblemCode::Malformed, detail).into()
        })
    }
}

/// A body as it came.
pub struct Octets(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Octets {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        Bytes::from_request(request, state).await.map(Octets).map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let problem = Problem::new(ProblemCode::Malformed, "the body is too large");
                return Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, problem };
            }
            // Through a proxy somebody may hear it. It says nothing of what was meant: a station that took it for a
            // refusal would park what it owes.
            let problem = Problem::new(ProblemCode::Internal, "the body did not arrive whole");
            Refusal { status: StatusCode::REQUEST_TIMEOUT, problem }
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

/// Reads JSON, within the bound of what it may be made of, and large texts off the threads that serve
/// requests: a body of eight megabytes of empty texts would take up hundreds as values.
pub async fn read_json<T: DeserializeOwned + Send + 'static>(bytes: Bytes) -> Result<T, Unreadable> {
    if bytes.len() <= limits::SMALL_BODY {
        return parsed(&bytes);
    }
    let read = tokio::task::spawn_blocking(move || parsed(&bytes)).await;
    read.unwrap_or(Err(Unreadable::TooMuch))
}

/// Why a body is not taken.
pub enum Unreadable {
    TooMuch,
    Json(serde_json::Error),
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    if values(bytes) > limits::JSON_VALUES {
        return Err(Unreadable::TooMuch);
    }
    serde_json::from_slice(bytes).map_err(Unreadable::Json)
}

/// How many values this JSON has at most: one for each thing that begins, or follows a comma.
fn values(json: &[u8]) -> usize {
    let (mut count, mut in_text, mut escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// The station that calls, by its bearer token; an administrator has approved it. Every route that knows of people
/// takes this one.
#[derive(Clone)]
pub struct Device(pub String);

impl FromRequestParts<Arc<App>> for Device {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        if let Some(device) = parts.extensions.get::<Device>() {
            return Ok(device.clone());
        }
        let office = &app.office;
        Ok(Device(fleet::device_of(office, bearer(parts)?, office.clock.now()).await?))
    }
}

/// A station that has joined, and whether an administrator has approved it. For what is nobody's data.
pub struct JoinedDevice {
    pub id: String,
    pub approved: bool,
}

impl FromRequestParts<Arc<App>> for JoinedDevice {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let office = &app.office;
        let (id, approved) = fleet::joined_as(office, bearer(parts)?, office.clock.now()).await?;
        Ok(JoinedDevice { id, approved })
    }
}

fn bearer(parts: &Parts) -> Result<&str, Problem> {
    parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Problem::new(ProblemCode::DeviceSession, "this call needs a device session"))
}

/// A parameter of the query. Those of this server are hexadecimal or decimal, so nothing in them is
/// ever escaped, and what is escaped is not one of ours.
pub fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_stands_in_texts_is_not() {
        for (json, count) in
            [("1", 1), (r#"["a","b"]"#, 3), (r#"{"a":[1,2],"b":{}}"#, 6), (r#"["a,[{","\\\",","\\\\",1]"#, 5)]
        {
            assert_eq!(values(json.as_bytes()), count, "{json}");
        }
    }

    #[tokio::test]
    async fn a_body_of_empty_texts_is_refused_before_it_is_values() {
        let many = |count: usize| format!("[{}\"\"]", "\"\",".repeat(count - 1)).into_bytes();
        let read = async |count| read_json::<Vec<String>>(many(count).into()).await;
        assert!(read(limits::JSON_VALUES - 1).await.is_ok_and(|list| list.len() == limits::JSON_VALUES - 1));
        assert!(matches!(read(limits::JSON_VALUES).await, Err(Unreadable::TooMuch)));
        // Wherever they stand: in a field that nobody knows, or deep within.
        let hidden = [b"{\"x\":".as_slice(), &many(2_000_000), b"}"].concat();
        assert!(matches!(read_json::<serde_json::Value>(hidden.into()).await, Err(Unreadable::TooMuch)));
    }
}
