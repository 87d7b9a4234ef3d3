//! What is said about a picture that a person sent: one thing at a time, the worst, with the same
//! code as at a station. What to do is another thing than before a station's camera: the picture is
//! taken already.

use crate::lang::Lang;
use crate::photo::{Advice, PhotoError, Reason};

/// A code for staff, what is wrong, and what to do, each in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    pub code: &'static str,
    what: (&'static str, &'static str),
    todo: (&'static str, &'static str),
}

impl Remark {
    pub fn sentence(&self, lang: Lang) -> String {
        format!(
            "{} {} ({})",
            lang.pick(self.what.0, self.what.1),
            lang.pick(self.todo.0, self.todo.1),
            self.code
        )
    }
}

/// For the worst of the reasons.
pub fn of_reason(reason: Reason) -> Remark {
    let (code, what, todo) = match reason {
        Reason::LikeBackdrop(_) | Reason::Advice(Advice::Ready) => (
            "F08",
            (
                "Latar belum dapat dibedakan dari pakaian atau rambut.",
                "The background cannot be told from clothes or hair.",
            ),
            (
                "Mohon berfoto di depan dinding polos yang warnanya lain dari pakaian, atau di Anjungan.",
                "Please stand before a plain wall of another colour than your clothes, or come to a station.",
            ),
        ),
        Reason::Advice(advice) => of_advice(advice),
    };
    Remark { code, what, todo }
}

type Pair = (&'static str, &'static str);

#[allow(clippy::too_many_lines, reason = "one table of sentences")]
fn of_advice(advice: Advice) -> (&'static str, Pair, Pair) {
    match advice {
        Advice::NoFace => (
            "F01",
            ("Wajah belum terlihat.", "No face can be seen."),
            (
                "Mohon pilih foto diri yang menghadap ke kamera.",
                "Please choose a photo of yourself facing the camera.",
            ),
        ),
        Advice::SeveralPeople => (
            "F02",
            ("Ada lebih dari satu orang di gambar.", "There is more than one person in the picture."),
            ("Mohon satu orang saja di dalam foto.", "Please, one person alone in the photo."),
        ),
        Advice::FaceCutOff => (
            "F03",
            (
                "Wajah atau bahu belum terlihat seluruhnya.",
                "Face or shoulders are not wholly in the picture.",
            ),
            ("Mohon foto lagi dari sedikit lebih jauh.", "Please take it again from a little further away."),
        ),
        Advice::ComeCloser => (
            "F09",
            ("Wajah terlalu kecil di gambar.", "The face is too small in the picture."),
            ("Mohon foto lagi dari lebih dekat.", "Please take it again from nearer."),
        ),
        Advice::TooDark => (
            "F04",
            ("Gambar terlalu gelap.", "The picture is too dark."),
            ("Mohon foto lagi menghadap ke cahaya.", "Please take it again facing the light."),
        ),
        Advice::TooBright => (
            "F05",
            ("Gambar terlalu terang.", "The picture is too bright."),
            ("Mohon foto lagi di luar cahaya langsung.", "Please take it again out of the direct light."),
        ),
        Advice::Blurred => (
            "F06",
            ("Gambar kurang tajam.", "The picture is not sharp."),
            (
                "Mohon foto lagi dengan ponsel dipegang tenang.",
                "Please take it again with the phone held still.",
            ),
        ),
        Advice::HeadTilted => (
            "F07",
            ("Kepala tampak miring.", "The head is tilted."),
            ("Mohon foto lagi dengan kepala tegak.", "Please take it again with your head upright."),
        ),
        Advice::LookStraight | Advice::ChinUp | Advice::ChinDown => (
            "F10",
            ("Wajah belum menghadap kamera.", "The face is not turned to the camera."),
            (
                "Mohon foto lagi sambil melihat lurus ke kamera.",
                "Please take it again looking straight at the camera.",
            ),
        ),
        Advice::EyesClosed => (
            "F11",
            ("Mata tampak terpejam.", "The eyes look closed."),
            ("Mohon foto lagi dengan mata terbuka.", "Please take it again with open eyes."),
        ),
        Advice::MouthOpen => (
            "F12",
            ("Mulut tampak terbuka.", "The mouth looks open."),
            ("Mohon foto lagi dengan mulut tertutup.", "Please take it again with a closed mouth."),
        ),
        Advice::UnevenLight => (
            "F13",
            ("Cahaya pada wajah tidak merata.", "The light on the face is uneven."),
            ("Mohon foto lagi menghadap ke cahaya.", "Please take it again facing the light."),
        ),
        Advice::BackdropNotFree => (
            "F15",
            ("Ada orang atau benda lain di latar.", "There is somebody or something else in the background."),
            ("Mohon foto lagi di depan dinding polos.", "Please take it again before a plain wall."),
        ),
        Advice::StepBack
        | Advice::MoveLeft
        | Advice::MoveRight
        | Advice::MoveUp
        | Advice::MoveDown
        | Advice::Ready => (
            "F14",
            ("Wajah belum di tengah gambar.", "The face is not in the middle of the picture."),
            ("Mohon foto lagi dengan wajah di tengah.", "Please take it again with the face in the middle."),
        ),
    }
}

/// For a file that no picture could be made of.
pub fn of_file(error: &PhotoError) -> Remark {
    let (code, what, todo) = match error {
        PhotoError::TooManyBytes(_) | PhotoError::TooManyPixels(..) => TOO_LARGE,
        PhotoError::TooSmall(..) => (
            "F22",
            ("Gambar terlalu kecil.", "The picture is too small."),
            ("Mohon pilih foto asli dari kamera.", "Please choose the photo as the camera took it."),
        ),
        _ => (
            "F20",
            ("Berkas ini bukan foto JPEG atau PNG yang utuh.", "This file is no whole photo in JPEG or PNG."),
            ("Mohon pilih foto lain.", "Please choose another photo."),
        ),
    };
    Remark { code, what, todo }
}

const TOO_LARGE: (&str, Pair, Pair) = (
    "F21",
    (
        "Foto terlalu besar: paling banyak 12 MB dan 40 megapiksel.",
        "The photo is too large: at most 12 MB and 40 megapixels.",
    ),
    ("Mohon pilih foto yang lebih kecil.", "Please choose a smaller one."),
);

/// For one that is larger than what is read at all.
pub fn too_large() -> Remark {
    let (code, what, todo) = TOO_LARGE;
    Remark { code, what, todo }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remark_says_what_and_what_to_do_in_both_languages_and_blames_nobody() {
        let files = [PhotoError::NotAPicture, PhotoError::TooManyBytes(9), PhotoError::TooSmall(1, 1)]
            .map(|e| of_file(&e));
        let reasons = [Advice::NoFace, Advice::EyesClosed, Advice::StepBack, Advice::BackdropNotFree]
            .map(|advice| of_reason(Reason::Advice(advice)));
        for remark in
            files.into_iter().chain(reasons).chain([of_reason(Reason::LikeBackdrop(None)), too_large()])
        {
            for lang in [Lang::Id, Lang::En] {
                let sentence = remark.sentence(lang);
                assert!(sentence.contains(remark.code) && sentence.matches(". ").count() == 2, "{sentence}");
                for word in ["jilbab", "salah", "your fault", "error"] {
                    assert!(!sentence.contains(word), "{sentence}");
                }
            }
            assert_ne!(remark.sentence(Lang::Id), remark.sentence(Lang::En));
        }
    }
}
