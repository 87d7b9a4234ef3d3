#!/usr/bin/env python3
"""Colour at the soft edge against the true foreground, with and without decontamination.

  make_bench.py --fg foregrounds --split dev --n 40 --seed 101 --write-fg --out bench
  photo_edge.py bench 'PROGRAM photo cut {frame} --plate {plate} --full-frame --out {out}'

In the band where the true alpha lies between 0.02 and 0.98: mean absolute error of the
premultiplied colour in linear light, x1000, (a) of the product's RGBA, (b) of its alpha with the
frame's own colours, which is what leaving the backdrop's colour in would give. The true
foreground is brought to the frame's exposure and balance by the ratio of their solid parts.
Needs numpy and pillow.
"""
import json, os, shlex, subprocess, sys, tempfile
import numpy as np
from PIL import Image


def light(path, mode="RGB"):
    s = np.asarray(Image.open(path).convert(mode)).astype(np.float64) / 255
    s[..., :3] = np.where(s[..., :3] <= 0.04045, s[..., :3] / 12.92, ((s[..., :3] + 0.055) / 1.055) ** 2.4)
    return s


bench, command = sys.argv[1:3]
with_, without, refused = [], [], 0
for row in map(json.loads, open(f"{bench}/manifest.jsonl")):
    at = lambda what: f"{bench}/{row['i']:04d}_{what}"
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "out.png")
        words = [w.format(frame=at("frame.jpg"), plate=at("plate.jpg"), out=out) for w in shlex.split(command)]
        subprocess.run(words, capture_output=True)
        if not os.path.exists(out):
            refused += 1
            continue
        got = light(out, "RGBA")
    frame, true = light(at("frame.jpg")), light(at("fg.png"), "RGBA")
    alpha = np.asarray(Image.open(at("alpha.png"))).astype(np.float64)[..., None] / 255
    solid = alpha[..., 0] > 0.999
    fg = true[..., :3] * (np.median(frame[solid], 0) / np.median(true[solid][:, :3], 0))
    band = (alpha[..., 0] > 0.02) & (alpha[..., 0] < 0.98)
    error = lambda colour: 1e3 * np.abs(got[..., 3:] * colour - alpha * fg)[band].mean()
    with_.append(error(got[..., :3]))
    without.append(error(frame))
a, b = np.mean(with_), np.mean(without)
print(f"{len(with_)} frames, {refused} refused: with decontamination {a:.2f}, without {b:.2f}, ratio {a / b:.2f}")
