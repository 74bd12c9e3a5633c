#!/usr/bin/env python3
"""The page of `persist report`: whole, self-contained, and saying what verify and repair say.

With --draw Chromium draws the pages instead, at two sizes, light and dark, and prints them.
"""

import argparse
import html
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import skip

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
CASES = ["surrealdb-3.2.4/poisoned-person-40", "engine-1.1/snapshot-and-log", "engine-1.1/snapshot-lz4-and-log",
         "engine-1.0/doubled-header", "damaged/1.1/0009-hole", "damaged/1.1/0000-cut", "damaged/0.18/0008-garbage-tail",
         "damaged/0.18/0004-flip"]  # the last loses a key with quotes
HEADINGS = ["Map of the files", "Findings", "What starting each release of the engine would do",
            "What a repair would bring back", "Versions over time"]
SIZES = [("light", 1200, 1000, "1"), ("dark", 480, 900, "0")]
BROWSER_SECONDS = 120
VOID = {"meta", "br", "hr", "img", "link", "input"}
PROBLEMS = []


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


class Page(HTMLParser):
    """The text of a page; notes tags that do not match and whatever would be loaded or run."""

    def __init__(self, name, source):
        super().__init__(convert_charrefs=True)
        self.name, self.open_tags, self.counts, self.headings, self.text = name, [], {}, [], []
        self.feed(source)
        self.close()
        expect(not self.open_tags, name, "leaves open", self.open_tags)

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        expect(tag not in {"script", "link", "iframe", "object", "embed", "img"}, self.name, "has a", tag)
        for name, value in attrs:
            loads = name in {"src", "href", "srcset", "data", "action"} or name.startswith("on")
            expect(not loads and "url(" not in (value or ""), self.name, "loads or runs", name, value)
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open_tags.pop()

    def handle_endtag(self, tag):
        expect(self.open_tags and self.open_tags[-1] == tag, self.name, f"</{tag}> closes", self.open_tags[-3:])
        if self.open_tags:
            self.open_tags.pop()

    def handle_data(self, data):
        if self.open_tags and self.open_tags[-1] == "style":
            expect(not re.search(r"url\(|@import", data), self.name, "has a style that loads")
        elif self.open_tags and self.open_tags[-1] == "h2":
            self.headings.append(data)
        self.text.append(data)


def run(persist, *words):
    return subprocess.run([persist, *words], capture_output=True, text=True, check=False)


def check_contents(persist, case, source):
    page = Page(case, source)
    database = TESTDATA / case
    text = " ".join(page.text)
    for heading in HEADINGS:
        expect(heading in page.headings, case, "lacks", heading)
    verify = json.loads(run(persist, "verify", "--json", database).stdout)
    drawn = 0
    for file in verify["files"]:
        for finding in file["findings"]:
            expect(html.unescape(finding["message"]) in text, case, "lacks the finding", finding["message"])
            drawn += finding["severity"] != "info" and finding["length"] > 0
        expect(file["bytes"] == 0 or file["path"] in text, case, "lacks", file["path"])
    expect(source.count("▲") == drawn, case, "marks", source.count("▲"), "findings of", drawn)
    for engine in verify["engines"]:
        expect((engine["error"] or "opens") in text, case, "lacks the forecast of", engine["line"])
    repair = json.loads(run(persist, "repair", "--json", database).stdout)
    for lost in repair["lost"]:
        for key in [item["key"] for item in lost["keys"] if len(item.get("key", "")) in range(1, 40)]:
            expect(key in text, case, "lacks the lost key", key)
        expect(f"{lost['offset']:,}" in text, case, "lacks what is lost at", lost["offset"])
    if repair["lost"]:
        expect(repair["fingerprint"] in text, case, "lacks the fingerprint after a repair")
    else:
        expect("Not in the repaired database" not in text, case, "loses something")


def png_size(path):
    return struct.unpack(">II", path.read_bytes()[16:24]) if path.is_file() else None


def browse(browser, scratch, *words):
    """False where the browser does not run: on a machine without what it needs, or too busy for it."""
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
               f"--user-data-dir={scratch / 'profile'}", *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=BROWSER_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def check_browser(browser, page, case, scratch):
    """Draws and prints the page; whether that was possible."""
    for name, width, height, scheme in SIZES:
        shot = scratch / f"{page.stem}-{name}.png"
        if not browse(browser, scratch, f"--blink-settings=preferredColorScheme={scheme}",
                      f"--window-size={width},{height}", f"--screenshot={shot}", page.as_uri()):
            return False
        expect(png_size(shot) == (width, height), case, name, "is drawn as", png_size(shot))
        # A page of one colour packs into next to nothing.
        expect(shot.is_file() and shot.stat().st_size > 10_000, case, name, "is empty")
    printed = scratch / f"{page.stem}.pdf"
    if not browse(browser, scratch, f"--print-to-pdf={printed}", page.as_uri()):
        return False
    expect(printed.is_file() and printed.read_bytes().startswith(b"%PDF"), case, "is not printed")
    return True


def check_escapes(persist, scratch):
    """Names from the files and the command line are text, whatever they hold."""
    database = scratch / "<b>&\"quoted\" 'name' \\"
    shutil.copytree(TESTDATA / "engine-1.1/log-binary-keys", database)
    page = scratch / "escapes.html"
    expect(run(persist, "report", database, "--output", page).returncode == 0, "report of", database)
    source = page.read_text(encoding="utf-8")
    page = Page("escapes", source)
    expect(str(database) in "".join(page.text), "a name is not shown as it is:", page.text[:5])
    expect("<b>" not in source, "a name is taken for a tag")


def write_page(persist, case, scratch):
    """The page, the exit status, and what --json says of it."""
    page = scratch / (case.replace("/", "-") + ".html")
    done = run(persist, "report", "--json", TESTDATA / case, "--output", page)
    return page, done.returncode, json.loads(done.stdout)


def check_pages(persist, scratch):
    for case in CASES:
        page, status, said = write_page(persist, case, scratch)
        expect(said["schema"] == "persist.report/1" and said["bytes"] == page.stat().st_size, case, "says", said)
        expect(status == run(persist, "verify", TESTDATA / case).returncode, case, "exits", status)
        check_contents(persist, case, page.read_text(encoding="utf-8"))
    check_escapes(persist, scratch)
    return len(CASES) + 1


def check_drawings(persist, scratch):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        skip("Chromium is not installed")
    for case in CASES[:2]:
        if not check_browser(browser, write_page(persist, case, scratch)[0], case, scratch):
            skip("Chromium does not run here")
    return 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    parser.add_argument("--draw", action="store_true", help="only: do they look like pages in a browser?")
    arguments = parser.parse_args()
    check = check_drawings if arguments.draw else check_pages
    with tempfile.TemporaryDirectory(prefix="persist-report-") as name:
        pages = check(arguments.persist, Path(name))
    print(*PROBLEMS, sep="\n")
    print(f"{pages} pages, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
