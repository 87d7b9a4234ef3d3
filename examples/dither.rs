//! `dither IN.png WIDTH HEIGHT OUT.png`: a portrait in black dots, and the time of it in milliseconds of this thread's
//! processor on standard output. For `benches/dither.py`, which holds it beside another dithering.

use anjungan::clock::thread_cpu;
use anjungan::printing::{Tone, portrait};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().ok_or("IN.png WIDTH HEIGHT OUT.png");
    let photo = image::open(next()?)?.into_rgba8();
    let (width, height) = (next()?.parse()?, next()?.parse()?);
    let out = next()?;
    let mut best = f64::MAX;
    let mut dots = image::GrayImage::new(1, 1);
    for _ in 0..9 {
        let before = thread_cpu();
        dots = portrait(&photo, width, height, Tone::Normal);
        best = best.min(thread_cpu().saturating_sub(before).as_secs_f64() * 1000.0);
    }
    dots.save(out)?;
    println!("{best:.3}");
    Ok(())
}
