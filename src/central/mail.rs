//! Letters to people: by SMTP, into a folder, or into memory, chosen by the configuration.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, Message, SmtpTransport, Transport as _};
use serde::{Deserialize, Serialize};

use super::CentralError;
use super::codes::random_id;

/// How long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// `[mail]` of the configuration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    pub kind: MailKind,
    /// Who writes: `Anjungan <anjungan@kantor.go.id>`.
    pub from: String,
    /// The mail server, and its port where it is not the usual one.
    pub server: String,
    pub port: Option<u16>,
    pub tls: MailTls,
    pub user: String,
    /// A file with the password, which this program's user alone may read.
    pub password_file: Option<PathBuf>,
    /// For `folder`: where letters are put.
    pub folder: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// Nobody is written to; the page says that the staff help.
    #[default]
    Off,
    Smtp,
    Folder,
    /// For tests.
    Memory,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    #[default]
    Tls,
    Starttls,
    /// For a server on the same machine alone: letters hold links that open accounts.
    None,
}

/// One letter, plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Where letters go.
pub enum Mailer {
    Off,
    Smtp { transport: Box<SmtpTransport>, from: String },
    Folder { folder: PathBuf, from: String },
    Memory(Mutex<Vec<Letter>>),
}

fn wrong(what: impl std::fmt::Display) -> CentralError {
    CentralError::Config(format!("mail: {what}"))
}

/// Is this an address that a letter can be sent to?
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<Address>().is_ok()
}

impl Mailer {
    pub fn open(config: &MailConfig) -> Result<Mailer, CentralError> {
        if matches!(config.kind, MailKind::Smtp | MailKind::Folder) {
            config.from.parse::<lettre::message::Mailbox>().map_err(|e| wrong(format!("from: {e}")))?;
        }
        Ok(match config.kind {
            MailKind::Off => Mailer::Off,
            MailKind::Memory => Mailer::Memory(Mutex::default()),
            MailKind::Folder => {
                let folder = config.folder.clone().ok_or_else(|| wrong("folder is missing"))?;
                std::fs::create_dir_all(&folder).map_err(|e| CentralError::io(&folder, e))?;
                Mailer::Folder { folder, from: config.from.clone() }
            }
            MailKind::Smtp => Mailer::Smtp { transport: Box::new(smtp(config)?), from: config.from.clone() },
        })
    }

    pub fn is_off(&self) -> bool {
        matches!(self, Mailer::Off)
    }

    /// Sends it, or says why not. Takes as long as the mail server takes.
    pub fn send(&self, letter: &Letter) -> Result<(), CentralError> {
        match self {
            Mailer::Off => Ok(()),
            Mailer::Memory(all) => {
                all.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
            Mailer::Folder { folder, from } => {
                let path = folder.join(format!("{}.eml", random_id()));
                std::fs::write(&path, message(letter, from)?.formatted())
                    .map_err(|e| CentralError::io(Path::new(&path), e))
            }
            Mailer::Smtp { transport, from } => transport
                .send(&message(letter, from)?)
                .map(|_| ())
                // The server's own words may repeat the address.
                .map_err(|error| CentralError::Mail(kind_of(&error))),
        }
    }
}

fn kind_of(error: &lettre::transport::smtp::Error) -> &'static str {
    if error.is_permanent() {
        "refused for good"
    } else if error.is_transient() {
        "refused for now"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "cannot be reached"
    }
}

fn smtp(config: &MailConfig) -> Result<SmtpTransport, CentralError> {
    if config.server.is_empty() {
        return Err(wrong("server is missing"));
    }
    let mut builder = match config.tls {
        MailTls::Tls => SmtpTransport::relay(&config.server).map_err(wrong)?,
        MailTls::Starttls => SmtpTransport::starttls_relay(&config.server).map_err(wrong)?,
        MailTls::None => SmtpTransport::builder_dangerous(&config.server),
    };
    builder = builder.timeout(Some(PATIENCE));
    if let Some(port) = config.port {
        builder = builder.port(port);
    }
    if let Some(file) = &config.password_file {
        let password = std::fs::read_to_string(file).map_err(|e| CentralError::io(file, e))?;
        builder = builder.credentials(Credentials::new(config.user.clone(), password.trim().to_owned()));
    }
    Ok(builder.build())
}

fn message(letter: &Letter, from: &str) -> Result<Message, CentralError> {
    let from = from.parse().map_err(|e| wrong(format!("from: {e}")))?;
    let to = letter.to.parse::<Address>().map_err(|_| CentralError::Mail("the address is none"))?;
    Message::builder()
        .from(from)
        .to(lettre::message::Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|_| CentralError::Mail("the letter cannot be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_brings_no_lines_along() {
        assert!(is_address("sri.wahyuni@kantor.go.id"));
        for text in ["", "sri", "sri@", "a@b\r\nBcc: c@d", "Sri <sri@kantor.go.id>", "a@b, c@d"] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn a_letter_lies_in_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let config = MailConfig {
            kind: MailKind::Folder,
            from: "Anjungan <anjungan@kantor.go.id>".into(),
            folder: Some(dir.path().join("surat")),
            ..MailConfig::default()
        };
        let letter = Letter { to: "a@b.id".into(), subject: "Kata sandi".into(), text: "Halo\nx".into() };
        Mailer::open(&config).unwrap().send(&letter).unwrap();
        let file = std::fs::read_dir(dir.path().join("surat")).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("To: a@b.id") && text.contains("Halo"), "{text}");
        assert!(Mailer::open(&MailConfig { from: "nobody".into(), ..config }).is_err());
    }
}
