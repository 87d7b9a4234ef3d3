"""The emulated station as seen from outside: its glass, its plug and a line to what runs in it."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Gone(Exception):
    """It did not come, or it did not answer in time."""


class Machine:
    def __init__(self, arch, out, printer_port, width=1280, height=720):
        self.out = Path(out)
        self.seen = self.asked = 0
        (self.out / "serial.log").write_bytes(b"")
        # A session of its own, so that all of it can be ended together; and it ends when this process is killed.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", HERE / "qemu", arch, out, str(printer_port), str(width), str(height)],
            stdout=open(self.out / "qemu.log", "wb"), stderr=subprocess.STDOUT, start_new_session=True,
        )
        self.qmp = self._connect("qmp.sock", 120)
        self.qmp_lines = self.qmp.makefile("rw")
        json.loads(self.qmp_lines.readline())
        self.control("qmp_capabilities")
        self.line = None

    def _connect(self, name, patience):
        end = time.monotonic() + patience
        while True:
            try:
                s = socket.socket(socket.AF_UNIX)
                s.connect(str(self.out / name))
                return s
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Gone(f"{name}: {error}; see {self.out}/qemu.log") from error
                time.sleep(0.2)

    def control(self, command, **arguments):
        self.asked += 1
        message = {"execute": command, "id": self.asked}
        if arguments:
            message["arguments"] = arguments
        self.qmp_lines.write(json.dumps(message) + "\n")
        self.qmp_lines.flush()
        while True:
            answer = json.loads(self.qmp_lines.readline())
            # Not an event, nor the answer to what was given up.
            if answer.get("id") != self.asked:
                continue
            if "error" in answer:
                raise Gone(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    # The glass

    def shot(self, path):
        """What the display shows, as PNG; the path is below OUT."""
        path = Path(path)
        self.control("screendump", filename="/out/" + str(path), format="png")
        return self.out / path

    def touch(self, x, y, hold=0.08):
        """A finger at these shares of width and height."""
        at = {"slot": 0, "tracking-id": 1}
        point = [("x", x), ("y", y)]
        self.control("input-send-event", events=[
            {"type": "mtt", "data": {"type": "begin", "axis": "x", "value": 0, **at}},
            *({"type": "mtt", "data": {"type": "data", "axis": axis, "value": int(share * 0x7FFF), **at}}
              for axis, share in point),
        ])
        time.sleep(hold)
        self.control("input-send-event", events=[
            {"type": "mtt", "data": {"type": "end", "axis": "x", "value": 0, "slot": 0, "tracking-id": -1}},
        ])
        time.sleep(hold)

    def key(self, *names):
        """Keys of a keyboard that is plugged in, pressed together."""
        keys = [{"type": "qcode", "data": name} for name in names]
        self.control("send-key", keys=keys, **{"hold-time": 60})
        time.sleep(0.15)

    # The plug

    def cut_power(self):
        """As if the plug was pulled and put back: what the machine had not written is gone."""
        self.control("system_reset")
        self.line = None

    def off(self):
        try:
            self.control("quit")
        except (Gone, OSError, ValueError):
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def processor_seconds(self):
        """What it has cost so far: unlike a clock's, these seconds are the same beside other work."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(words[2]) == self.process.pid:
                ticks += int(words[11]) + int(words[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    # What it says

    def serial(self):
        return (self.out / "serial.log").read_bytes().decode("utf-8", "replace")

    def mark(self):
        """From here on `wait` looks."""
        self.seen = len(self.serial())

    def wait(self, pattern, patience, what=None):
        """Waits for a line on the serial console, after the last one that was waited for."""
        end = time.monotonic() + patience
        expression = re.compile(pattern)
        while True:
            text = self.serial()
            found = expression.search(text, self.seen)
            if found:
                self.seen = found.end()
                return found
            if self.process.poll() is not None:
                raise Gone("qemu ended; see qemu.log")
            if time.monotonic() > end:
                tail = "\n".join(text.splitlines()[-15:])
                raise Gone(f"waited {patience} s for {what or pattern}; the last lines:\n{tail}")
            time.sleep(0.1)

    def screen(self, name, patience=90):
        """Waits until the station shows this screen."""
        return self.wait(rf'screen="?{name}"?\b', patience, f"the screen {name}")

    def run(self, command, patience=120):
        """Runs a command in the machine; its exit code and its words."""
        end = time.monotonic() + patience
        if self.line is None:
            self.line = self._connect("bench.sock", 60)
            self.line.settimeout(2)
            self.heard = b""
        # What was given up may answer late: only what comes after this command's own mark is its answer.
        self.asked += 1
        mark = f"MARK {self.asked}"
        self.line.sendall(f"echo {mark}; {command}\n".encode())
        words = None
        while True:
            while b"\n" in self.heard:
                line, self.heard = self.heard.split(b"\n", 1)
                text = line.decode("utf-8", "replace")
                if text == f"| {mark}":
                    words = []
                elif words is None:
                    continue
                elif text.startswith("| "):
                    words.append(text[2:])
                elif text.startswith("END "):
                    return int(text[4:]), "\n".join(words)
            if time.monotonic() > end:
                raise Gone(f"{command!r} did not answer in {patience} s")
            try:
                self.heard += self.line.recv(65536)
            except TimeoutError:
                pass
