"""The emulated station's day: it boots, joins, takes a photograph, prints, reads a card, loses its camera and its
printer and its power. What was seen and measured lies in OUT; the exit code says whether all of it held.

    drive.py ARCH OUT BIN EXAMPLES PACKAGE [--cuts N] [--seed N] [--scene DIR] [--idle SECONDS] [--limit SECONDS]

BIN holds the programs of this machine (server, guided run), EXAMPLES the simulated printer and what makes camera
pictures, PACKAGE is the station's .deb.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import HERE, Gone, Machine  # noqa: E402

WIDTH, HEIGHT = 1280, 720
PIN = "493817"
# A sample person with an active PNS's rights (person::sample); the first one walks on this machine.
PERSON = 5


# The station's word once it has a display, and where the printer is plugged in.
SHOWN = r"anjungan\[\d+\]: Rendering at"
GADGET = "/sys/kernel/config/usb_gadget/printer/UDC"
# The exit code when nothing wrong was seen, but something did not come in time.
LATE = 3
DOCTOR = ("setpriv --reuid anjungan --regid anjungan --init-groups anjungan doctor --json"
          " --config /etc/anjungan/station.toml")


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def beside(command, **more):
    """A program of this machine, which ends with this one, also when this one is killed."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], **more)


class Office:
    """The central server with made-up people, on this machine."""

    def __init__(self, out, bin):
        self.data, self.bin, self.out = out / "central", bin, out
        self.people = out / "people"
        subprocess.run([bin / "anjungan-central", "sample", "--data", self.data, "--count", "60", "--seed", "1",
                        "--credentials", self.people], check=True, stderr=open(out / "central.log", "wb"))
        self.server = beside(
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

    def approve(self, name):
        """An administrator's word that the station with this name is the office's own; it has joined by now."""
        found = self.asked("SELECT id FROM devices WHERE name = ?", name)
        subprocess.run([self.bin / "anjungan-central", "device", "approve", "--data", self.data, found[0][0]],
                       check=True, capture_output=True)

    def person(self, number):
        nip, password = self.people.read_text().splitlines()[number].split(",")[:2]
        return nip, password

    def asked(self, sql, *values):
        """Reads the server's database beside it."""
        path = next(self.data.glob("*.sqlite"))
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute(sql, values).fetchall()

    def printed(self, station):
        return self.asked("SELECT count(*) FROM prints WHERE outcome = 'printed' AND device_id IN"
                          " (SELECT id FROM devices WHERE name = ?)", station)[0][0]

    def issues(self, nip):
        return self.asked("SELECT count(*) FROM issues WHERE nip = ?", nip)[0][0]


class Printer:
    """A receipt printer on a plug of its own."""

    def __init__(self, out, examples):
        self.folder = out / "slips"
        self.folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = beside([examples / "escpos_printer", str(self.port)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def order(self, words, answer=False):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip() if answer else None

    def slips(self):
        """How many whole slips came out. What a broken-off job left is cut off too, but has fewer rows than a whole one."""
        self.order(f"save {self.folder}", answer=True)
        heights = [int.from_bytes(file.read_bytes()[20:24], "big") for file in self.folder.glob("slip-*.png")]
        return sum(height > max(heights) - 8 for height in heights)


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
        office.approve("Peta")
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
        self.bin, self.examples = Path(args.bin), Path(args.examples)
        self.rng = random.Random(args.seed)
        self.facts = {"arch": args.arch}
        self.shots = 0
        self.step = "made ready"
        # How often paper was asked for.
        self.asked_for = 0
        self.office = self.printer = self.machine = None

    def make_ready(self, args):
        begun = time.monotonic()
        self.office = Office(self.out, self.bin)
        self.printer = Printer(self.out, self.examples)
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
        subprocess.run([HERE / "image", args.arch, self.out, args.package, self.out / "batch.toml", self.out / "frames"],
                       check=True)
        self.facts["made_ready_seconds"] = round(time.monotonic() - begun, 1)
        say(f"the disk is made, {self.facts['made_ready_seconds']:.0f} s")
        self.machine = Machine(args.arch, self.out, self.printer.port, WIDTH, HEIGHT)

    def frames(self, scene):
        frames = self.out / "frames"
        frames.mkdir()

        def write(uri, name, count, *more):
            subprocess.run([self.examples / "camera_frames", uri, str(WIDTH), str(HEIGHT), str(count),
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
        # A screen takes no press before people could have seen it (session::SETTLING). Keys of a pad come one after
        # the other on the same screen.
        if len(label) > 1:
            time.sleep(0.6)
        self.machine.touch(*self.walk.at(shot, label))

    def press_for(self, shot, label, screen, each=15, tries=4):
        """Presses until that screen comes: while a machine is busy with starting, a touch may be lost."""
        for last in range(tries - 1, -1, -1):
            self.press(shot, label)
            try:
                return self.machine.screen(screen, each)
            except Gone:
                if not last:
                    raise
        return None

    def boot(self, patience=300):
        """From power to the first screen."""
        begun = time.monotonic()
        self.machine.wait(SHOWN, patience, "the screen")
        return time.monotonic() - begun

    def sign_in(self, nip, password, quick=False):
        self.press_for("attract", "Mulai", "choose")
        self.press_for("choose", "Kartu Saya", "phone")
        self.press_for("sign-in-phone", "Masuk dengan NIP", "sign-in")
        time.sleep(1)
        for letter in nip:
            self.press("sign-in-nip", letter)
        if not quick:
            self.shot("nip")
        self.press("sign-in-nip-typed", "Lanjut")
        # Nothing tells when the page of the password is there: letters that came too early are typed again.
        for patience in (15, 30, 60):
            time.sleep(2)
            for letter in password:
                self.machine.key(*keys_of(letter))
            if not quick:
                self.shot("password")
            self.press("sign-in-password-typed", "Masuk")
            try:
                return self.machine.screen("my-card", patience)
            except Gone as gone:
                late = gone
        raise late

    def to_photo(self, nip):
        """From the person's card to the invitation; who has a card finds another button."""
        if self.office.issues(nip):
            self.press_for("my-card-again", "Perbarui Foto", "photo")
        else:
            self.press_for("my-card", "Ambil Foto", "photo")

    def photograph(self, nip, quick=False):
        """Up to the photo that is shown for judgement."""
        self.to_photo(nip)
        if not quick:
            time.sleep(1)
            self.shot("photo-invite")
        self.press("photo-invite", "Mulai")
        # The button answers once the picture is good, and three seconds later the shutter falls: the person
        # presses until it does.
        begun = time.monotonic()
        while True:
            time.sleep(1 if quick else 4)
            self.machine.shot("shots/photo-live.png")
            self.press("photo-live", "Ambil Foto")
            try:
                self.machine.screen("review", 8)
                break
            except Gone:
                if time.monotonic() - begun > 180:
                    raise
        if not quick:
            time.sleep(5)
            self.shot("review")

    def accept(self):
        # The button comes a moment after the screen has its name.
        time.sleep(2)
        self.press_for("review-landscape", "Gunakan Foto Ini", "accepting", 6, 8)

    def to_card(self, nip):
        """To the card that is shown; who has one needs no other photo."""
        if self.office.issues(nip):
            self.press_for("my-card-again", "Lihat dan Cetak", "issued")
        else:
            self.photograph(nip, quick=True)
            self.accept()
            self.machine.screen("issued", 120)

    def to_paper(self):
        self.machine.screen("issued", 120)
        time.sleep(5)
        self.shot("issued")
        self.print_it()
        self.shot("printing")
        self.machine.screen("done", 180)
        time.sleep(2)
        self.shot("done")

    def print_it(self):
        self.asked_for += 1
        self.press_for("issued", "Cetak", "printing")

    def home(self):
        """Whatever is shown, the first screen comes back; a restart is the surest way."""
        self.machine.mark()
        self.machine.run("systemctl restart anjungan", 180)
        self.machine.wait(SHOWN, 120, "the screen")

    def printed(self, before, patience=0):
        """How many slips came out since then; the last one may still be on its way through the lines."""
        end = time.monotonic() + patience
        while self.printer.slips() == before and time.monotonic() < end:
            time.sleep(0.5)
        return self.printer.slips() - before

    # The day

    def first_boot(self):
        say("power on")
        took = self.boot()
        self.facts["boot_first_seconds"] = round(took, 1)
        say(f"first screen after {took:.0f} s")
        time.sleep(2)
        self.shot("attract-unjoined")
        self.machine.wait(r"Joined as Anjungan bangku", 180, "joining from the boot partition")
        # Joining proves nothing: the bench has just made this machine itself, so it approves its own.
        self.office.approve("Anjungan bangku")
        # The file is wiped, and then the screen starts anew; it waits for approval until it has asked the server.
        self.machine.wait(SHOWN, 120, "the screen")
        self.machine.screen("attract", 120)
        code, words = self.machine.run("ls -A /boot/firmware; until systemctl -q is-active anjungan; do sleep 1; done")
        assert code == 0 and not words, f"the batch file is not wiped: {words}"
        time.sleep(2)
        self.shot("attract")
        self.facts["joined_by_serial_number"] = True
        self.scene("plate")

    def doctor(self):
        code, words = self.machine.run(DOCTOR, 240)
        findings = [json.loads(line) for line in words.splitlines() if line.startswith("{")]
        self.facts["doctor"] = {finding["part"]: finding["verdict"] for finding in findings}
        (self.out / "doctor.jsonl").write_text(words + "\n")
        for part in ("display", "touch", "camera", "printer", "network", "central", "keys", "disk"):
            assert self.facts["doctor"].get(part) == "well", f"{part}: {words}"

    def clean_plate(self):
        """The empty backdrop, taken by the technician's command while nobody is before the camera."""
        self.scene("plate")
        self.machine.mark()
        code, words = self.machine.run(
            "systemctl stop anjungan; setpriv --reuid anjungan --regid anjungan --init-groups anjungan plate take --wait 0 --config"
            " /etc/anjungan/station.toml; code=$?; systemctl start anjungan; exit $code", 300)
        self.facts["plate"] = words.splitlines()[-1] if words else str(code)
        assert code == 0, f"no clean plate: {words}"
        self.machine.wait(SHOWN, 120, "the screen")

    def main_job(self, name="main_job"):
        nip, password = self.office.person(PERSON)
        before = self.printer.slips()
        self.scene("face")
        begun = time.monotonic()
        self.sign_in(nip, password)
        self.photograph(nip)
        self.accept()
        self.to_paper()
        took = time.monotonic() - begun
        slips = self.printed(before, 10)
        assert slips == 1, f"{slips} slips came out"
        self.facts[name + "_seconds"] = round(took, 1)
        say(f"from touch to paper in {took:.0f} s")

    def read_card(self):
        self.home()
        self.scene("card")
        self.press_for("attract", "Mulai", "choose")
        self.press_for("choose", "Periksa Kartu Tamu", "check")
        found = self.machine.wait(r'verdict="?(\w+)', 120, "a verdict")
        time.sleep(3)
        self.shot("verdict")
        self.facts["card_through_v4l2"] = found.group(1)
        assert found.group(1) == "Valid", found.group(1)

    def camera_unplugged(self):
        """The camera's plug is pulled while a person stands before it, and put back: the station says so, and goes on."""
        self.home()
        self.scene("face")
        nip, password = self.office.person(PERSON)
        self.sign_in(nip, password, quick=True)
        self.to_photo(nip)
        self.press("photo-invite", "Mulai")
        time.sleep(8)
        self.shot("camera-there")
        # The feeding ends first; then the device goes although the station holds it, which the bench's driver can do.
        code, words = self.machine.run("systemctl stop bench-camera; lsof=$(ls -l /proc/$(systemctl show -P MainPID anjungan)/fd"
                                       " | grep -c video0); v4l2loopback-ctl delete /dev/video0; udevadm settle;"
                                       " echo \"held $lsof\"; ls /dev/video0", 60)
        assert code != 0, f"the device is still there: {words}"
        assert "held 0" not in words, f"the station did not hold the camera: {words}"
        begun = time.monotonic()
        self.machine.wait(r"alert=Camera on=true", 60, "the station's word that the camera is gone")
        self.facts["camera_missed_seconds"] = round(time.monotonic() - begun, 1)
        time.sleep(3)
        self.shot("camera-gone")
        begun = time.monotonic()
        # As udev does it for a new plug: the driver comes anew, and with it /dev/video0.
        code, words = self.machine.run("for n in $(seq 20); do rmmod v4l2loopback && break; sleep 1; done;"
                                       " systemctl start bench-camera", 90)
        assert code == 0, f"the camera cannot be plugged in again: {words}"
        self.machine.wait(r"alert=Camera on=false", 90, "the station's word that the camera is back")
        self.facts["camera_back_seconds"] = round(time.monotonic() - begun, 1)
        time.sleep(5)
        self.shot("camera-back")
        # The same person goes on as if nothing had been.
        for _ in range(15):
            self.press("photo-live", "Ambil Foto")
            try:
                self.machine.screen("review", 10)
                break
            except Gone:
                self.machine.shot("shots/photo-live.png")
        else:
            raise Gone("no photo was taken once the camera was back")
        time.sleep(2)
        self.shot("camera-went-on")

    def keys_lead_nowhere(self):
        """A USB keyboard in curious hands: no key changes the console, gets a login, or stops or restarts the machine."""
        self.home()
        self.scene("plate")
        look = ("cat /sys/class/tty/tty0/active /proc/sys/kernel/random/boot_id; systemctl is-active getty@tty1;"
                " pgrep -cx 'agetty|login'")
        # Consoles that exist, as console-setup leaves them, and a keyboard that may change between them: it does, or this
        # bench would see nothing.
        self.machine.run("for n in $(seq 2 12); do : >/dev/tty$n; done; kbd_mode -f -u -C /dev/tty1")
        self.machine.key("ctrl", "alt", "f2")
        _, there = self.machine.run(look)
        assert there.startswith("tty2\n"), f"the console does not even change when it may: {there}"
        self.machine.run("chvt 1")
        self.home()
        _, before = self.machine.run(look)
        console, _, login, _ = before.splitlines()
        assert (console, login) == ("tty1", "inactive"), f"not the station's console: {before}"
        pid = "systemctl show -P MainPID anjungan"
        _, own = self.machine.run(pid)
        for keys in (("ctrl", "c"), ("ctrl", "z"), ("ctrl", "backslash"), ("esc",), ("alt", "tab"), ("alt", "f4"), ("meta_l",),
                     ("ctrl", "alt", "backspace"), ("ctrl", "alt", "t"), ("alt", "sysrq", "b"), ("alt", "sysrq", "r"), ("power",),
                     ("sleep",), ("alt", "right"), ("alt", "f2"), *(("ctrl", "alt", f"f{n}") for n in range(1, 13))):
            self.machine.key(*keys)
        # The button of the case is the same key.
        self.machine.control("system_powerdown")
        time.sleep(3)
        _, after = self.machine.run(look)
        assert after == before, f"keys led away: {before}, then {after}"
        _, still = self.machine.run(pid)
        assert still == own, "a key ended the station's program"
        # Slint ends its own loop at these three: the program begins anew, the machine does not.
        self.machine.mark()
        self.machine.key("ctrl", "alt", "delete")
        self.machine.wait(SHOWN, 120, "the screen")
        _, after = self.machine.run(look)
        assert after == before, f"Ctrl+Alt+Delete led away: {before}, then {after}"
        self.press_for("attract", "Mulai", "choose")
        self.shot("after-the-keys")
        self.facts["keys_lead_nowhere"] = True

    def turned_picture(self):
        """A technician turns the picture a quarter. Untouched it comes back; where it is touched, touches follow it."""
        self.home()

        def turn():
            self.machine.mark()
            self.machine.run("cd /var/lib/anjungan; printf 'turn = 90\\ntrial = 0\\n' >setup.new; chown anjungan: setup.new;"
                             " mv setup.new setup.toml")
            # Nobody starts the screen anew here: the package's own units see what was chosen.
            self.machine.wait(r"Rendering at \d+x\d+ with 90 ", 60, "the turned picture")
            time.sleep(3)

        turn()
        self.shot("turned")
        begun = time.monotonic()
        self.machine.wait(r"Rendering at \d+x\d+\r?\n", 150, "the picture as it was")
        self.facts["turned_back_seconds"] = round(time.monotonic() - begun, 1)
        # Touches come back too, and with them the screen anew.
        matrix = "udevadm info /dev/input/event* | grep -q 'MATRIX={}'"
        code, _ = self.machine.run(f"for n in $(seq 60); do {matrix.format('1 0 0 0 1 0')} && break; sleep 0.5; done;"
                                   f" {matrix.format('1 0 0 0 1 0')}", 60)
        assert code == 0, "touches stay turned"
        time.sleep(5)
        turn()
        code, _ = self.machine.run(matrix.format("0 1 0 -1 0 1"))
        assert code == 0, "touches were not turned"

        def finger(x, y):
            """On the glass, where it shows this place of the picture."""
            self.machine.touch(1 - y, x)
            time.sleep(1)

        for mark in ((0.1, 0.12), (0.9, 0.12), (0.9, 0.88), (0.1, 0.88)):
            finger(*mark)
        self.shot("touches-follow")
        # `Lanjut`, which is there when all four were met.
        finger(0.675, 0.585)
        self.machine.screen("staff-sign-in", 30)
        _, words = self.machine.run("cat /var/lib/anjungan/setup.toml")
        assert 'done = ["turn", "touch"]' in words and "trial" not in words, words
        self.facts["touches_follow_a_turned_picture"] = True

    def printer_unplugged(self):
        """The printer's USB plug is pulled before the print and put back while the person waits."""
        self.home()
        self.scene("face")
        before = self.printer.slips()
        nip, password = self.office.person(PERSON)
        self.sign_in(nip, password, quick=True)
        self.to_card(nip)
        code, words = self.machine.run(f"systemctl stop bench-printer; echo >{GADGET}; udevadm settle; ls /dev/usb/lp0", 60)
        assert code != 0, f"the printer is still there: {words}"
        self.print_it()
        self.machine.wait(r"printer error=.*does not answer", 60, "the station's word that the printer is gone")
        time.sleep(6)
        self.shot("printer-gone")
        assert self.printed(before) == 0, "a slip came out of a printer that was not there"
        begun = time.monotonic()
        self.machine.run("systemctl start bench-printer", 60)
        self.machine.screen("done", 240)
        self.facts["printer_back_seconds"] = round(time.monotonic() - begun, 1)
        time.sleep(2)
        self.shot("printer-back")
        slips = self.printed(before, 10)
        assert slips == 1, f"{slips} slips came out"

    def cut(self, number):
        """Power goes at a random moment while a card is made or printed. What was accepted arrives, and no slip comes twice."""
        begun = time.monotonic()
        nip, password = self.office.person(PERSON)
        # After a cut the first screen is what is shown.
        if number == 1:
            self.home()
        self.scene("face")
        issues, slips_before = self.office.issues(nip), self.printer.slips()
        # Half of them while a card is made, half while one is printed.
        pressed = self.rng.random() < 0.5
        # Paper takes longer than a card; the last moments are those in which it lies there and is not noted yet.
        wait = self.rng.uniform(0.0, 12.0 if pressed else 6.0)
        self.sign_in(nip, password, quick=True)
        before = self.machine.seen
        if pressed:
            self.to_card(nip)
            self.print_it()
        else:
            self.photograph(nip, quick=True)
            before = self.machine.seen
            self.accept()
        time.sleep(wait)
        # One answer of the machine's controls, and nothing that is said after the cut.
        self.machine.cut_power()
        text = self.machine.serial()[before:]
        kept = "an acceptance is on the disk" in text
        self.machine.mark()
        up = self.boot()
        # A loopback that nobody has set up yet claims sizes and rates without end.
        self.machine.run("until [ -e /run/bench-camera ]; do sleep 0.2; done")
        asked = time.monotonic()
        code, words = self.machine.run(DOCTOR)
        looked = time.monotonic() - asked
        keys = [json.loads(line) for line in words.splitlines() if '"part":"keys"' in line]
        assert keys and keys[0]["verdict"] == "well", f"after cut {number}: {words}"
        end = time.monotonic() + 120
        while kept and self.office.issues(nip) == issues and time.monotonic() < end:
            time.sleep(0.5)
        came = self.office.issues(nip) - issues
        assert came == 1 if kept else came <= 1, f"cut {number}: accepted before the cut: {kept}, and {came} cards came"
        # What is said to be printed lies there, and no more lies there than was asked for.
        said = self.office.printed("Anjungan bangku")
        slips = self.printer.slips()
        assert said <= slips <= self.asked_for, (
            f"cut {number}: {self.asked_for} slips asked for, {slips} came out, {said} are said to be printed")
        took = time.monotonic() - begun
        self.facts.setdefault("cuts", []).append(
            {"print_asked": pressed, "seconds_after": round(wait, 2), "was_kept": kept, "cards": came, "slips": slips - slips_before,
             "boot_seconds": round(up, 1), "doctor_seconds": round(looked, 1), "seconds": round(took, 1)})
        say(f"cut {number}: {wait:.1f} s after {'Cetak' if pressed else 'Gunakan Foto Ini'}, kept {kept}, {slips - slips_before} slips;"
            f" up again in {up:.0f} s, {took:.0f} s in all")

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
        if self.machine:
            self.machine.off()
        # Two gigabytes, which only a failure makes worth a look.
        if "failed" not in self.facts:
            for disk in ("root.img", "data.img"):
                (self.out / disk).unlink(missing_ok=True)
        for process in (self.office and self.office.server, self.printer and self.printer.process):
            if process:
                process.terminate()


def keys_of(letter):
    names = {"-": ("minus",), " ": ("spc",), ".": ("dot",), "_": ("shift", "minus"), "/": ("slash",)}
    if letter in names:
        return names[letter]
    return ("shift", letter.lower()) if letter.isupper() else (letter,)


class Over(BaseException):
    """The day's time is over, or somebody ended it: not to be tried again by whoever waits for something."""

    def __init__(self, number):
        super().__init__("the time is over" if number == signal.SIGALRM else f"stopped by signal {number}")
        self.code = LATE if number == signal.SIGALRM else 128 + number


def stopped(number, _frame):
    raise Over(number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("arch")
    parser.add_argument("out")
    parser.add_argument("bin")
    parser.add_argument("examples")
    parser.add_argument("package")
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", default="demo:")
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--limit", type=int, help="seconds that the machine's day may last")
    parser.add_argument("--steps", default="first_boot,doctor,clean_plate,main_job,read_card,printer_unplugged,cuts")
    args = parser.parse_args()
    # Three times what two shared cores need.
    limit = args.limit or 1500 + 240 * args.cuts + args.idle
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    bench = Bench(args)
    try:
        bench.make_ready(args)
        signal.alarm(limit)
        steps = []
        for step in args.steps.split(","):
            if step == "cuts":
                steps += [(f"cut {n}", lambda n=n: bench.cut(n)) for n in range(1, args.cuts + 1)]
            else:
                steps.append((step, getattr(bench, step)))
        if args.idle:
            steps.append(("idle", lambda: bench.idle(args.idle)))
        for bench.step, act in steps:
            say(bench.step)
            begun, cost = time.monotonic(), bench.machine.processor_seconds()
            act()
            bench.facts.setdefault("seconds", {})[bench.step] = {
                "clock": round(time.monotonic() - begun, 1),
                "processor": round(bench.machine.processor_seconds() - cost, 1)}
        say("all of it held")
        return 0
    # Whatever it was: which step, what the glass showed, what the machine said last.
    except (Exception, Over) as error:
        signal.alarm(0)
        bench.facts["failed"] = {"step": bench.step, "why": f"{type(error).__name__}: {error}"}
        say(f"FAILED at {bench.step}: {error}")
        if not isinstance(error, (Gone, Over, AssertionError)):
            traceback.print_exc()
        if bench.machine:
            try:
                say(f"its glass: {bench.shot('failed')}")
            except (Gone, OSError, ValueError):
                pass
            say(f"its words: {bench.out / 'serial.log'}")
        return error.code if isinstance(error, Over) else LATE if isinstance(error, Gone) else 1
    finally:
        bench.finish()
        print(json.dumps(bench.facts, indent=1))


if __name__ == "__main__":
    sys.exit(main())
