"""The report as a browser shows it, on a desk and on a phone."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import pytest

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WIDTHS = {"desk": 1280, "phone": 390}

# A page around the report, since a browser without a screen has no window as narrow as a phone.
AROUND = """<iframe src="{page}" width="{width}" height="900"></iframe><pre></pre>
<script>
addEventListener("load", () => {{
  const page = document.querySelector("iframe").contentDocument;
  const box = (part) => part.getBoundingClientRect();
  const inside = (part) => part.closest(".scroll, pre, svg, details:not([open])");
  document.querySelector("pre").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    wide: [...page.querySelectorAll("body *")]
      .filter((part) => box(part).right > {width} + 1 && !inside(part))
      .map((part) => part.outerHTML.slice(0, 80)),
    images: [...page.images].map((image) =>
      [image.naturalWidth, box(image).width, box(image).height]),
    top: box(page.querySelector("#claims")).top,
    claims: [...page.querySelectorAll("tr[id^=claim-] > td:last-child .verdict")]
      .filter((part) => box(part).height)
      .map((part) => getComputedStyle(part).backgroundColor + " " + part.textContent),
    small: [...page.querySelectorAll("p, td, figcaption")]
      .filter((part) => parseFloat(getComputedStyle(part).fontSize) < 11).length,
    broken: [...page.querySelectorAll("a[href^='#']")].map((link) => link.getAttribute("href"))
      .filter((name) => !page.getElementById(name.slice(1))),
  }});
}});
</script>"""


@pytest.fixture(scope="module", params=WIDTHS.values(), ids=WIDTHS)
def shown(request, smoke, tmp_path_factory):
    """What a browser of some width makes of the report: measures, and what its console says."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    folder = tmp_path_factory.mktemp("page")
    page = (smoke.directory / "results" / "report.html").as_uri()
    around = folder / "around.html"
    around.write_text(AROUND.format(page=page, width=request.param))
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"]
    command += ["--allow-file-access-from-files", "--enable-logging=stderr", "--log-level=0"]
    command += ["--virtual-time-budget=60000", "--window-size=1400,1000", "--dump-dom"]
    finished = subprocess.run(
        [*command, around.as_uri()], capture_output=True, text=True, timeout=300, check=True
    )
    found = re.findall("<pre>(.*?)</pre>", finished.stdout, re.DOTALL)[0]
    console = [line for line in finished.stderr.splitlines() if "CONSOLE" in line]
    return request.param, json.loads(html.unescape(found)), console


def test_the_console_has_nothing_to_say(shown):
    assert shown[2] == []


def test_nothing_is_wider_than_the_window_but_what_scrolls_by_itself(shown):
    width, found, _ = shown
    assert found["wide"] == []
    assert found["width"] <= width


def test_all_figures_are_seen(shown):
    width, found, _ = shown
    assert len(found["images"]) >= 12
    for pixels, wide, high in found["images"]:
        assert pixels > 1000
        assert 300 < wide <= width
        assert high > 80


def test_verdicts_are_seen_first_as_words_and_colours(shown):
    _, found, _ = shown
    assert found["top"] < 900
    assert len(found["claims"]) > 30
    colours = {text.split(") ")[1]: text.split(") ")[0] for text in found["claims"]}
    assert len(set(colours.values())) == len(colours) > 1


def test_text_is_large_enough_and_links_lead_somewhere(shown):
    _, found, _ = shown
    assert found["small"] == 0
    assert found["broken"] == []
