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

/// `GS r 1`: answered only after everything before it is worked off.
pub const DONE: [u8; 3] = [0x1d, b'r', 1];
/// `GS a 14`: from now on the printer says by itself when online, error or paper status change.
pub const TELL_CHANGES: [u8; 3] = [0x1d, b'a', 0b1110];
/// `GS I 66`: the maker's name.
pub const ASK_MAKER: [u8; 3] = [0x1d, b'I', 66];

/// The bytes of one question: `DLE EOT n`. The crate appends a zero after it, which these four questions do not have.
pub fn question(request: RealTimeStatusRequest) -> [u8; 3] {
    let (n, _) = request.into();
    [0x10, 0x04, n]
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
    } else if is(R::AutocutterErrorOccurred) {
        Some(PrinterFault::Cutter)
    } else if is(R::AutoRecoverableErrorOccurred) {
        Some(PrinterFault::HeadHot)
    } else if is(R::UnrecoverableErrorOccurred) || is(R::RecoverableErrorOccurred) || is(R::ErrorOccurred) {
        Some(PrinterFault::Other)
    } else if !is(R::Online) || is(R::PaperFedByPaperFeedButton) {
        Some(PrinterFault::Offline)
    } else {
        None
    };
    Ok(PrinterStatus { fault, paper_low: !is(R::RollPaperNearEndSensorPaperAdequate), confirmed: true })
}

/// The state from the four bytes of automatic status (`GS a`).
pub fn judge_change([state, error, paper, _]: [u8; 4]) -> PrinterStatus {
    let fault = if state & 0b0010_0000 != 0 {
        Some(PrinterFault::CoverOpen)
    } else if paper & 0b0000_1100 != 0 {
        Some(PrinterFault::PaperOut)
    } else if error & 0b0000_1000 != 0 {
        Some(PrinterFault::Cutter)
    } else if error & 0b0100_0000 != 0 {
        Some(PrinterFault::HeadHot)
    } else if error & 0b0010_0100 != 0 {
        Some(PrinterFault::Other)
    } else if state & 0b0000_1000 != 0 {
        Some(PrinterFault::Offline)
    } else {
        None
    };
    PrinterStatus { fault, paper_low: paper & 0b0000_0011 != 0, confirmed: true }
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
            (2, 0b0000_1000, Some(PrinterFault::Cutter)),
            (2, 0b0010_0000, Some(PrinterFault::Other)),
            (2, 0b0100_0000, Some(PrinterFault::HeadHot)),
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
    fn what_it_says_by_itself_gives_the_same_faults() {
        for (at, bits, fault) in [
            (0, 0b0010_1000, Some(PrinterFault::CoverOpen)),
            (0, 0b0000_1000, Some(PrinterFault::Offline)),
            (1, 0b0000_1000, Some(PrinterFault::Cutter)),
            (1, 0b0100_0000, Some(PrinterFault::HeadHot)),
            (1, 0b0010_0000, Some(PrinterFault::Other)),
            (2, 0b0000_1100, Some(PrinterFault::PaperOut)),
            (2, 0b0000_0011, None),
        ] {
            let mut said = [0x10, 0, 0, 0];
            said[at] |= bits;
            assert_eq!(judge_change(said).fault, fault, "{at} {bits:08b}");
        }
        assert!(judge_change([0x10, 0, 3, 0]).paper_low);
    }

    #[test]
    fn noise_is_not_a_status() {
        assert!(judge([0xff; 4]).is_err());
    }
}
