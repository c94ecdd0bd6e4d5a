"""The page of the bench by other people's programs: lines of `name<TAB>milliseconds of the processor a page`.

`peers.py page.json`: the texts and the codes, in tenths of a millimetre, as benches/paper/floor.rs has them.
"""

import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path

PAGE = json.loads(Path(sys.argv[1]).read_text())
WIDTH, HEIGHT = 2970, 2100


def reportlab():
    # Its fonts must have TrueType outlines and Noto's have not: the reader's own Song is used, and nothing embedded.
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    scale = 72 / 254

    def page():
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH * scale, HEIGHT * scale), pageCompression=1)
        canvas.scale(scale, scale)
        for x, y, size, _bold, middle, text in PAGE["lines"]:
            canvas.setFont("STSong-Light", size)
            (canvas.drawCentredString if middle else canvas.drawString)(x, HEIGHT - y, text)
        for code in PAGE["codes"]:
            module = code["side"] / code["modules"]
            for left, top, length in code["runs"]:
                x, y = code["x"] + left * module, HEIGHT - code["y"] - (top + 1) * module
                canvas.rect(x, y, length * module, module, stroke=0, fill=1)
        canvas.save()
        return out.getvalue()

    return page


def html():
    parts = [
        "<!DOCTYPE html><meta charset=utf-8><style>@page{size:297mm 210mm;margin:0}"
        "body{margin:0;font-family:'Noto Serif CJK SC'}svg{position:absolute;left:0;top:0}</style>"
        f"<svg width=297mm height=210mm viewBox='0 0 {WIDTH} {HEIGHT}' xmlns='http://www.w3.org/2000/svg'>"
    ]
    for x, y, size, bold, middle, text in PAGE["lines"]:
        weight, anchor = (700 if bold else 400), ("middle" if middle else "start")
        parts.append(
            f"<text x='{x}' y='{y}' font-family='Noto Serif CJK SC' font-size='{size}' font-weight='{weight}' "
            f"text-anchor='{anchor}'>{escape(text)}</text>"
        )
    for code in PAGE["codes"]:
        module = code["side"] / code["modules"]
        path = "".join(f"M{left} {top}h{length}v1h-{length}z" for left, top, length in code["runs"])
        parts.append(f"<path transform='translate({code['x']} {code['y']}) scale({module})' d='{path}'/>")
    return "".join(parts) + "</svg>"


def weasyprint():
    from weasyprint import HTML

    text = html()
    return lambda: HTML(string=text).write_pdf()


def own_time(page, rounds):
    page()
    begin = time.process_time()
    for _ in range(rounds):
        page()
    return (time.process_time() - begin) * 1000 / rounds


def chromium():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("there is no chromium here")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html())
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/page.pdf", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime) * 1000


def main():
    for name, measure in [
        ("ReportLab, no font embedded", lambda: own_time(reportlab(), 20)),
        ("WeasyPrint", lambda: own_time(weasyprint(), 3)),
        ("Chromium, started for the page", chromium),
    ]:
        try:
            print(f"{name}\t{measure():.3f}")
        except Exception as error:  # what is not installed is told and passed over
            print(f"{name}: not measured: {error}")


main()
