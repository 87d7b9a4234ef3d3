"""The emulated station's day: it boots, joins, takes a photograph, prints, reads a card, loses its camera and its
printer and its power. What was seen and measured lies in OUT; the exit code says whether all of it held.

    drive.py OUT BIN PACKAGE [--cuts N] [--seed N] [--scene DIR] [--idle SECONDS]

BIN holds the programs of this machine (server, guided run, simulated printer), PACKAGE is the station's .deb.
"""

import argparse
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import HERE, Gone, Machine  # noqa: E402

WIDTH, HEIGHT = 1280, 720
PIN = "493817"
# A sample person with an active PNS's rights (person::sample); the first one walks on this machine.
PERSON = 5


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


class Office:
    """The central server with made-up people, on this machine."""

    def __init__(self, out, bin):
        self.data, self.bin, self.out = out / "central", bin, out
        self.people = out / "people"
        subprocess.run([bin / "anjungan-central", "sample", "--data", self.data, "--count", "60", "--seed", "1",
                        "--credentials", self.people], check=True, stderr=open(out / "central.log", "wb"))
        self.server = subprocess.Popen(
            [bin / "anjungan-central", "serve", "--data", self.data, "--host", "KARTU.CONTOH.GO.ID",
             "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=open(out / "central.log", "ab"), text=True)
        for line in self.server.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        self.port = int(self.url.rsplit(":", 1)[1])

    def code(self, name):
        done = subprocess.run([self.bin / "anjungan-central", "device", "new", "--data", self.data, "--name", name,
                               "--place", "Lobi", "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout.splitlines()[-1])["code"]

    def person(self, number):
        nip, password = self.people.read_text().splitlines()[number].split(",")[:2]
        return nip, password

    def asked(self, sql):
        """Reads the server's database beside it."""
        path = next(self.data.glob("*.sqlite"))
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


class Printer:
    """A receipt printer on a plug of its own."""

    def __init__(self, out, bin, port):
        self.port = port
        self.process = subprocess.Popen([bin / "examples/escpos_printer", str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def order(self, words, answer=False):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip() if answer else None

    def slips(self):
        return int(self.order("slips", answer=True))


class Walk:
    """Knows from a walk of the same screens on this machine where each button is."""

    def __init__(self, out, bin, office, nip, password):
        work = out / "walk"
        work.mkdir()
        code = office.code("Peta")
        env = {**os.environ, "ANJUNGAN_PIN": PIN}
        data = work / "data"
        subprocess.run([bin / "anjungan", "provision", office.url, "--code", code, "--data", data], check=True,
                       env=env, capture_output=True)
        (work / "password").write_text(password + "\n")
        (work / "station.toml").write_text(f"""
data_dir = "{data}"
printer = "dir:{work}/prints"
[display]
kind = "headless"
width = {WIDTH}
height = {HEIGHT}
diagonal_inches = 10.1
[cameras]
face = "demo:"
""")
        # Twice: who has a card finds another button than who has none.
        for turn in ("first", "again"):
            subprocess.run([bin / "anjungan", "guided", "card", "--config", work / "station.toml", "--out", work / turn,
                            "--nip", nip, "--password-file", work / "password", "--places"], check=True,
                           stdout=subprocess.DEVNULL, stderr=open(out / f"walk-{turn}.log", "wb"))
        self.places = {}
        for turn in ("first", "again"):
            for file in sorted((work / turn / "screens").glob("*.json")):
                name = file.stem.split("-", 1)[1]
                self.places[name if turn == "first" else f"{name}-{turn}"] = json.loads(file.read_text())
        self.card = work / "again" / "card-landscape-front.png"

    def at(self, shot, label):
        places = self.places[shot]
        if label not in places:
            raise Gone(f"{label!r} is not on {shot}; there is {', '.join(places)}")
        return places[label]


class Bench:
    def __init__(self, args):
        self.out = Path(args.out).resolve()
        shutil.rmtree(self.out, ignore_errors=True)
        (self.out / "shots").mkdir(parents=True)
        self.bin = Path(args.bin)
        self.rng = random.Random(args.seed)
        self.facts = {}
        self.shots = 0
        self.has_card = False
        self.office = Office(self.out, self.bin)
        self.printer = Printer(self.out, self.bin, 9187)
        self.walk = Walk(self.out, self.bin, self.office, *self.office.person(0))
        self.frames(args.scene)
        (self.out / "batch.toml").write_text(f"""
central = "http://10.0.2.2:{self.office.port}"
[[station]]
serial = "bec0ffee"
name = "Anjungan bangku"
code = "{self.office.code('Anjungan bangku')}"
staff_code = "BCDFG-HJKLM"
pin = "{PIN}"
[[station]]
serial = "1234"
code = "SOMEBODY-ELSE"
staff_code = "BCDFG-HJKLN"
pin = "{PIN}"
""")
        subprocess.run([HERE / "image", self.out, args.package, self.out / "batch.toml", self.out / "frames"],
                       check=True)
        say("the disk is made")
        self.machine = Machine(self.out, self.printer.port, WIDTH, HEIGHT)

    def frames(self, scene):
        frames = self.out / "frames"
        frames.mkdir()

        def write(uri, name, count, *more):
            subprocess.run([self.bin / "examples/camera_frames", uri, str(WIDTH), str(HEIGHT), str(count),
                            frames / f"{name}.yuyv", *more], check=True)
        write(scene, "face", 4)
        write(scene, "plate", 2, "plate")
        write(f"shown:{self.walk.card}", "card", 4)

    # Steps

    def shot(self, name):
        self.shots += 1
        return self.machine.shot(f"shots/{self.shots:02}-{name}.png")

    def scene(self, name):
        self.machine.run(f"echo {name} >/run/bench-scene; systemctl restart bench-camera")
        self.machine.wait(rf"CAMERA {name}", 60)

    def press(self, shot, label):
        self.machine.touch(*self.walk.at(shot, label))

    def type(self, shot, text):
        for letter in text:
            self.press(shot, letter)

    def boot(self, patience=300):
        """From power to the first screen."""
        begun = time.monotonic()
        self.machine.wait(r"anjungan\[\d+\]: Rendering at", patience, "the screen")
        took = time.monotonic() - begun
        time.sleep(3)
        return took

    def sign_in(self, nip, password):
        self.press("attract", "Mulai")
        self.machine.screen("choose")
        self.press("choose", "Kartu Saya")
        self.machine.screen("phone")
        time.sleep(1)
        self.press("sign-in-phone", "Masuk dengan NIP")
        self.machine.screen("sign-in")
        time.sleep(1)
        self.type("sign-in-nip", nip)
        self.shot("nip")
        self.press("sign-in-nip-typed", "Lanjut")
        time.sleep(2)
        for letter in password:
            self.machine.key(*keys_of(letter))
        self.shot("password")
        self.press("sign-in-password-typed", "Masuk")
        self.machine.screen("my-card")
        time.sleep(1)

    def new_photo(self):
        if self.has_card:
            self.press("my-card-again", "Perbarui Foto")
        else:
            self.press("my-card", "Ambil Foto")

    def photograph(self):
        """Up to the photo that is shown for judgement."""
        self.new_photo()
        self.machine.screen("photo")
        time.sleep(1)
        self.shot("photo-invite")
        self.press("photo-invite", "Mulai")
        time.sleep(6)
        self.shot("photo-live")
        # The button answers once the picture is good: the person presses until it does.
        for _ in range(30):
            self.press("photo-live", "Ambil Foto")
            try:
                self.machine.screen("review", 12)
                break
            except Gone:
                pass
        else:
            raise Gone("no photo was taken in 30 tries")
        time.sleep(8)
        self.shot("review")

    def accept(self):
        self.press("review-landscape", "Gunakan Foto Ini")
        self.has_card = True

    def to_paper(self):
        self.machine.screen("issued", 120)
        time.sleep(8)
        self.shot("issued")
        self.press("issued", "Cetak")
        self.machine.screen("printing")
        self.shot("printing")
        self.machine.screen("done", 180)
        time.sleep(3)
        self.shot("done")

    def home(self):
        """Whatever is shown, the first screen comes back; a restart is the surest way."""
        self.machine.mark()
        self.machine.run("systemctl restart anjungan", 180)
        self.machine.wait(r"anjungan\[\d+\]: Rendering at", 120, "the screen")
        time.sleep(2)

    # The day

    def first_boot(self):
        say("power on")
        took = self.boot()
        self.facts["boot_first_seconds"] = round(took, 1)
        say(f"first screen after {took:.0f} s")
        self.shot("attract-unjoined")
        self.machine.wait(r"Joined as Anjungan bangku", 180, "joining from the boot partition")
        # The file is wiped, and then the screen starts anew.
        self.machine.wait(r"anjungan\[\d+\]: Rendering at", 120, "the screen")
        time.sleep(3)
        code, words = self.machine.run("ls /boot/firmware; systemctl is-active anjungan")
        assert "anjungan-batch" not in words and code == 0, f"the batch file is still there: {words}"
        self.shot("attract")
        self.facts["joined"] = True
        self.scene("plate")

    def doctor(self):
        code, words = self.machine.run(
            "setpriv --reuid anjungan --regid anjungan --init-groups anjungan doctor --json --config /etc/anjungan/station.toml", 240)
        findings = [json.loads(line) for line in words.splitlines() if line.startswith("{")]
        self.facts["doctor"] = {finding["part"]: finding["verdict"] for finding in findings}
        (self.out / "doctor.jsonl").write_text(words + "\n")
        for part in ("display", "touch", "network", "central", "keys", "disk"):
            assert self.facts["doctor"].get(part) == "well", f"{part}: {words}"

    def clean_plate(self):
        """The empty backdrop, taken by the technician's command while nobody is before the camera."""
        self.scene("plate")
        code, words = self.machine.run(
            "systemctl stop anjungan; setpriv --reuid anjungan --regid anjungan --init-groups anjungan plate take --wait 0 --config"
            " /etc/anjungan/station.toml; systemctl start anjungan", 300)
        self.facts["plate"] = words.splitlines()[-1] if words else str(code)
        self.machine.wait(r"anjungan\[\d+\]: Rendering at", 120, "the screen")
        time.sleep(2)

    def main_job(self, name="main_job"):
        nip, password = self.office.person(PERSON)
        before = self.printer.slips()
        self.scene("face")
        begun = time.monotonic()
        self.sign_in(nip, password)
        self.photograph()
        self.accept()
        self.to_paper()
        took = time.monotonic() - begun
        slips = self.printer.slips() - before
        assert slips == 1, f"{slips} slips came out"
        self.printer.order(f"save {self.out / 'shots'}", answer=True)
        self.facts[name + "_seconds"] = round(took, 1)
        say(f"from touch to paper in {took:.0f} s")

    def read_card(self):
        self.home()
        self.scene("card")
        self.press("attract", "Mulai")
        self.machine.screen("choose")
        time.sleep(1)
        self.press("choose", "Periksa Kartu Tamu")
        self.machine.screen("check")
        found = self.machine.wait(r'verdict="?(\w+)', 120, "a verdict")
        time.sleep(3)
        self.shot("verdict")
        self.facts["card_through_v4l2"] = found.group(1)
        assert found.group(1) == "Valid", found.group(1)

    def camera_unplugged(self):
        self.home()
        self.scene("face")
        nip, password = self.office.person(PERSON)
        self.sign_in(nip, password)
        self.new_photo()
        self.machine.screen("photo")
        time.sleep(1)
        self.press("photo-invite", "Mulai")
        time.sleep(6)
        # The driver goes as it does when a plug is pulled; whoever holds the device gets an error.
        code, words = self.machine.run("systemctl stop bench-camera; v4l2loopback-ctl delete /dev/video0 2>/dev/null;"
                                       " fuser -k /dev/video0 2>/dev/null; rmmod -f v4l2loopback; ls /dev/video0", 60)
        time.sleep(10)
        self.shot("camera-gone")
        self.machine.run("systemctl start bench-camera", 60)
        time.sleep(15)
        self.shot("camera-back")
        self.facts["camera_gone"] = "device removed" if code else "driver kept it: only the pictures stopped"

    def printer_unplugged(self):
        """The printer's USB plug is pulled before the print and put back while the person waits."""
        self.home()
        self.scene("face")
        before = self.printer.slips()
        nip, password = self.office.person(PERSON)
        self.sign_in(nip, password)
        self.photograph()
        self.accept()
        self.machine.screen("issued", 120)
        time.sleep(5)
        gadget = "/sys/kernel/config/usb_gadget/printer/UDC"
        self.machine.run(f"systemctl stop bench-printer; echo >{gadget}; ls /dev/usb/lp0", 60)
        self.press("issued", "Cetak")
        time.sleep(12)
        self.shot("printer-gone")
        self.machine.run("systemctl start bench-printer", 60)
        self.machine.screen("done", 240)
        time.sleep(2)
        self.shot("printer-back")
        slips = self.printer.slips() - before
        assert slips == 1, f"{slips} slips came out"
        self.facts["printer_replugged"] = "printed once"

    def cut(self, number):
        """Power goes at a random moment of the main job; what was accepted arrives, and no slip comes twice."""
        self.home()
        self.scene("face")
        nip, password = self.office.person(PERSON)
        issues = self.office.asked("SELECT count(*) FROM issues")[0][0]
        self.sign_in(nip, password)
        self.photograph()
        self.accept()
        wait = self.rng.uniform(0.0, 12.0)
        kept_before = self.machine.seen
        time.sleep(wait)
        pressed = False
        if wait > 6:
            self.press("issued", "Cetak")
            pressed = True
            time.sleep(self.rng.uniform(0.0, 6.0))
        text = self.machine.serial()[kept_before:]
        kept = "an acceptance is on the disk" in text
        self.machine.mark()
        self.machine.cut_power()
        took = self.boot()
        code, words = self.machine.run(
            "setpriv --reuid anjungan --regid anjungan --init-groups anjungan doctor --json --config /etc/anjungan/station.toml", 240)
        keys = [json.loads(line) for line in words.splitlines() if '"part":"keys"' in line]
        assert keys and keys[0]["verdict"] == "well", f"after cut {number}: {words}"
        end = time.monotonic() + 120
        now = issues
        while kept and now <= issues and time.monotonic() < end:
            now = self.office.asked("SELECT count(*) FROM issues")[0][0]
            time.sleep(1)
        assert not kept or now == issues + 1, f"cut {number}: accepted before the cut, and {now - issues} issues came"
        prints = self.office.asked(
            "SELECT serial, count(*) FROM prints WHERE outcome = 'printed' GROUP BY serial HAVING count(*) > 1")
        assert not prints, f"cut {number}: printed twice: {prints}"
        self.facts.setdefault("cuts", []).append(
            {"after_accept_seconds": round(wait, 2), "print_asked": pressed, "was_kept": kept,
             "boot_seconds": round(took, 1)})
        say(f"cut {number}: {wait:.1f} s after the photo was accepted, kept {kept}; up again in {took:.0f} s")

    def idle(self, seconds):
        self.home()
        first = self.resources()
        time.sleep(seconds)
        last = self.resources()
        ticks = last["ticks"] - first["ticks"]
        self.facts["idle"] = {
            "seconds": seconds, "cpu_percent_emulated": round(100 * ticks / 100 / seconds, 1),
            "rss_kb": [first["rss"], last["rss"]],
            "sectors_written": last["sectors"] - first["sectors"],
        }
        say("idle", json.dumps(self.facts["idle"]))

    def resources(self):
        _, words = self.machine.run(
            "pid=$(systemctl show -P MainPID anjungan); cut -d' ' -f14,15 /proc/$pid/stat;"
            " sed -n 's/VmRSS: *\\([0-9]*\\).*/\\1/p' /proc/$pid/status; cut -d' ' -f7 /sys/block/vdb/stat;"
            " tr -s ' ' </sys/block/vdb/stat")
        lines = words.splitlines()
        user, system = lines[0].split()
        return {"ticks": int(user) + int(system), "rss": int(lines[1]), "sectors": int(lines[-1].split()[6])}

    def finish(self):
        (self.out / "facts.json").write_text(json.dumps(self.facts, indent=1) + "\n")
        self.machine.off()
        self.office.server.terminate()
        self.printer.process.terminate()


def keys_of(letter):
    names = {"-": ("minus",), " ": ("spc",), ".": ("dot",), "_": ("shift", "minus"), "/": ("slash",)}
    if letter in names:
        return names[letter]
    return ("shift", letter.lower()) if letter.isupper() else (letter,)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("bin")
    parser.add_argument("package")
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", default="demo:")
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--steps", default="first_boot,doctor,clean_plate,main_job,read_card,camera_unplugged,printer_unplugged")
    args = parser.parse_args()
    bench = Bench(args)
    try:
        for step in args.steps.split(","):
            say(step)
            getattr(bench, step)()
        for number in range(1, args.cuts + 1):
            bench.cut(number)
        if args.idle:
            bench.idle(args.idle)
        say("all of it held")
    except (Gone, AssertionError) as error:
        bench.facts["failed"] = str(error)
        say("FAILED", error)
        try:
            bench.shot("failed")
        except (Gone, OSError, ValueError):
            pass
        return 1
    finally:
        bench.finish()
        print(json.dumps(bench.facts, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
