//! rxing, pure Rust: the search of the original zxing, which differs from zxing-cpp's, and a port of the latter.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult,
    RXingResultMetadataType, RXingResultMetadataValue, Reader as _,
};

use super::{Engine, Found, Luma, Reading};

/// rxing with a threshold for each part of the picture, or with one for the whole.
#[derive(Clone, Copy, Debug)]
pub struct Rxing {
    global: bool,
}

impl Rxing {
    /// Both of its searches, with a threshold for each part of the picture.
    pub const fn local() -> Self {
        Rxing { global: false }
    }

    /// The original search alone, with one threshold from the histogram.
    pub const fn global() -> Self {
        Rxing { global: true }
    }
}

impl Engine for Rxing {
    fn name(&self) -> &'static str {
        if self.global { "rxing, global threshold" } else { "rxing" }
    }

    fn cost(&self) -> f32 {
        if self.global { 14.0 } else { 40.0 }
    }

    fn read(&self, picture: Luma) -> Reading {
        // A port of a large code base: what it makes of a picture of noise is not ours to promise.
        let found = catch_unwind(AssertUnwindSafe(|| {
            let source = Luma8LuminanceSource::new(
                picture.data.to_vec(),
                u32::try_from(picture.width).ok()?,
                u32::try_from(picture.height).ok()?,
            )
            .ok()?;
            Some(if self.global {
                original(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source)))
            } else {
                let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
                let found = ported(&mut bitmap);
                if found.is_empty() { original(&mut bitmap) } else { found }
            })
        }));
        Reading { found: found.ok().flatten().unwrap_or_default(), near: Vec::new() }
    }
}

fn hints() -> DecodeHints {
    DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        ..DecodeHints::default()
    }
}

/// The port of zxing-cpp: every code, with the bytes as they stand in it.
fn ported<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> Vec<Found> {
    let results = QrReader.decode_multiple_with_hints(bitmap, &hints()).unwrap_or_default();
    results
        .iter()
        .map(|result| Found { bytes: result.getRawBytes().to_vec(), corners: corners(result) })
        .collect()
}

/// The original search: one code at most.
fn original<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> Vec<Found> {
    let Ok(result) = QRCodeReader.decode_with_hints(bitmap, &hints()) else { return Vec::new() };
    // Its points go bottom left, top left, top right, and it counts to the finder patterns' centres.
    let points: Vec<(f32, f32)> = result.getRXingResultPoints().iter().map(|p| (p.x, p.y)).collect();
    let corners = match points[..] {
        [bottom, top, right, ..] => {
            let far = (bottom.0 + right.0 - top.0, bottom.1 + right.1 - top.1);
            [top, right, far, bottom].map(|(x, y)| (x.round() as i32, y.round() as i32))
        }
        _ => [(0, 0); 4],
    };
    vec![Found { bytes: bytes(&result), corners }]
}

fn corners(result: &RXingResult) -> [(i32, i32); 4] {
    let mut corners = [(0, 0); 4];
    for (corner, point) in corners.iter_mut().zip(result.getRXingResultPoints()) {
        *corner = (point.x.round() as i32, point.y.round() as i32);
    }
    corners
}

/// The original search gives a text and the byte segments in it. A code of one such segment and nothing else is its
/// bytes; every other is text in characters of the alphanumeric mode.
fn bytes(result: &RXingResult) -> Vec<u8> {
    let segments = result.getRXingResultMetadata().get(&RXingResultMetadataType::BYTE_SEGMENTS);
    match segments {
        Some(RXingResultMetadataValue::ByteSegments(segments))
            if segments.len() == 1 && !result.getText().is_ascii() =>
        {
            segments[0].clone()
        }
        _ => result.getText().as_bytes().to_vec(),
    }
}
