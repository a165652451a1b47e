#!/usr/bin/env python
"""How fast the public pages feel: bytes, requests and paint on a simulated slow phone.

    make demo                                            # in one terminal
    .venv/bin/python tests/load/pages.py [ADDRESS]       # in another; http://127.0.0.1:8000 by default

A slow phone: 390 px wide, processor 4 times slower, 1.6 Mbit/s, 150 ms there and back. Each page is opened
three times with an empty cache and the median is printed above the goals. Exit code 1 when a page misses one.
"""

import statistics
import sys
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = (
    "/fr/",
    "/fr/calls/",
    "/fr/calls/{call}/",
    "/fr/programme/",
    "/fr/axes/business/",
    "/fr/actions/creative-vouchers/",
    "/fr/hubs/",
    "/fr/hubs/trakk/",
    "/fr/results/",
    "/fr/contact/",
    "/fr/accessibility/",
    "/fr/privacy/",
)
MOST_BYTES, MOST_REQUESTS, SLOWEST_PAINT, MOST_BLOCKED = 30_000, 8, 700, 50
HEAD = f"{'page':<34}{'kB':>6}{'fonts':>7}{'requests':>10}{'LCP ms':>8}{'blocked':>9}{'CLS':>7}{'304':>5}"
# Paint and shifts as the browser tells them, from the first moment on.
WATCH = """
window.seen = {paint: 0, shift: 0, blocked: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.paint = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value;
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) seen.blocked += Math.max(0, e.duration - 50);
}).observe({type: 'longtask', buffered: true});
"""


@dataclass
class Visit:
    """One visit: bytes on the wire by kind, and what the browser saw."""

    size: int = 0  # without fonts
    fonts: int = 0
    requests: int = 0
    hosts: set[str] = field(default_factory=set)
    paint: float = 0
    shift: float = 0
    blocked: float = 0


def visit(browser, address: str) -> Visit:
    """Open a page as somebody who never came here, on the slow phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="fr-BE"
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    found, kinds = Visit(), {}

    def sent(event):
        kinds[event["requestId"]] = event.get("type", "")
        url = urlsplit(event["request"]["url"])
        if url.scheme.startswith("http"):
            found.requests += 1
            found.hosts.add(url.netloc)

    def received(event):
        font = kinds.get(event["requestId"]) == "Font"
        setattr(
            found,
            "fonts" if font else "size",
            (found.fonts if font else found.size) + event["encodedDataLength"],
        )

    session.on("Network.requestWillBeSent", sent)
    session.on("Network.loadingFinished", received)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": 1.6e6 / 8,
            "uploadThroughput": 750e3 / 8,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(400)
    seen = page.evaluate("seen")
    found.paint, found.shift, found.blocked = seen["paint"], seen["shift"], seen["blocked"]
    context.close()
    return found


def answers_304(address: str) -> bool:
    """Whether a reader who comes back is told that nothing changed."""
    with urllib.request.urlopen(address) as response:  # noqa: S310
        known = response.headers["ETag"]
    request = urllib.request.Request(address, headers={"If-None-Match": known or "none"})  # noqa: S310
    try:
        with urllib.request.urlopen(request):  # noqa: S310
            return False
    except urllib.error.HTTPError as error:
        return error.code == 304


def main(site: str) -> int:
    late = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{site}/fr/calls/")
        call = (
            page.locator("[data-testid=call-card] a").first.get_attribute("href").rstrip("/").split("/")[-1]
        )
        page.close()
        print(HEAD)
        for path in PAGES:
            path = path.format(call=call)
            visits = [visit(browser, site + path) for _again in range(3)]
            size, requests = max(v.size for v in visits), max(v.requests for v in visits)
            paint = statistics.median(v.paint for v in visits)
            blocked = statistics.median(v.blocked for v in visits)
            shift = max(v.shift for v in visits)
            fonts = max(v.fonts for v in visits)
            same = answers_304(site + path)
            strangers = {host for v in visits for host in v.hosts} - {urlsplit(site).netloc}
            print(
                f"{path:<34}{size / 1000:>6.1f}{fonts / 1000:>7.1f}{requests:>10}{paint:>8.0f}{blocked:>9.0f}"
                f"{shift:>7.3f}{'yes' if same else 'no':>5}"
            )
            if (
                size > MOST_BYTES
                or requests > MOST_REQUESTS
                or paint > SLOWEST_PAINT
                or blocked > MOST_BLOCKED
                or shift > 0
                or strangers
            ):
                late.append(path)
        browser.close()
    print(f"{'goals':<34}{'≤ 30':>6}{'':>7}{'≤ 8':>10}{'≤ 700':>8}{'≤ 50':>9}{'0':>7}")
    if late:
        print("Over the goal: " + ", ".join(late))
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main((sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")))
