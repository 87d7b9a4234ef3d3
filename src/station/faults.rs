//! Station: where the errors of its parts become faults that a person can be told.

use super::plates::PlateError;
use crate::camera::CameraError;
use crate::network::NetworkError;
use crate::photo::plate::PlateProblem;
use crate::photo::{Advice, Cloth, PhotoError, Reason};
use crate::printing::{PrintError, PrinterFault};
use crate::protocol::ProblemCode;
use crate::provision::{JoinError, UnlockError};
use crate::session::Fault;
use crate::store::StoreError;
use crate::sync::SyncError;

pub fn of_camera(error: &CameraError) -> Fault {
    tracing::warn!(%error, "camera");
    Fault::CameraGone
}

pub fn of_photo(error: &PhotoError) -> Fault {
    match error {
        PhotoError::NoFace => Fault::NoFace,
        PhotoError::SeveralFaces(_) => Fault::SeveralPeople,
        PhotoError::FaceCutOff => Fault::FaceCutOff,
        PhotoError::FaceTooSmall => Fault::FaceTooSmall,
        PhotoError::LikeBackdrop(side) => of_reason(Reason::LikeBackdrop(*side)),
        other => {
            tracing::error!(error = %other, "the photo could not be cut");
            Fault::CardPicture
        }
    }
}

pub fn of_plate(error: &PlateError) -> Fault {
    tracing::warn!(%error, "clean plate");
    match error {
        PlateError::Camera(_) => Fault::CameraGone,
        PlateError::Disk(_) | PlateError::Png(_) => Fault::PlateNotKept,
        PlateError::Problem(problem) => match problem {
            PlateProblem::Somebody => Fault::PlateSomebody,
            PlateProblem::TooDark => Fault::PlateTooDark,
            PlateProblem::TooBright => Fault::PlateTooBright,
            PlateProblem::Moving => Fault::PlateMoving,
            PlateProblem::LightChanging => Fault::PlateLightChanging,
            PlateProblem::TooFew(_) | PlateProblem::Sizes => Fault::CameraGone,
            PlateProblem::Photo(error) => of_photo(error),
        },
    }
}

pub fn of_store(error: &StoreError) -> Fault {
    tracing::error!(%error, "store");
    match error {
        StoreError::Full => Fault::DiskFull,
        _ => Fault::StoreTrouble,
    }
}

pub fn of_printer(error: &PrintError) -> Fault {
    tracing::warn!(%error, "printer");
    of_printer_fault(error.fault())
}

pub fn of_printer_fault(fault: PrinterFault) -> Fault {
    match fault {
        PrinterFault::PaperOut => Fault::Paper,
        PrinterFault::CoverOpen => Fault::Cover,
        PrinterFault::Offline | PrinterFault::Unreachable => Fault::PrinterOffline,
        PrinterFault::HeadHot => Fault::PrinterHot,
        PrinterFault::Jam | PrinterFault::Cutter => Fault::PrinterJam,
        PrinterFault::Supplies => Fault::PrinterSupplies,
        PrinterFault::Other => Fault::PrinterTrouble,
    }
}

pub fn of_assist(error: UnlockError) -> Fault {
    match error {
        UnlockError::Wrong => Fault::StaffWrong,
        UnlockError::JoinAgain => Fault::StaffJoinAgain,
    }
}

pub fn of_sync(error: &SyncError) -> Fault {
    tracing::warn!(%error, "central server");
    match error {
        SyncError::NotJoined | SyncError::Address(_) | SyncError::Roots(_) => Fault::NotJoined,
        SyncError::Unreachable(_)
        | SyncError::TimedOut(_)
        | SyncError::BrokeOff(_)
        | SyncError::Garbage { .. } => Fault::Offline,
        SyncError::Server { .. }
        | SyncError::Busy { .. }
        | SyncError::TooLarge { .. }
        | SyncError::Untrusted { .. } => Fault::ServerTrouble,
        SyncError::Store(error) => of_store(error),
        SyncError::Refused(problem) => match problem.code {
            ProblemCode::WrongCredentials => Fault::WrongCredentials,
            ProblemCode::NotActivated => Fault::NotActivated,
            ProblemCode::SlowDown => Fault::SlowDown,
            ProblemCode::BadCode | ProblemCode::NotFound => Fault::CodeUnknown,
            ProblemCode::NotReady => Fault::CardNotReady,
            ProblemCode::UnknownDevice => Fault::NotJoined,
            ProblemCode::NotApproved => Fault::NotApproved,
            ProblemCode::StaffAccount => Fault::StaffAccount,
            ProblemCode::DeviceSession
            | ProblemCode::Malformed
            | ProblemCode::WeakPassword
            | ProblemCode::Internal => Fault::ServerTrouble,
        },
    }
}

pub fn of_network(error: &NetworkError) -> Fault {
    tracing::warn!(%error, "network");
    match error {
        NetworkError::Address(_) | NetworkError::NoManager(_) => Fault::NoNetworkManager,
        NetworkError::Password => Fault::WifiPassword,
        NetworkError::Failed(_) => Fault::WifiFailed,
    }
}

pub fn of_join(error: &JoinError) -> Fault {
    tracing::warn!(%error, "joining");
    match error {
        JoinError::Pin(_) => Fault::PinWeak,
        JoinError::Keep(error) => of_store(error),
        JoinError::Server(error) => match error.code() {
            Some(ProblemCode::BadCode) => Fault::JoinCodeUsed,
            _ => match of_sync(error) {
                Fault::NotJoined | Fault::CodeUnknown => Fault::AddressShape,
                other => other,
            },
        },
        JoinError::Answer(_) | JoinError::Keys(_) => Fault::ServerTrouble,
        JoinError::Lost(_) => Fault::JoinAnswerLost,
        JoinError::WouldOrphan { .. } => Fault::JoinWouldOrphan,
    }
}

/// The worst thing about a picture, as the person is told it.
pub fn of_reason(reason: Reason) -> Fault {
    let advice = match reason {
        Reason::Advice(advice) => advice,
        Reason::LikeBackdrop(None) => return Fault::BackgroundUnclear,
        Reason::LikeBackdrop(Some(Cloth::Red)) => return Fault::TurnToRed,
        Reason::LikeBackdrop(Some(Cloth::Blue)) => return Fault::TurnToBlue,
    };
    match advice {
        Advice::NoFace => Fault::NoFace,
        Advice::SeveralPeople => Fault::SeveralPeople,
        Advice::FaceCutOff => Fault::FaceCutOff,
        Advice::ComeCloser => Fault::FaceTooSmall,
        Advice::TooDark => Fault::TooDark,
        Advice::TooBright => Fault::TooBright,
        Advice::UnevenLight => Fault::UnevenLight,
        Advice::Blurred => Fault::Blurred,
        Advice::HeadTilted => Fault::HeadTilted,
        Advice::LookStraight | Advice::ChinUp | Advice::ChinDown => Fault::LookStraight,
        Advice::EyesClosed => Fault::EyesClosed,
        Advice::MouthOpen => Fault::MouthOpen,
        Advice::BackdropNotFree => Fault::BackdropNotFree,
        Advice::StepBack | Advice::MoveLeft | Advice::MoveRight | Advice::MoveUp | Advice::MoveDown => {
            Fault::OffCentre
        }
        // Nothing is wrong with it: then there is no reason either.
        Advice::Ready => Fault::BackgroundUnclear,
    }
}
