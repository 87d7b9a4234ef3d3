//! How long a request with a large body may take: as long as it gets on. A thin line is no failure; a caller that
//! sends a byte now and then, to hold the room that others need, is cut.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::refusal;
use crate::protocol::ProblemCode;

#[derive(Clone, Copy)]
pub struct Pace {
    /// No byte of the body came for so long.
    pub quiet: Duration,
    /// Bytes a second, from its start on and beyond the first `quiet`, that a body must bring.
    pub rate: u64,
    /// The body as a whole.
    pub whole: Duration,
    /// From the last byte of the body to the answer.
    pub work: Duration,
}

/// What has come of a body.
struct Progress {
    begun: Instant,
    last: Instant,
    bytes: u64,
    ended: bool,
}

impl Progress {
    /// When the request is given up, unless something comes.
    fn until(&self, pace: Pace) -> Instant {
        if self.ended {
            return self.last + pace.work;
        }
        let earned = pace.quiet + Duration::from_secs(self.bytes / pace.rate.max(1));
        (self.last + pace.quiet).min(self.begun + earned.min(pace.whole))
    }
}

/// Answers what a request's handler answers, or that its body came too slowly.
pub async fn keep(pace: Pace, request: Request, next: Next) -> Response {
    let now = Instant::now();
    let ended = request.body().is_end_stream();
    let progress = Arc::new(Mutex::new(Progress { begun: now, last: now, bytes: 0, ended }));
    let watched = progress.clone();
    let request = request.map(|body| Body::new(Watched { body, progress: watched }));
    let mut answer = std::pin::pin!(next.run(request));
    loop {
        let (until, ended) = {
            let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            (progress.until(pace), progress.ended)
        };
        if Instant::now() >= until {
            let (status, why) = if ended {
                (StatusCode::SERVICE_UNAVAILABLE, "took too long")
            } else {
                (StatusCode::REQUEST_TIMEOUT, "the body came too slowly")
            };
            let mut response = refusal(ProblemCode::Internal, why);
            *response.status_mut() = status;
            return response;
        }
        tokio::select! {
            response = &mut answer => return response,
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

/// A body that says when something came of it.
struct Watched {
    body: Body,
    progress: Arc<Mutex<Progress>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(frame) = &polled {
            let bytes = match frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                _ => 0,
            };
            let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.bytes += bytes as u64;
            // A frame without a byte is no progress.
            let ended = self.body.is_end_stream() || !matches!(frame, Some(Ok(_)));
            if bytes > 0 || (ended && !progress.ended) {
                progress.last = Instant::now();
            }
            progress.ended |= ended;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        quiet: Duration::from_secs(30),
        rate: 1024,
        whole: Duration::from_mins(20),
        work: Duration::from_mins(2),
    };

    /// A body of which so many bytes came in so many seconds, the last one just now: how much longer it may take.
    fn left(bytes: u64, seconds: u64, ended: bool) -> Duration {
        let begun = Instant::now();
        let last = begun + Duration::from_secs(seconds);
        let progress = Progress { begun, last, bytes, ended };
        progress.until(PACE).saturating_duration_since(last)
    }

    #[test]
    fn a_body_may_take_as_long_as_it_gets_on() {
        let (quiet, none) = (PACE.quiet, Duration::ZERO);
        assert_eq!(left(0, 0, false), quiet);
        assert_eq!(
            left(600 * 1024, 120, false),
            quiet,
            "5 kB a second, long past any limit on the whole of it"
        );
        assert_eq!(left(6 * 1024 * 1024, 1190, false), Duration::from_secs(10), "but not for ever");
        assert_eq!(left(100, 31, false), none, "a byte now and then is none of it");
        assert_eq!(
            left(60 * 1024, 80, false),
            Duration::from_secs(10),
            "nor is less than a kilobyte a second"
        );
        assert_eq!(left(100, 29, true), PACE.work, "the work on it has its own time");
    }
}
