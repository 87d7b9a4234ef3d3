//! A part of a picture where a code was seen.

use super::{Found, Luma};

/// A rectangle of pixels that lies within its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Smaller than any code that a camera resolves: 21 modules of one pixel.
const SMALLEST: usize = 21;

impl Region {
    /// Around a code with these corners: a quarter of its size more on each side, for the quiet zone, for a corner
    /// that was guessed wrong, and for a hand that moves. `None` where it covers most of the picture anyway.
    pub fn around(corners: &[(i32, i32); 4], picture: Luma) -> Option<Region> {
        let range = |at: fn(&(i32, i32)) -> i32, size: usize| {
            let low = corners.iter().map(at).min().unwrap_or(0);
            let high = corners.iter().map(at).max().unwrap_or(0);
            let margin = high.saturating_sub(low) / 4 + 8;
            let low = usize::try_from(low.saturating_sub(margin)).unwrap_or(0).min(size);
            let high = usize::try_from(high.saturating_add(margin)).unwrap_or(0).min(size);
            (low, high.saturating_sub(low))
        };
        let (left, width) = range(|p| p.0, picture.width);
        let (top, height) = range(|p| p.1, picture.height);
        let worth =
            width >= SMALLEST && height >= SMALLEST && width * height * 2 < picture.width * picture.height;
        worth.then_some(Region { left, top, width, height })
    }

    /// Its pixels, row by row. Nothing where the picture has changed its size and the region lies outside.
    pub fn cut(&self, picture: Luma) -> Vec<u8> {
        if self.left + self.width > picture.width || self.top + self.height > picture.height {
            return Vec::new();
        }
        let rows = picture.data.chunks_exact(picture.width).skip(self.top).take(self.height);
        rows.flat_map(|row| &row[self.left..self.left + self.width]).copied().collect()
    }

    /// A finding within the region, in pixels of the whole picture.
    pub fn back(&self, found: Found) -> Found {
        let (left, top) = (self.left as i32, self.top as i32);
        Found { corners: found.corners.map(|(x, y)| (x + left, y + top)), ..found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_stays_within_its_picture() {
        let data = vec![7u8; 200 * 100];
        let picture = Luma { width: 200, height: 100, data: &data };
        let region = Region::around(&[(150, 50), (190, 50), (190, 90), (150, 90)], picture).unwrap();
        assert_eq!((region.left, region.top, region.width, region.height), (132, 32, 68, 68));
        assert_eq!(region.cut(picture).len(), 68 * 68);
        // Corners outside, the whole picture, a speck, nonsense.
        let around = |corners| Region::around(&corners, picture);
        assert!(around([(-50, -50), (40, -50), (40, 40), (-50, 40)]).is_some());
        assert_eq!(around([(0, 0), (199, 0), (199, 99), (0, 99)]), None);
        assert_eq!(around([(500, 500); 4]), None);
        assert_eq!(around([(i32::MIN, 0), (i32::MAX, 0), (0, i32::MAX), (0, i32::MIN)]), None);
        assert!(region.cut(Luma { width: 100, height: 100, data: &data[..10_000] }).is_empty());
    }
}
