"""Looks at pages in a browser without a window, and fails where somebody could not use them.

    python look.py BROWSER FOLDER PAGE=SHEETS…

FOLDER has the pages, as PAGE.html, and axe-core in axe/. A page may print on so many sheets of A4 at most; 0 is as many as it
takes. Pictures and prints are left beside the pages.
"""

import base64
import html
import json
import pathlib
import re
import subprocess
import sys

PHONE = 390
DESK = 1024
BROWSER = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=60000"]
# The page lies in a frame as wide as the screen, since a window without decoration has a least width of its own.
FRAME = """<!DOCTYPE html><html lang="en"><title>frame</title><body style="margin:0">
<iframe id="page" style="border:0;width:{width}px;height:{height}px" srcdoc="{page}"></iframe>
<script>
addEventListener("load", async () => {{
  const page = document.getElementById("page").contentWindow;
  let found;
  try {{
    const root = page.document.documentElement;
    const small = [...page.document.querySelectorAll("body *")].filter((it) =>
      [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
      && it.tagName !== "SCRIPT" && parseFloat(page.getComputedStyle(it).fontSize) < 14);
    const result = await page.axe.run(page.document, {{resultTypes: ["violations"]}});
    found = {{
      width: root.scrollWidth, height: root.scrollHeight, rules: result.passes.length,
      small: small.slice(0, 5).map((it) => it.outerHTML.slice(0, 120)),
      axe: result.violations.map((it) => it.id + ": " + it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")),
    }};
  }} catch (error) {{ found = {{error: String(error)}}; }}
  document.body.append("RESULT" + btoa(unescape(encodeURIComponent(JSON.stringify(found)))) + "END");
}});
</script></body></html>
"""


def run(browser, *arguments):
    command = [browser, *BROWSER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True).stdout


def looked_at(browser, folder, name, width):
    """What axe-core and the layout say of a page on a screen of this width."""
    axe = (folder / "axe" / "axe.min.js").read_text("utf-8")
    page = (folder / f"{name}.html").read_text("utf-8")
    page = page.replace("</body>", f"<script>{axe}</script></body>")
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=width, height=2000, page=html.escape(page, quote=True)), "utf-8")
    dom = run(browser, "--dump-dom", frame.resolve().as_uri())
    found = re.search("RESULT([A-Za-z0-9+/=]+)END", dom)
    assert found, f"{name}: the page tells nothing"
    return json.loads(base64.b64decode(found.group(1)))


def picture(browser, folder, name, width):
    page = (folder / f"{name}.html").read_text("utf-8")
    frame = folder / "frame.html"
    framed = FRAME.format(width=width, height=2000, page=html.escape(page, quote=True))
    frame.write_text(framed[: framed.index("<script>")], "utf-8")
    out = folder / f"{name}-{width}.png"
    run(browser, f"--screenshot={out}", f"--window-size={max(width, 500)},2000", frame.resolve().as_uri())


def sheets(browser, folder, name):
    out = folder / f"{name}.pdf"
    run(browser, f"--print-to-pdf={out}", "--no-pdf-header-footer", (folder / f"{name}.html").resolve().as_uri())
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", out.read_bytes()))


def main(browser, folder, *pages):
    folder = pathlib.Path(folder)
    failed = False
    for page in pages:
        name, most = page.split("=")
        for width in [PHONE, DESK]:
            found = looked_at(browser, folder, name, width)
            faults = found.get("axe", [found.get("error")])
            if found.get("rules", 0) < 10:
                faults.append("axe-core looked at nothing")
            if found.get("width", 0) > width:
                faults.append(f"it is {found['width']} wide")
            faults += [f"too small to read: {it}" for it in found.get("small", [])]
            failed |= bool(faults)
            print(f"{name}, {width} px: {found.get('rules')} rules, {found.get('height')} high, {len(faults)} findings")
            for fault in faults:
                print(f"  {fault}")
            picture(browser, folder, name, width)
        count = sheets(browser, folder, name)
        print(f"{name}: {count} sheets of A4")
        if int(most) and count > int(most):
            failed = True
            print(f"  more than {most}")
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
