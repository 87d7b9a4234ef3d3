//! From the text of a QR code to what kind of code it is. Shape only, and strict about it: the
//! proof is [`judge`](super::judge)'s.

use super::{BackCode, FrontCode, Kid, ListId, Serial, back, front};

/// What a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// A front code of ours, taken apart; not yet proven.
    Front(FrontCode),
    /// A back code of ours, taken apart; not yet proven.
    Back(BackCode),
    /// A link of BKN's own service (any host under `bkn.go.id`). It cannot be proven offline.
    BknLink(String),
    /// It has the frame of one of our codes and no sound content: altered, or cut off.
    Damaged,
    /// Anything else: an advertisement, a bus ticket.
    Other,
}

impl Code {
    /// The status list that knows this card.
    pub fn list(&self) -> Option<ListId> {
        let (issuer, kid): (_, &Kid) = match self {
            Code::Front(front) => (&front.issuer, &front.kid),
            Code::Back(back) => (&back.issuer, &back.kid),
            Code::BknLink(_) | Code::Damaged | Code::Other => return None,
        };
        Some(ListId { issuer: issuer.clone(), kid: kid.clone() })
    }

    /// The serial that the code claims.
    pub fn serial(&self) -> Option<Serial> {
        match self {
            Code::Front(front) => Some(front.serial),
            Code::Back(back) => Some(back.claims.serial),
            Code::BknLink(_) | Code::Damaged | Code::Other => None,
        }
    }
}

/// Recognises the text of a code. Scheme and host may be in any case, as browsers and people
/// write them; everything else must be exactly as it was made.
pub fn parse(text: &str) -> Code {
    if let Some((secure, host, path)) = link(text) {
        if let Some(rest) = path.strip_prefix("/V/").filter(|rest| rest.contains('#')) {
            // A code of ours never asks a phone to go without TLS.
            if text.len() > front::MAX_TEXT || !secure {
                return Code::Damaged;
            }
            return FrontCode::decode(host, rest).map_or(Code::Damaged, Code::Front);
        }
        let name = host.split(':').next().unwrap_or_default();
        return if is_bkn(name) { Code::BknLink(text.to_owned()) } else { Code::Other };
    }
    match back::unfold(text) {
        Some(bytes) => BackCode::decode(&bytes).map_or(Code::Damaged, Code::Back),
        None => Code::Other,
    }
}

/// Whether it is `https`, host (perhaps with a port) and what follows, for `http` and `https`. A link with a user
/// name before its host (`https://bkn.go.id@elsewhere`) is none: it exists to deceive.
fn link(text: &str) -> Option<(bool, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let secure = scheme.eq_ignore_ascii_case("https");
    if !secure && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    front::normal_host(host).ok().map(|_| (secure, host, path))
}

fn is_bkn(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "bkn.go.id" || host.ends_with(".bkn.go.id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bkn_links_by_host_and_by_nothing_else() {
        for link in [
            "https://bkn.go.id/x",
            "https://asndigital.bkn.go.id/kartu?x=1",
            "HTTPS://SIASN.BKN.GO.ID",
            "http://a.bkn.go.id:8080/",
        ] {
            assert_eq!(parse(link), Code::BknLink(link.to_owned()), "{link}");
        }
        for other in [
            "https://bkn.go.id.example.org/",
            "https://notbkn.go.id/",
            "https://bkn.go.id@example.org/",
            "https://example.org/?bkn.go.id",
            "https://example.org\\.bkn.go.id/",
            "bkn.go.id",
            "https://",
            "",
            "HELLO WORLD",
            "ftp://a.bkn.go.id/",
        ] {
            assert_eq!(parse(other), Code::Other, "{other}");
        }
    }

    #[test]
    fn the_frame_of_a_front_code_with_nothing_sound_in_it_is_damaged() {
        for text in [
            "HTTPS://K.EXAMPLE/V/AAAAAAAAAAAAAAAA#",
            "HTTPS://K.EXAMPLE/V/AAAAAAAAAAAAAAAA#MFRGG",
            "HTTPS://K.EXAMPLE/V/#X",
        ] {
            assert_eq!(parse(text), Code::Damaged, "{text}");
        }
        assert_eq!(parse("HTTPS://K.EXAMPLE/V/AAAAAAAAAAAAAAAA"), Code::Other);
    }
}
