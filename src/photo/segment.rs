//! Photo: where the person roughly is, by MediaPipe's selfie segmentation.

use image::RgbImage;

use super::PhotoError;
use super::nets::{Models, PERSON_SIDE, planar_mean};
use super::plane::Plane;

/// Share of person 0..1 on the network's own grid of 256 by 256, stretched over the whole frame.
pub fn person(models: &Models, frame: &RgbImage) -> Result<Plane<f32>, PhotoError> {
    let mut input = planar_mean(frame, PERSON_SIDE);
    for v in &mut input {
        *v /= 255.0;
    }
    Ok(Plane { width: PERSON_SIDE, height: PERSON_SIDE, data: models.person(input)? })
}

/// A plane stretched to another size, bilinear, pixel areas aligned.
pub fn stretched(map: &Plane<f32>, width: usize, height: usize) -> Plane<f32> {
    let (sx, sy) = (map.width as f32 / width as f32, map.height as f32 / height as f32);
    let mut data = Vec::with_capacity(width * height);
    for y in 0..height {
        let fy = (y as f32 + 0.5) * sy - 0.5;
        for x in 0..width {
            data.push(map.sample((x as f32 + 0.5) * sx - 0.5, fy));
        }
    }
    Plane { width, height, data }
}
