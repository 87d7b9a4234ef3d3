"""An hour of two stations of this machine: one idle, one in use. See scripts/soak.

    soak.py OUT BIN EXAMPLES [--minutes N]
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import drive  # noqa: E402
from drive import PERSON, PIN, Bench, Office, Printer, Walk, beside, say  # noqa: E402
from machine import Gone, Machine  # noqa: E402

# A window is opened in this size.
WIDTH, HEIGHT = drive.WIDTH, drive.HEIGHT = 1280, 800

# What the station may take: of a core while it is idle, and of memory at the end beside the beginning.
IDLE_PERCENT = 3.0
GROWN = 1.05
# Rounds that fill caches and fonts, before memory is looked at.
WARM = 3
# Slips, after which staff put in a new roll.
ROLL = 20
HERTZ = os.sysconf("SC_CLK_TCK")


class Desk(Machine):
    """A station in a window of its own, with the ways of an emulated one."""

    def __init__(self, name, out, bin, office, printer, more=""):
        self.out, self.seen = out / name, 0
        self.out.mkdir()
        (self.out / "shots").mkdir()
        self.log = open(self.out / "serial.log", "wb")
        reading, writing = os.pipe()
        self.glass = beside(["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"],
                            pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        display = ":" + os.read(reading, 16).decode().strip()
        self.env = {**os.environ, "DISPLAY": display, "ANJUNGAN_LOG": "warn,anjungan=debug"}
        self.env.pop("WAYLAND_DISPLAY", None)
        data = self.out / "data"
        subprocess.run([bin / "anjungan", "provision", office.url, "--code", office.code(name), "--data", data], check=True,
                       env={**self.env, "ANJUNGAN_PIN": PIN}, capture_output=True)
        office.approve(name)
        (self.out / "station.toml").write_text(f"""
data_dir = "{data}"
language = "id"
printer = "escpos+tcp://127.0.0.1:{printer.port}?width=576"
[display]
kind = "window"
width = {WIDTH}
height = {HEIGHT}
diagonal_inches = 10.1
{more}
[cameras]
face = "demo:"
""")
        self.process = beside([bin / "anjungan", "kiosk", "--config", self.out / "station.toml"], env=self.env,
                              stdout=self.log, stderr=self.log)
        # No window manager is there to give it the keyboard.
        self._finger("search", "--sync", "--onlyvisible", "--name", "^Anjungan$", "windowfocus")
        time.sleep(3)

    def serial(self):
        # Colours are for people.
        return re.sub(r"\x1b\[[0-9;]*m", "", super().serial())

    def _finger(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True)

    def touch(self, x, y, hold=0.08):
        self._finger("mousemove", round(x * WIDTH), round(y * HEIGHT), "mousedown", 1)
        time.sleep(hold)
        self._finger("mouseup", 1)
        time.sleep(hold)

    def key(self, *names):
        letters = {"spc": "space", "dot": "period"}
        self._finger("key", "+".join(letters.get(name, name) for name in names))
        time.sleep(0.05)

    def shot(self, path):
        subprocess.run(["import", "-window", "root", self.out / path], env=self.env, check=True)
        return self.out / path

    def light(self):
        """Mean of the glass, 0..1."""
        self.shot("shots/light.png")
        done = subprocess.run(["convert", self.out / "shots/light.png", "-format", "%[fx:mean]", "info:"], check=True,
                              capture_output=True, text=True)
        return float(done.stdout)

    def ticks(self):
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(words[11]) + int(words[12])

    def memory(self):
        """Resident, KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status).group(1))

    def off(self):
        for process in (self.process, self.glass):
            process.terminate()


class Use(Bench):
    """The station that is used, with the walks of the bench."""

    def __init__(self, out, office, printer, walk, machine):
        self.out, self.office, self.printer, self.walk, self.machine = out, office, printer, walk, machine
        self.shots = self.asked_for = 0

    def once(self, number):
        """A new photo and its card, or the card that is there; on paper."""
        if number % ROLL == 0:
            self.printer.order("paper 60000")
        nip, password = self.office.person(PERSON)
        self.sign_in(nip, password, quick=True)
        if number % 2 == 0:
            self.photograph(nip, quick=True)
            self.accept()
            self.machine.screen("issued", 120)
        else:
            self.to_card(nip)
        time.sleep(2)
        self.print_it()
        self.machine.screen("done", 120)
        self.press_for("done", "Selesai", "attract", 30)


def used(use, end, facts):
    begun, ticks, rounds = time.monotonic(), use.machine.ticks(), []
    while time.monotonic() < end:
        use.once(len(rounds))
        rounds.append(use.machine.memory())
        took = time.monotonic() - begun
        facts["in_use"] = {
            "seconds": round(took), "rounds": len(rounds),
            "cpu_percent": round(100 * (use.machine.ticks() - ticks) / HERTZ / took, 1),
            "rss_mib": [round(kib / 1024, 1) for kib in rounds],
        }
    slips = facts["in_use"]["slips"] = use.printed(0, 10)
    assert slips == len(rounds) == use.asked_for, f"{len(rounds)} rounds, {use.asked_for} asked for, {slips} slips"
    # It goes to and fro with each photo: highest is held against highest.
    warm, last = max(rounds[:WARM]), max(rounds[-WARM:])
    assert last <= warm * GROWN, f"memory went from {warm} to {last} KiB"


def idle(desk, seconds, facts):
    """Black at its hour, awake on touch, black again; and what all of it takes."""
    begun, ticks, memory = time.monotonic(), desk.ticks(), []
    seen = {}

    def becomes(dark, patience, what):
        until = time.monotonic() + patience
        while (desk.light() < 0.001) != dark:
            if time.monotonic() > until:
                raise Gone(f"{what}: the glass has {desk.light():.3f} of light")
            time.sleep(1)
        seen[what] = round(time.monotonic() - begun)

    becomes(False, 30, "lit before its hour")
    becomes(True, 240, "black at its hour")
    dark_ticks, dark_begun = desk.ticks(), time.monotonic()
    time.sleep(min(60, seconds / 10))
    dark = 100 * (desk.ticks() - dark_ticks) / HERTZ / (time.monotonic() - dark_begun)
    desk.touch(0.5, 0.5)
    becomes(False, 5, "awake on touch")
    becomes(True, 300, "black again")
    becomes(False, seconds, "lit after its hour")
    while time.monotonic() - begun < seconds:
        memory.append(desk.memory())
        time.sleep(max(0.1, min(60, seconds - (time.monotonic() - begun))))
    took = time.monotonic() - begun
    facts["idle"] = {"seconds": round(took), "cpu_percent": round(100 * (desk.ticks() - ticks) / HERTZ / took, 2),
                     "cpu_percent_black": round(dark, 2), "seen_after_seconds": seen,
                     "rss_mib": [round(kib / 1024, 1) for kib in (memory[0], memory[-1], max(memory))]}
    assert facts["idle"]["cpu_percent"] < IDLE_PERCENT, "the idle station takes too much"
    assert memory[-1] <= memory[0] * GROWN, f"idle memory went from {memory[0]} to {memory[-1]} KiB"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("bin", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--minutes", type=int, default=60)
    args = parser.parse_args()
    out = args.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    seconds, facts, failed = args.minutes * 60, {}, []
    office, printer = Office(out, args.bin), Printer(out, args.examples)
    walk = Walk(out, args.bin, office, *office.person(0))
    # Black from the minute after next until the middle of the run; stations without another word go by Jakarta's time.
    hour = lambda later: time.strftime("%H:%M", time.gmtime(time.time() + 7 * 3600 + later))
    desks = {
        "idle": Desk("idle", out, args.bin, office, printer,
                     f'dark_from = "{hour(120)}"\ndark_until = "{hour(max(420, seconds / 2))}"'),
        "in use": Desk("in use", out, args.bin, office, printer),
    }
    use = Use(out, office, printer, walk, desks["in use"])

    def told(name, act, *values):
        try:
            act(*values)
        except Exception as error:
            failed.append(name)
            say(f"FAILED, {name}: {type(error).__name__}: {error}; its glass: {desks[name].shot('shots/failed.png')}")

    both = [threading.Thread(target=told, args=("idle", idle, desks["idle"], seconds, facts)),
            threading.Thread(target=told, args=("in use", used, use, time.monotonic() + seconds, facts))]
    for thread in both:
        thread.start()
    # What ends it early leaves the figures of use so far; those of standing idle come at its end.
    while True:
        for thread in both:
            thread.join(15)
        try:
            (out / "facts.part").write_text(json.dumps(facts, indent=1) + "\n")
            (out / "facts.part").replace(out / "facts.json")
        except OSError as error:
            say(f"the figures so far are not written: {error}")
        if not any(thread.is_alive() for thread in both):
            break
    print(json.dumps(facts, indent=1))
    for process in (*desks.values(), office.server, printer.process):
        process.off() if isinstance(process, Desk) else process.terminate()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
