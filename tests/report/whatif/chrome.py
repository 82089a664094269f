"""A page in headless Chromium, driven over a pipe: no driver to install, no port to open."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ..test_browser import CHROMIUM, FLAGS

__all__ = ["CHROMIUM", "Page"]

_WAIT = 60.0

_AT_3_AND_4 = """
import os, sys
copies = [os.dup(int(number)) for number in sys.argv[1:3]]
for place, copy in zip((3, 4), copies):
    os.dup2(copy, place)
    os.set_inheritable(place, True)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands at 3 and writes answers at 4."""


class Page:
    """One page; ``with Page(file, profile) as page`` closes the browser at the end."""

    def __init__(self, file: Path, profile: Path, width: int = 1280, height: int = 900) -> None:
        assert CHROMIUM is not None
        to_browser, from_us = os.pipe()
        to_us, from_browser = os.pipe()

        arguments = [CHROMIUM, *FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        self._browser = subprocess.Popen(
            [sys.executable, "-c", _AT_3_AND_4, str(to_browser), str(from_browser), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser),
        )
        os.close(to_browser)
        os.close(from_browser)
        self._out, self._in = from_us, to_us
        self._buffer, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.open(file, width, height)

    def open(self, file: Path, width: int = 1280, height: int = 900) -> None:
        """Open a file anew, in a window of that size."""
        self.events.clear()
        self.size(width, height)
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=file.resolve().as_uri())
        self.wait("document.readyState === 'complete' && location.protocol === 'file:'")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command, and its answer."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        end = time.monotonic() + _WAIT
        while True:
            message = self._message(end)
            if message.get("id") == self._number:
                assert "error" not in message, message
                answer: dict[str, Any] = message["result"]
                return answer
            self.events.append(message)

    def _message(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(end - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            self._buffer += os.read(self._in, 1 << 20)
        first, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        return message

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        end = time.monotonic() + _WAIT
        while not self.run(condition):
            assert time.monotonic() < end, f"{condition} never came true"
            time.sleep(0.02)

    def size(self, width: int, height: int) -> None:
        """A window of that size, as on a telephone where it is narrow."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def slow(self, times: float) -> None:
        """A processor that is so many times slower."""
        self.send("Emulation.setCPUThrottlingRate", rate=times)

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        """A key on the keyboard."""
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """A picture of the page."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def printed(self, file: Path) -> bytes:
        """The page on paper."""
        pdf = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        file.write_bytes(base64.b64decode(pdf["data"]))
        return file.read_bytes()

    def troubles(self) -> list[str]:
        """Requests other than for the page itself, and what its console complained of."""
        self.run("0")
        found = []
        for event in self.events:
            method, values = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                url = values["request"]["url"]
                if not url.startswith(("file:", "data:", "blob:")):
                    found.append(url)
            elif method == "Runtime.exceptionThrown" or (
                method == "Log.entryAdded" and values["entry"]["level"] == "error"
            ):
                found.append(json.dumps(values)[:500])
        return found

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._browser.terminate()
        self._browser.wait(timeout=20)
        os.close(self._out)
        os.close(self._in)
