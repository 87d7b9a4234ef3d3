//! The link that joins a station: `https://kantor.example:8443/#CODE`.
//!
//! What stands after `#` is not part of a request, so the one-time code reaches no log on its way.
//! The same text stands in the QR code that the server shows.

use std::fmt;

/// Longer than any code that a server gives out.
const MAX_CODE: usize = 64;

/// A server's address and a one-time code for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Without a slash at the end.
    pub central_url: String,
    pub code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("a link to join starts with https:// or http://")]
    Scheme,
    #[error("a link to join names a server, as in https://kantor.example/#CODE")]
    Host,
    #[error("the link has no one-time code after '#'")]
    NoCode,
    #[error("the one-time code has characters that no code has")]
    Code,
}

impl Link {
    /// Reads `URL#CODE`.
    pub fn parse(text: &str) -> Result<Link, LinkError> {
        let (url, code) = text.trim().split_once('#').ok_or(LinkError::NoCode)?;
        Link::new(url, code)
    }

    /// From an address and a code that were typed apart.
    pub fn new(url: &str, code: &str) -> Result<Link, LinkError> {
        let url = url.trim();
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or(LinkError::Scheme)?.trim_end_matches('/');
        let host = rest.split('/').next().unwrap_or_default();
        // A query, or a name and password before the host, has no place in a server's address.
        let odd = |c: char| c.is_whitespace() || c.is_control() || "?@\\".contains(c);
        if host.is_empty() || host.starts_with(':') || rest.contains(odd) {
            return Err(LinkError::Host);
        }
        let code = code.trim();
        if code.is_empty() {
            return Err(LinkError::NoCode);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if code.len() > MAX_CODE || !code.bytes().all(plain) {
            return Err(LinkError::Code);
        }
        Ok(Link { central_url: url.trim_end_matches('/').to_owned(), code: code.to_owned() })
    }

    /// Would the code and the keys travel in the clear, to another machine? Whoever joins so must
    /// know that they trust the network in between.
    pub fn is_in_the_clear(&self) -> bool {
        let Some(rest) = self.central_url.strip_prefix("http://") else { return false };
        let host = rest.split('/').next().unwrap_or_default();
        let name = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let loopback = name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        !(loopback || name == "localhost")
    }
}

/// The code opens the door once: it does not belong into a log.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.central_url)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_an_address_and_a_code() {
        let link = Link::parse(" http://10.0.0.5:8080/#BCDF-GHJK\n").unwrap();
        assert_eq!((link.central_url.as_str(), link.code.as_str()), ("http://10.0.0.5:8080", "BCDF-GHJK"));
        assert_eq!(
            Link::parse("https://kantor.example/asn/#X1").unwrap().central_url,
            "https://kantor.example/asn"
        );
        assert!(!format!("{link:?}").contains("BCDF"));
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        for (text, error) in [
            ("https://kantor.example/", LinkError::NoCode),
            ("https://kantor.example/#", LinkError::NoCode),
            ("kantor.example/#BCDF", LinkError::Scheme),
            ("ftp://kantor.example/#BCDF", LinkError::Scheme),
            ("https:///#BCDF", LinkError::Host),
            ("https://:80/#BCDF", LinkError::Host),
            ("https://user@kantor.example/#BCDF", LinkError::Host),
            ("https://kantor example/#BCDF", LinkError::Host),
            ("https://kantor.example/#BC DF", LinkError::Code),
            ("https://kantor.example/#A#B", LinkError::Code),
        ] {
            assert_eq!(Link::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn only_this_machine_may_be_joined_in_the_clear_unnoticed() {
        for (url, clear) in [
            ("http://127.0.0.1:1", false),
            ("http://localhost:1", false),
            ("http://[::1]:1", false),
            ("https://kantor.example", false),
            ("http://kantor.example", true),
            ("http://10.0.0.5:8080", true),
            ("http://127.0.0.1.evil.example", true),
            ("http://localhost.example", true),
        ] {
            assert_eq!(Link::new(url, "C").unwrap().is_in_the_clear(), clear, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_an_answer(text in ".{0,80}") {
            let _ = Link::parse(&text);
        }
    }
}
