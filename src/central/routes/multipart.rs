//! A form with a file in it (`multipart/form-data`), as browsers send it: small fields first, then one
//! file, which goes to the disk as it comes. Nothing but the current piece is held.

use std::future::poll_fn;
use std::io::Write;
use std::pin::Pin;

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderMap, header};

/// Bytes of a part's own headers, or of a small field.
const SMALL: usize = 8 * 1024;
const MOST_FIELDS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// No form of this kind, or one that was cut off.
    Form,
    TooLarge,
    /// The fields before the file do not let it in.
    Refused,
    Disk,
}

/// What came with the file.
#[derive(Debug, Default)]
pub struct Uploaded {
    pub fields: Vec<(String, String)>,
    /// As the browser calls it, for people to read; never a path here.
    pub file_name: String,
    pub bytes: u64,
}

impl Uploaded {
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Takes the form in. `may` is asked once, when the file begins: the fields before it are all there.
pub async fn take(
    headers: &HeaderMap,
    mut body: Body,
    most: u64,
    may: impl Fn(&Uploaded) -> bool,
    out: &mut impl Write,
) -> Result<Uploaded, UploadError> {
    let boundary = boundary(headers).ok_or(UploadError::Form)?;
    let mut form = Form::new(&boundary, most);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| UploadError::Form)?.into_data() else { continue };
        // In pieces, so that the buffer stays small whatever a line brings at a time.
        for piece in data.chunks(64 * 1024) {
            if let Err(error) = form.feed(piece, &may, out) {
                // A browser that is still sending hears no answer: so it may end, within reason.
                pass_over(body).await;
                return Err(error);
            }
        }
    }
    if form.at != At::End || form.file.is_none() {
        return Err(UploadError::Form);
    }
    out.flush().map_err(|_| UploadError::Disk)?;
    Ok(form.done)
}

/// Bytes that are read and thrown away after a refusal.
const PASSED_OVER: u64 = 512 * 1024 * 1024;

async fn pass_over(mut body: Body) {
    let mut passed = 0;
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        passed += frame.data_ref().map_or(0, |data| data.len() as u64);
        if passed > PASSED_OVER {
            return;
        }
    }
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let rest = kind.strip_prefix("multipart/form-data")?;
    let boundary = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"');
    (1..=70).contains(&boundary.len()).then(|| boundary.to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first part, or right behind a delimiter.
    Between,
    Headers,
    Field,
    File,
    End,
}

struct Form {
    delimiter: Vec<u8>,
    most: u64,
    at: At,
    buffer: Vec<u8>,
    name: String,
    value: Vec<u8>,
    file: Option<()>,
    done: Uploaded,
}

impl Form {
    fn new(boundary: &str, most: u64) -> Form {
        Form {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            most,
            at: At::Between,
            // The first delimiter has no line before it.
            buffer: b"\r\n".to_vec(),
            name: String::new(),
            value: Vec::new(),
            file: None,
            done: Uploaded::default(),
        }
    }

    fn feed(
        &mut self,
        piece: &[u8],
        may: &impl Fn(&Uploaded) -> bool,
        out: &mut impl Write,
    ) -> Result<(), UploadError> {
        self.buffer.extend_from_slice(piece);
        loop {
            match self.at {
                At::End => {
                    self.buffer.clear();
                    return Ok(());
                }
                At::Between => {
                    // What stands before the first delimiter is nobody's; browsers send nothing there.
                    let wanted = self.delimiter.len() + 2;
                    if self.buffer.len() < wanted {
                        return Ok(());
                    }
                    if !self.buffer.starts_with(&self.delimiter) {
                        return Err(UploadError::Form);
                    }
                    self.at = match &self.buffer[wanted - 2..wanted] {
                        b"\r\n" => At::Headers,
                        b"--" => At::End,
                        _ => return Err(UploadError::Form),
                    };
                    self.buffer.drain(..wanted);
                }
                At::Headers => {
                    let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                        return if self.buffer.len() > SMALL { Err(UploadError::Form) } else { Ok(()) };
                    };
                    let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                    self.buffer.drain(..end + 4);
                    self.begin(&head, may)?;
                }
                At::Field | At::File => {
                    let found = find(&self.buffer, &self.delimiter);
                    // A delimiter may have come in part.
                    let sure =
                        found.unwrap_or_else(|| self.buffer.len().saturating_sub(self.delimiter.len()));
                    self.pass(sure, out)?;
                    if found.is_none() {
                        return Ok(());
                    }
                    self.end()?;
                }
            }
        }
    }

    fn begin(&mut self, head: &str, may: &impl Fn(&Uploaded) -> bool) -> Result<(), UploadError> {
        let line = head
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-disposition").then_some(value)
            })
            .ok_or(UploadError::Form)?;
        let quoted = |key: &str| {
            let from = line.find(&format!("; {key}=\""))? + key.len() + 4;
            Some(line[from..].split('"').next().unwrap_or_default().to_owned())
        };
        self.name = quoted("name").ok_or(UploadError::Form)?;
        let Some(file_name) = quoted("filename") else {
            self.at = At::Field;
            return if self.done.fields.len() < MOST_FIELDS { Ok(()) } else { Err(UploadError::Form) };
        };
        if self.file.replace(()).is_some() {
            return Err(UploadError::Form);
        }
        let plain = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        self.done.file_name = plain.chars().filter(|c| !c.is_control()).take(80).collect();
        self.at = At::File;
        if may(&self.done) { Ok(()) } else { Err(UploadError::Refused) }
    }

    /// Hands so many bytes on.
    fn pass(&mut self, count: usize, out: &mut impl Write) -> Result<(), UploadError> {
        if self.at == At::File {
            self.done.bytes += count as u64;
            if self.done.bytes > self.most {
                return Err(UploadError::TooLarge);
            }
            out.write_all(&self.buffer[..count]).map_err(|_| UploadError::Disk)?;
        } else {
            self.value.extend_from_slice(&self.buffer[..count]);
            if self.value.len() > SMALL {
                return Err(UploadError::TooLarge);
            }
        }
        self.buffer.drain(..count);
        Ok(())
    }

    fn end(&mut self) -> Result<(), UploadError> {
        if self.at == At::Field {
            let value = String::from_utf8(std::mem::take(&mut self.value)).map_err(|_| UploadError::Form)?;
            self.done.fields.push((std::mem::take(&mut self.name), value));
        }
        self.at = At::Between;
        Ok(())
    }
}

/// Where this stands, by its first byte: that one is rare in what is looked through.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == wanted[0]) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn form(file: &[u8]) -> Vec<u8> {
        let mut text =
            b"--XyZ\r\nContent-Disposition: form-data; name=\"bukti\"\r\n\r\nproof\r\n--XyZ\r\n".to_vec();
        text.extend(b"content-disposition: form-data; name=\"berkas\"; filename=\"C:\\a\\../../etc/p\x07.csv\"\r\nContent-Type: text/csv\r\n\r\n");
        text.extend(file);
        text.extend(b"\r\n--XyZ--\r\n");
        text
    }

    fn fed(text: &[u8], size: usize, most: u64) -> Result<(Uploaded, Vec<u8>), UploadError> {
        let (mut form, mut out) = (Form::new("XyZ", most), Vec::new());
        for piece in text.chunks(size) {
            form.feed(piece, &|so_far: &Uploaded| so_far.get("bukti") == "proof", &mut out)?;
        }
        if form.at == At::End { Ok((form.done, out)) } else { Err(UploadError::Form) }
    }

    #[test]
    fn a_file_comes_whole_however_it_is_cut() {
        let file = b"a\r\n--Xy\r\n\r\n--XyY\r\nb\r".repeat(50);
        for size in [1, 2, 3, 7, 4096] {
            let (done, out) = fed(&form(&file), size, 10_000).unwrap();
            assert_eq!(out, file, "{size}");
            assert_eq!((done.file_name.as_str(), done.bytes), ("p.csv", file.len() as u64));
        }
    }

    #[test]
    fn what_is_too_large_foreign_or_cut_off_is_refused() {
        assert_eq!(fed(&form(&[b'x'; 2_000]), 100, 1_999).unwrap_err(), UploadError::TooLarge);
        assert_eq!(fed(&form(b"x")[..120], 100, 99).unwrap_err(), UploadError::Form);
        let foreign = String::from_utf8(form(b"x")).unwrap().replace("proof", "other");
        assert_eq!(fed(foreign.as_bytes(), 9, 99).unwrap_err(), UploadError::Refused);
        let first = "--XyZ\r\nContent-Disposition: form-data; name=\"b\"; filename=\"x\"\r\n\r\nx\r\n--XyZ--";
        assert_eq!(fed(first.as_bytes(), 9, 99).unwrap_err(), UploadError::Refused, "the proof comes first");
        assert_eq!(fed(b"GET / HTTP", 3, 99).unwrap_err(), UploadError::Form);
        let long =
            format!("--XyZ\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n{}", "x".repeat(9_000));
        assert_eq!(fed(long.as_bytes(), 512, 99).unwrap_err(), UploadError::TooLarge);
    }

    #[test]
    fn the_boundary_is_found() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
            boundary(&headers)
        };
        assert_eq!(of("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(of("multipart/form-data; charset=x; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(of("text/plain; boundary=abc"), None);
        assert_eq!(of("multipart/form-data; boundary="), None);
    }
}
