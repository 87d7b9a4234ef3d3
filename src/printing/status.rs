//! What a receipt printer answers to `DLE EOT n` (real-time status) and to `GS r 1` (status in order with the print data).

use super::{PrinterFault, PrinterStatus};
use escpos::utils::{RealTimeStatusRequest, RealTimeStatusResponse as R};
use std::collections::HashMap;

/// The four questions that together tell the state, in the order in which they are asked.
pub const QUESTIONS: [RealTimeStatusRequest; 4] = [
    RealTimeStatusRequest::Printer,
    RealTimeStatusRequest::OfflineCause,
    RealTimeStatusRequest::ErrorCause,
    RealTimeStatusRequest::RollPaperSensor,
];

/// `GS r 1`: answered only after everything before it is printed.
pub const DONE: [u8; 3] = [0x1d, b'r', 1];

/// The bytes of one question: `DLE EOT n`. The crate appends a zero after it, which these four questions do not have.
pub fn question(request: RealTimeStatusRequest) -> [u8; 3] {
    let (n, _) = request.into();
    [0x10, 0x04, n]
}

/// Whether a byte answers `DLE EOT`: `0xx1xx10`.
pub fn is_real_time(byte: u8) -> bool {
    byte & 0b1001_0011 == 0b0001_0010
}

/// Whether a byte answers `GS r 1`: `0xx0xxxx`.
pub fn is_done(byte: u8) -> bool {
    byte & 0b1001_0000 == 0
}

/// The state from the four answers, the fault that people can mend first.
///
/// # Errors
/// What is wrong with an answer that is no status at all.
pub fn judge(answers: [u8; 4]) -> Result<PrinterStatus, String> {
    let mut all: HashMap<R, bool> = HashMap::new();
    for (request, answer) in QUESTIONS.into_iter().zip(answers) {
        all.extend(R::parse(request, answer).map_err(|e| e.to_string())?);
    }
    let is = |key: R| all.get(&key) == Some(&true);
    let fault = if !is(R::CoverClosed) {
        Some(PrinterFault::CoverOpen)
    } else if is(R::PrintingStopsDueToPaperEnd) || !is(R::RollPaperEndSensorPaperPresent) {
        Some(PrinterFault::PaperOut)
    } else if is(R::AutocutterErrorOccurred)
        || is(R::UnrecoverableErrorOccurred)
        || is(R::RecoverableErrorOccurred)
        || is(R::AutoRecoverableErrorOccurred)
        || is(R::ErrorOccurred)
    {
        Some(PrinterFault::Other)
    } else if !is(R::Online) || is(R::PaperFedByPaperFeedButton) {
        Some(PrinterFault::Offline)
    } else {
        None
    };
    Ok(PrinterStatus { fault, paper_low: !is(R::RollPaperNearEndSensorPaperAdequate), confirmed: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All well: the fixed bits only.
    const WELL: u8 = 0b0001_0010;

    #[test]
    fn each_answer_gives_its_fault() {
        for (at, bits, fault) in [
            (0, 0, None),
            (0, 0b0000_1000, Some(PrinterFault::Offline)),
            (1, 0b0000_0100, Some(PrinterFault::CoverOpen)),
            (1, 0b0000_1000, Some(PrinterFault::Offline)),
            (1, 0b0010_0000, Some(PrinterFault::PaperOut)),
            (1, 0b0100_0000, Some(PrinterFault::Other)),
            (2, 0b0000_1000, Some(PrinterFault::Other)),
            (2, 0b0010_0000, Some(PrinterFault::Other)),
            (3, 0b0110_0000, Some(PrinterFault::PaperOut)),
        ] {
            let mut answers = [WELL; 4];
            answers[at] |= bits;
            assert_eq!(judge(answers).unwrap().fault, fault, "{at} {bits:08b}");
        }
    }

    #[test]
    fn low_paper_is_no_fault() {
        let status = judge([WELL, WELL, WELL, WELL | 0b0000_1100]).unwrap();
        assert!(status.paper_low && status.fault.is_none() && status.confirmed);
    }

    #[test]
    fn an_open_cover_comes_before_the_paper() {
        let status = judge([WELL | 0b1000, WELL | 0b0010_0100, WELL, WELL | 0b0110_0000]);
        assert_eq!(status.unwrap().fault, Some(PrinterFault::CoverOpen));
    }

    #[test]
    fn noise_is_not_a_status() {
        assert!(judge([0xff; 4]).is_err());
        assert!(is_real_time(WELL) && !is_real_time(0) && !is_real_time(0xff));
        assert!(is_done(0) && is_done(0b0000_1100) && !is_done(WELL));
    }
}
