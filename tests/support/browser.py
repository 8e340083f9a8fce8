"""A real browser: Debian's Chromium, without a window, without a network, with nothing in its memory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

MISSING = (
    "there is no chromium with its chromedriver; `make browser` installs them on Debian, as root"
)


class Browser:
    """One running browser; `folder` is new and empty, and holds all that it writes."""

    def __init__(self, folder: Path) -> None:
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if chromium is None or driver is None:
            pytest.skip(MISSING)
        options = ChromeOptions()
        options.binary_location = chromium
        for argument in (
            "--headless=new",
            "--no-sandbox",  # which root must say, and containers often
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--window-size=1200,1000",
            f"--user-data-dir={folder / 'profile'}",
        ):
            options.add_argument(argument)
        self._folder = folder
        self._driver = Chrome(options=options, service=ChromeService(executable_path=driver))

    def close(self) -> None:
        """End the browser."""
        self._driver.quit()

    def open(self, page: str) -> None:
        """Show a page that was written to a file, as who opens it would."""
        file = self._folder / "page.html"
        file.write_text(page, encoding="utf-8")
        self._driver.get(file.as_uri())

    def ask(self, script: str, *arguments: Any) -> Any:
        """Run a function's body in the page, whatever the page's policy is, and give what it returns."""
        return self._driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """Give what can be read in each element that a selector finds, spaces made one."""
        found = self._driver.find_elements("css selector", selector)
        return [" ".join(element.text.split()) for element in found]

    def click(self, selector: str) -> None:
        """Click the first element that a selector finds."""
        self._driver.find_element("css selector", selector).click()

    def type_into(self, selector: str, keys: str) -> None:
        """Press keys while an element has the focus."""
        self._driver.find_element("css selector", selector).send_keys(keys)

    def prefer(self, scheme: str) -> None:
        """Be somebody who likes pages `light` or `dark`, and nothing that moves by itself."""
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        self._driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": name, "value": value} for name, value in features.items()]},
        )

    def resize(self, width: int, height: int) -> None:
        """Make the page as wide and high as a screen."""
        self._driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def screenshot(self, file: Path) -> None:
        """Write a picture of what is shown."""
        self._driver.save_screenshot(str(file))
