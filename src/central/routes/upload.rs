//! Forms that carry a file (`multipart/form-data`), read whole and within bounds.

use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, header};

/// A form of ours has three fields; more than these are none of ours.
const MOST_PARTS: usize = 8;
/// What is read beyond the bound, and thrown away, so that the browser comes to read the answer: it
/// shows a broken line where the server hangs up in the middle.
const THROWN_AWAY: usize = 64 * 1024 * 1024;

/// Why a body is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    TooLarge,
    /// It broke off.
    Broken,
}

/// The whole body, if it has no more bytes than this. A longer one is not held in memory.
pub async fn whole(mut body: Body, most: usize) -> Result<Vec<u8>, Unread> {
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if told > most.saturating_add(THROWN_AWAY) {
        return Err(Unread::TooLarge);
    }
    let mut held = Vec::with_capacity(told.min(most));
    let mut count = 0_usize;
    while let Some(data) = next(&mut body).await {
        let data = data?;
        count = count.saturating_add(data.len());
        if count <= most {
            held.extend_from_slice(&data);
        } else {
            held = Vec::new();
            if count > most.saturating_add(THROWN_AWAY) {
                break;
            }
        }
    }
    if count > most { Err(Unread::TooLarge) } else { Ok(held) }
}

async fn next(body: &mut Body) -> Option<Result<Bytes, Unread>> {
    let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    // What is no data are trailers, which a browser never sends.
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()).map_err(|_| Unread::Broken))
}

/// The parts of a form, by their names, in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Parts<'a> {
    /// `None`: it is no such form.
    pub fn read(headers: &HeaderMap, body: &'a [u8]) -> Option<Parts<'a>> {
        let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let boundary = format!("--{}", boundary(kind)?);
        let rest = body.strip_prefix(boundary.as_bytes())?;
        let between = format!("\r\n{boundary}");
        let mut parts = Vec::new();
        let mut rest = rest;
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            let end = find(part, between.as_bytes())?;
            let (head, bytes) = split(&part[..end])?;
            if let Some(name) = name(head) {
                parts.push((name, bytes));
            }
            if parts.len() > MOST_PARTS {
                return None;
            }
            rest = &part[end + between.len()..];
        }
        rest.starts_with(b"--").then_some(Parts(parts))
    }

    /// The first part of this name; a missing one is empty, as a file that was not chosen.
    pub fn get(&self, name: &str) -> &'a [u8] {
        self.0.iter().find(|(held, _)| *held == name).map_or(&[], |(_, bytes)| bytes)
    }

    pub fn text(&self, name: &str) -> &'a str {
        std::str::from_utf8(self.get(name)).unwrap_or_default()
    }
}

fn boundary(kind: &str) -> Option<&str> {
    let (main, rest) = kind.split_once(';')?;
    if !main.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = rest.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(value.trim())
    })?;
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    (1..=70).contains(&value.len()).then_some(value)
}

/// Head and content of a part.
fn split(part: &[u8]) -> Option<(&str, &[u8])> {
    let end = find(part, b"\r\n\r\n")?;
    Some((std::str::from_utf8(&part[..end]).ok()?, &part[end + 4..]))
}

fn name(head: &str) -> Option<&str> {
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    line.split(';').find_map(|pair| pair.trim().strip_prefix("name=\"")?.strip_suffix('"'))
}

/// Where `wanted` begins. Only places with its first byte are looked at: files are long.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(kind: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        headers
    }

    fn form(file: &[u8]) -> Vec<u8> {
        let mut body = b"--xyz\r\nContent-Disposition: form-data; name=\"bukti\"\r\n\r\nabc\r\n\
            --xyz\r\ncontent-disposition: form-data; name=\"foto\"; filename=\"../../a;b.jpg\"\r\n\
            Content-Type: image/jpeg\r\n\r\n"
            .to_vec();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--xyz--\r\n");
        body
    }

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let file = b"\xff\xd8 \r\n--xy\r\n\r\n \x00\xff\xd9";
        let body = form(file);
        for kind in ["multipart/form-data; boundary=xyz", "Multipart/Form-Data; a=b; Boundary=\"xyz\""] {
            let headers = headers(kind);
            let parts = Parts::read(&headers, &body).unwrap();
            assert_eq!((parts.text("bukti"), parts.get("foto"), parts.get("x")), ("abc", &file[..], &[][..]));
        }
        let none = headers("multipart/form-data; boundary=xyz");
        assert_eq!(Parts::read(&none, b"--xyz--").unwrap(), Parts(Vec::new()));
        for kind in
            ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="]
        {
            assert_eq!(Parts::read(&headers(kind), &body), None, "{kind}");
        }
        // Cut anywhere, it is no form.
        for length in 0..body.len() - 4 {
            assert_eq!(Parts::read(&none, &body[..length]), None, "{length}");
        }
        let many: Vec<u8> = std::iter::repeat_n(&body[..body.len() - 9], 9).flatten().copied().collect();
        assert_eq!(Parts::read(&none, &[&many[..], b"\r\n--xyz--"].concat()), None);
    }

    proptest! {
        #[test]
        fn any_file_comes_through_whole(file in proptest::collection::vec(any::<u8>(), 0..400)) {
            let body = form(&file);
            let headers = headers("multipart/form-data; boundary=xyz");
            if find(&file, b"\r\n--xyz").is_none() {
                prop_assert_eq!(Parts::read(&headers, &body).unwrap().get("foto"), &file[..]);
            }
        }

        #[test]
        fn no_body_makes_it_fall(body in "(--xyz|\r\n|-|:|;|name=\"a\"|Content-Disposition|[a-c]){0,40}") {
            let _ = Parts::read(&headers("multipart/form-data; boundary=xyz"), body.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_bound_is_not_held() {
        assert_eq!(whole(Body::from(vec![1; 10]), 10).await, Ok(vec![1; 10]));
        assert_eq!(whole(Body::from(vec![1; 11]), 10).await, Err(Unread::TooLarge));
        assert_eq!(whole(Body::empty(), 10).await, Ok(Vec::new()));
    }
}
