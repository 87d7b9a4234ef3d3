#!/usr/bin/env python3
"""Contact sheet of cut photos over a checkerboard, for the eye.

  photo_sheet.py bench 'PROGRAM photo cut {frame} --plate {plate} --full-frame --out {out}' sheet.png [20]

`bench` is a folder of make_bench.py. Its people are photographs of real ones, so the sheet stays
where it was made. Refused frames are left out and counted. Needs numpy and pillow.
"""
import json, os, shlex, subprocess, sys, tempfile
import numpy as np
from PIL import Image

WIDTH, COLUMNS, SQUARE = 480, 4, 12
bench, command, sheet = sys.argv[1:4]
most = int(sys.argv[4]) if len(sys.argv) > 4 else 20
tiles, refused = [], 0
for row in map(json.loads, open(f"{bench}/manifest.jsonl")):
    if len(tiles) == most:
        break
    at = lambda what: f"{bench}/{row['i']:04d}_{what}.jpg"
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "out.png")
        words = [w.format(frame=at("frame"), plate=at("plate"), out=out) for w in shlex.split(command)]
        subprocess.run(words, capture_output=True)
        if not os.path.exists(out):
            refused += 1
            continue
        cut = Image.open(out).convert("RGBA")
    cut = cut.resize((WIDTH, WIDTH * cut.height // cut.width), Image.LANCZOS)
    y, x = np.mgrid[0 : cut.height, 0 : cut.width] // SQUARE
    board = Image.fromarray((150 + 70 * ((x + y) % 2)).astype(np.uint8)).convert("RGBA")
    tiles.append(Image.alpha_composite(board, cut).convert("RGB"))
high = max(t.height for t in tiles)
whole = Image.new("RGB", (WIDTH * COLUMNS, high * -(-len(tiles) // COLUMNS)))
for n, tile in enumerate(tiles):
    whole.paste(tile, (n % COLUMNS * WIDTH, n // COLUMNS * high))
whole.save(sheet)
print(f"{len(tiles)} photos, {refused} refused: {sheet}")
