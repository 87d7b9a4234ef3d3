//! The requests of IPP that a card needs, each with an end to its wait (RFC 8011, PWG 5100.7).

use super::super::PrintJob;
use super::follow::Queue;
use super::takes::{JobView, Takes};
use ipp::prelude::*;
use std::io::Cursor;
use std::time::Duration;

/// For an answer to a question. Four come before a job is seen to move; together they stay below 15 s.
const ANSWERING: Duration = Duration::from_secs(3);
/// For a document to be taken: a printer without a store takes it only as fast as it prints.
const TAKING: Duration = Duration::from_secs(60);
/// Who asks; queues name the jobs' owner so.
const USER: &str = "anjungan";

/// Why a request came to nothing.
#[derive(Debug)]
pub enum Trouble {
    /// It answered no, and why.
    Refused(String),
    /// Not now.
    Busy(String),
    /// No answer.
    Silent(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Refused(why) | Trouble::Busy(why) | Trouble::Silent(why) => f.write_str(why),
        }
    }
}

#[derive(Clone)]
pub struct Client {
    uri: Uri,
}

/// A value of a request. What is too long for its kind is left out, and the printer does as it is used to.
fn attribute(name: &str, value: Option<IppValue>) -> Option<IppAttribute> {
    IppAttribute::with_name(name, value?).ok()
}

fn keyword(text: &str) -> Option<IppValue> {
    IppValue::new_keyword(text).ok()
}

impl Client {
    pub fn new(uri: &str) -> Option<Client> {
        Some(Client { uri: uri.parse().ok()? })
    }

    fn request(&self, operation: Operation) -> Result<IppRequestResponse, Trouble> {
        let mut request = IppRequestResponse::new(IppVersion::v2_0(), operation, Some(self.uri.clone()))
            .map_err(|e| Trouble::Refused(e.to_string()))?;
        let user = IppValue::new_name_without_language(USER).ok();
        add(&mut request, DelimiterTag::OperationAttributes, attribute("requesting-user-name", user));
        Ok(request)
    }

    fn job_request(&self, operation: Operation, id: i32) -> Result<IppRequestResponse, Trouble> {
        let mut request = self.request(operation)?;
        let id = Some(IppValue::new_integer(id));
        add(&mut request, DelimiterTag::OperationAttributes, attribute("job-id", id));
        Ok(request)
    }

    fn send_request(
        &self,
        request: IppRequestResponse,
        within: Duration,
    ) -> Result<IppRequestResponse, Trouble> {
        let client = IppClient::builder(self.uri.clone()).request_timeout(within).build();
        let answer = client.send(request).map_err(|error| match error {
            IppError::RequestError(status) => Trouble::Refused(format!("HTTP status {status}")),
            IppError::ClientError(ref inner) if inner.to_string().contains("status") => {
                Trouble::Refused(inner.to_string())
            }
            error => Trouble::Silent(error.to_string()),
        })?;
        let status = answer.header().status_code();
        if status.is_success() {
            return Ok(answer);
        }
        let passes = matches!(
            status,
            StatusCode::ServerErrorBusy
                | StatusCode::ServerErrorNotAcceptingJobs
                | StatusCode::ServerErrorTemporaryError
                | StatusCode::ServerErrorDeviceError
        );
        let why = status.to_string();
        Err(if passes { Trouble::Busy(why) } else { Trouble::Refused(why) })
    }

    /// Makes an empty job and says its number.
    pub fn create(&self, title: &str, takes: &Takes, job: &PrintJob) -> Result<i32, Trouble> {
        let mut request = self.request(Operation::CreateJob)?;
        let name = IppValue::new_name_without_language(title).ok();
        add(&mut request, DelimiterTag::OperationAttributes, attribute("job-name", name));
        for (name, value) in takes.template(job) {
            add(&mut request, DelimiterTag::JobAttributes, attribute(name, Some(value)));
        }
        let answer = self.send_request(request, ANSWERING)?;
        answer
            .attributes()
            .groups_of(DelimiterTag::JobAttributes)
            .find_map(|group| group.get("job-id")?.value().as_integer().copied())
            .ok_or_else(|| Trouble::Refused("it made a job without a number".to_owned()))
    }

    pub fn send(&self, id: i32, mime: &str, document: Vec<u8>, last: bool) -> Result<(), Trouble> {
        let mut request = self.job_request(Operation::SendDocument, id)?;
        let format = IppValue::new_mime_media_type(mime).ok();
        add(&mut request, DelimiterTag::OperationAttributes, attribute("document-format", format));
        let last = Some(IppValue::new_boolean(last));
        add(&mut request, DelimiterTag::OperationAttributes, attribute("last-document", last));
        *request.payload_mut() = IppPayload::new(Cursor::new(document));
        self.send_request(request, TAKING).map(|_| ())
    }
}

impl Queue for Client {
    /// What the printer takes, and how it is.
    fn printer(&self) -> Result<Takes, Trouble> {
        let mut request = self.request(Operation::GetPrinterAttributes)?;
        let wanted = IppValue::Array(["all", "media-col-database"].into_iter().filter_map(keyword).collect());
        add(&mut request, DelimiterTag::OperationAttributes, attribute("requested-attributes", Some(wanted)));
        let answer = self.send_request(request, ANSWERING)?;
        Ok(Takes::of(answer.attributes()))
    }

    /// How a job stands.
    fn job(&self, id: i32) -> Result<JobView, Trouble> {
        let request = self.job_request(Operation::GetJobAttributes, id)?;
        let answer = self.send_request(request, ANSWERING)?;
        JobView::of(answer.attributes()).ok_or_else(|| Trouble::Refused("a job without a state".to_owned()))
    }

    fn cancel(&self, id: i32) -> Result<(), Trouble> {
        self.send_request(self.job_request(Operation::CancelJob, id)?, ANSWERING).map(|_| ())
    }

    /// Starts a queue that stands still. CUPS must allow it: see docs/printing.md.
    fn resume(&self) -> Result<(), Trouble> {
        self.send_request(self.request(Operation::ResumePrinter)?, ANSWERING).map(|_| ())
    }

    fn rest(&self, how_long: Duration) {
        std::thread::sleep(how_long);
    }
}

fn add(request: &mut IppRequestResponse, group: DelimiterTag, attribute: Option<IppAttribute>) {
    if let Some(attribute) = attribute {
        request.attributes_mut().add(group, attribute);
    }
}

/// The queues of the CUPS server at `server` (`ipp://localhost:631/`): address, make and model.
pub fn queues(server: &str) -> Result<Vec<(String, String)>, Trouble> {
    let client = Client::new(server).ok_or_else(|| Trouble::Refused("misspelt".to_owned()))?;
    let answer = client.send_request(client.request(Operation::CupsGetPrinters)?, ANSWERING)?;
    let text = |group: &IppAttributeGroup, name: &str| group.get(name).map(|a| a.value().to_string());
    Ok(answer
        .attributes()
        .groups_of(DelimiterTag::PrinterAttributes)
        .filter_map(|group| {
            let name = text(group, "printer-name")?;
            let model = text(group, "printer-make-and-model").unwrap_or_default();
            Some((format!("{}/printers/{name}", server.trim_end_matches('/')), model))
        })
        .collect())
}
