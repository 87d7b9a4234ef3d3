#!/usr/bin/env python3
"""Portraits in black dots: ours beside python-escpos', in one run.

  cargo build --release --no-default-features --features station --example dither
  python3 -m venv VENV && VENV/bin/pip install python-escpos scikit-image
  VENV/bin/python benches/dither.py target/release/examples/dither PHOTO.png...

Each photo is printed 204x272 dots by both. Time is the best of nine, of this thread's processor.
Closeness is SSIM between the picture as it should look on paper (grey, contrast stretched to the
range of its own tones, as a photographer would print it) and the dots as they look: blurred as an eye
does at 35 cm (a dot is 0.125 mm; an arc minute there is 0.1 mm; sigma 1.2 dots), once with square dots and
once with dots that spread on thermal paper as measured heads do (a disc of 0.62 dot pitch radius, at 4x).
"""
import subprocess, sys, tempfile, time
import numpy as np
from escpos.image import EscposImage
from PIL import Image, ImageDraw, ImageFilter
from skimage.metrics import structural_similarity

WIDTH, HEIGHT, SCALE = 204, 272, 4


def target(photo):
    """Grey on white, its tones stretched between the darkest and lightest hundredth of the person."""
    small = photo.resize((WIDTH, HEIGHT), Image.LANCZOS)
    alpha = np.asarray(small.getchannel("A")) / 255
    grey = np.asarray(small.convert("L")).astype(float)
    solid = np.sort(grey[alpha > 0.5])
    low, high = solid[int(len(solid) * 0.01)], solid[int(len(solid) * 0.99) - 1]
    grey = np.clip((grey - min(low, high - 40)) / (high - min(low, high - 40)), 0, 1) * 255
    return grey * alpha + 255 * (1 - alpha)


def spread(dots):
    """Each black dot as a disc, four times as fine."""
    big = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 255)
    draw = ImageDraw.Draw(big)
    reach = 0.62 * SCALE
    for y, x in zip(*np.nonzero(dots < 128)):
        cx, cy = (x + 0.5) * SCALE, (y + 0.5) * SCALE
        draw.ellipse((cx - reach, cy - reach, cx + reach, cy + reach), fill=0)
    return np.asarray(big.resize((WIDTH, HEIGHT), Image.BOX)).astype(float)


def eye(picture):
    return np.asarray(Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))).astype(float)


def close(dots, wanted):
    return [structural_similarity(eye(seen), eye(wanted), data_range=255) for seen in (dots.astype(float), spread(dots))]


program, photos = sys.argv[1], sys.argv[2:]
rows = []
for path in photos:
    photo = Image.open(path).convert("RGBA")
    wanted = target(photo)
    with tempfile.NamedTemporaryFile(suffix=".png") as out:
        ours_ms = float(subprocess.run([program, path, str(WIDTH), str(HEIGHT), out.name], check=True, capture_output=True, text=True).stdout)
        ours = np.asarray(Image.open(out.name).convert("L"))
    theirs_ms = 1e9
    for _ in range(9):
        start = time.thread_time()
        # python-escpos takes a picture in the size of the paper; it flattens and dithers.
        printed = EscposImage(photo.resize((WIDTH, HEIGHT), Image.LANCZOS))
        printed.to_raster_format()
        theirs_ms = min(theirs_ms, (time.thread_time() - start) * 1000)
    # Its picture is inverted: set means black.
    theirs = 255 - np.asarray(printed._im.convert("L"))
    rows.append([ours_ms, theirs_ms, *close(ours, wanted), *close(theirs, wanted)])
    print(path.rsplit("/", 1)[-1], " ".join(f"{value:.3f}" for value in rows[-1]))
mean = np.mean(rows, axis=0)
print("mean: ours %.2f ms, python-escpos %.2f ms; SSIM square dots %.3f against %.3f, spread dots %.3f against %.3f"
      % (mean[0], mean[1], mean[2], mean[4], mean[3], mean[5]))
