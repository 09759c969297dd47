"""The chart of the README, as SVG for light and for dark pages, from the rows of all stacks.

The first panel compares what a middleware adds to the cost of a request: the cost of the usual package, divided by that of
corsac. The second shows how much of this is left in a whole server: the requests that are served in one second of processor
time, as a share of those without any CORS headers.
"""

from html import escape

WIDTH = 860
LABELS = 270  # The width of the names of the rows, at the left.
PLOT = WIDTH - LABELS - 70
COLOURS = {
    "light": {"ink": "#1c1f26", "quiet": "#5c6370", "line": "#b9bcc4", "accent": "#c2541a", "peer": "#9aa1ad", "hand": "#cfd3da"},
    "dark": {"ink": "#e8eaef", "quiet": "#a2a9b6", "line": "#5a6270", "accent": "#f3a06b", "peer": "#7b8494", "hand": "#4a5160"},
}
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

# The stack, the name in the chart, and the case of each bar.
ADDED = [
    ("python", "Python: Starlette", [("1 origin", "1 origin"), ("preflight", "a preflight, in all")]),
    ("node", "Node: cors", [("1 origin", "1 origin"), ("preflight", "a preflight")]),
    ("tower", "Rust: tower-http", [("1 origin", "1 origin: what the layer adds"), ("preflight", "a preflight: the whole request")]),
    ("wasm", "Workers: hono/cors", [("1 origin", "1 origin"), ("preflight", "a preflight, in all")]),
]
# The stack, the name in the chart, how its cases begin, and what the variants are called there.
WHOLE = [
    ("python", "uvicorn", "uvicorn, an allowed origin, against ", "the same headers by hand", "Starlette"),
    ("python", "gunicorn", "gunicorn, an allowed origin, against ", "the same headers by hand", None),
    ("node", "Express", "Express, an allowed origin, against ", "the same headers by hand", "cors"),
    ("node", "Fastify", "Fastify, an allowed origin, against ", "the same headers by hand", "@fastify/cors"),
    ("tower", "axum", "axum, an allowed origin, against ", "the same headers by hand", "tower-http"),
    ("nginx", "nginx", "nginx, an allowed origin, against ", "the same headers by hand", None),
    ("envoy", "Envoy", "an allowed origin, an upstream, against ", None, "Envoy's own filter"),
]


class Drawing:
    """SVG, line by line; `y` is the position of the next element."""

    def __init__(self, theme):
        self.colours, self.parts, self.y = COLOURS[theme], [], 0

    def text(self, x, y, text, colour="ink", size=13, anchor="start", weight=400):
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" fill="{self.colours[colour]}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def bar(self, y, width, height, colour):
        """A bar from the axis, with its far corners rounded."""
        round_ = min(3, width, height / 2)
        path = f"M{LABELS:g} {y:g}h{width - round_:.1f}q{round_:g} 0 {round_:g} {round_:g}v{height - 2 * round_:g}q0 {round_:g} {-round_:g} {round_:g}h{round_ - width:.1f}z"
        self.parts.append(f'<path d="{path}" fill="{self.colours[colour]}"/>')

    def rule(self, x, top, bottom, dashed=False):
        dash = ' stroke-dasharray="3 3"' if dashed else ""
        self.parts.append(f'<path d="M{x:g} {top:g}V{bottom:g}" stroke="{self.colours["line"]}"{dash}/>')

    def heading(self, title, below):
        self.text(0, self.y + 16, title, size=15, weight=600)
        self.text(0, self.y + 36, below, "quiet")
        self.y += 54

    def svg(self, title):
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y:g}" width="{WIDTH}" height="{self.y:g}" role="img" font-family="{SANS}">'
        return "\n".join([head, f"<title>{escape(title)}</title>", *self.parts, "</svg>", ""])


def is_complete(results):
    """Whether each figure of the chart was measured."""
    cases = [(stack, case) for stack, _, bars in ADDED for _, case in bars]
    for stack, _, begin, by_hand, package in WHOLE:
        cases += [(stack, begin + variant) for variant in ("no filter" if stack == "envoy" else "no headers", by_hand, package) if variant]
    return all(any(row["case"] == case for row in results.get(stack, {"rows": []})["rows"]) for stack, case in cases)


def find(results, stack, case):
    return next(row for row in results[stack]["rows"] if row["case"] == case)


def added(drawing, results):
    drawing.heading("What the middleware adds to a request", "How many times as much the usual package needs as corsac")
    groups = [(name, [(label, find(results, stack, case)["ratio"]) for label, case in cases]) for stack, name, cases in ADDED]
    most = max(ratio for _, bars in groups for _, ratio in bars)
    scale = PLOT / most
    top = drawing.y
    marks = len(drawing.parts)
    for name, bars in groups:
        drawing.text(0, drawing.y + 13, name)
        for label, ratio in bars:
            drawing.text(LABELS - 10, drawing.y + 12, label, "quiet", 12, "end")
            drawing.bar(drawing.y, ratio * scale, 16, "accent")
            drawing.text(LABELS + ratio * scale + 8, drawing.y + 13, f"{ratio:.1f}×", weight=600)
            drawing.y += 20
        drawing.y += 10
    bottom = drawing.y - 6
    drawing.rule(LABELS, top - 4, bottom)
    # The line at which both would need the same. The bars are drawn over it.
    drawing.rule(LABELS + scale, top - 4, bottom + 6, dashed=True)
    drawing.parts.insert(marks, drawing.parts.pop())
    drawing.text(LABELS + scale, bottom + 20, "1×: the same", "quiet", 12, "middle")
    drawing.y = bottom + 50


def whole(drawing, results):
    drawing.heading("What is left of that in a whole server", "Requests per second of processor time; 100 % is the same server without CORS headers")
    x = 0
    for colour, name in (("hand", "the same headers written by hand"), ("peer", "the usual package"), ("accent", "corsac")):
        drawing.parts.append(f'<rect x="{x}" y="{drawing.y:g}" width="12" height="12" rx="3" fill="{drawing.colours[colour]}"/>')
        drawing.text(x + 18, drawing.y + 11, name, "quiet")
        x += 40 + 7.2 * len(name)
    drawing.y += 28
    top, scale = drawing.y, PLOT / 1.0
    for stack, name, begin, by_hand, package in WHOLE:
        none = "no filter" if stack == "envoy" else "no headers"
        base = find(results, stack, begin + none)
        corsac = base["ratio"]
        bars = [("hand", by_hand), ("peer", package)]
        drawing.text(0, drawing.y + 12, name)
        for colour, variant in bars:
            if variant is None:
                continue
            # While the variant serves one request, corsac serves `ratio` requests. So the variant's share is corsac's, divided by that.
            share = corsac / find(results, stack, begin + variant)["ratio"]
            label = {"Envoy's own filter": "its own filter"}.get(variant, variant) if colour == "peer" else "by hand"
            drawing.text(LABELS - 10, drawing.y + 10, label, "quiet", 12, "end")
            drawing.bar(drawing.y, min(share, 1.1) * scale, 12, colour)
            drawing.text(LABELS + min(share, 1.1) * scale + 8, drawing.y + 11, f"{100 * share:.0f} %", "quiet", 12)
            drawing.y += 15
        drawing.text(LABELS - 10, drawing.y + 10, "corsac", "ink", 12, "end")
        drawing.bar(drawing.y, min(corsac, 1.1) * scale, 12, "accent")
        drawing.text(LABELS + min(corsac, 1.1) * scale + 8, drawing.y + 11, f"{100 * corsac:.0f} %", size=12, weight=600)
        drawing.y += 26
    drawing.rule(LABELS, top - 4, drawing.y - 10)


def draw(results, theme):
    drawing = Drawing(theme)
    added(drawing, results)
    whole(drawing, results)
    return drawing.svg("How much faster corsac is than the usual packages, and how much of that a whole server shows")
