"""Drawing by hand: SVG elements with every text escaped, text measured and wrapped, and charts repainted for themes."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from ilk.outputs.theme import FONT, INK, PAPER, QUIET, TOKENS
from ilk.outputs.wording import clean

ELLIPSIS: Final = "…"

WIDEST: Final = 1.15
"""How much wider than Helvetica a text is in DejaVu Sans, the only font of many a Linux machine."""

_WIDTHS: Final = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" !,./:;\\[]Itf", 278),
    **dict.fromkeys('()-r`"', 340),
    **dict.fromkeys("Jckszvxy*", 500),
    **dict.fromkeys("FTZL", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM%", 860),
    **dict.fromkeys("W@", 980),
}
"""Widths of Helvetica's letters in thousandths of the size, rounded up a little; a digit or letter not here is 556."""

_COLOURS: Final = {token.light: f"var(--{token.name})" for token in TOKENS}
_PAINT: Final = re.compile(r'(fill|stroke)="(#[0-9a-f]{6})"')
_MARK: Final = re.compile(
    r'<(path|line|rect|text|circle)( [^>]*?)aria-label="([^"]*)"([^>]*?)(/>|>(.*?)</\1>)', re.DOTALL
)
_NOISE: Final = re.compile(
    r' (?:xmlns(?::xlink)?|version|font-family|pointer-events|aria-roledescription|aria-hidden|role|aria-label)="[^"]*"'
)
_EMPTY: Final = re.compile(
    r'<path class="(?:background|foreground)"[^>]*?d=""[^>]*?/>|<path class="background"[^>]*?/>'
)


def element(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """One SVG element; attribute names take _ for -, values are escaped, None is left out. `content` is SVG already."""
    listed = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{listed}>{content}</{name}>" if content else f"<{name}{listed}/>"


def text(
    x: float, y: float, words: str, /, *, size: int = 14, fill: str = INK, **attributes: str | float | None
) -> str:
    """A line of text at its baseline."""
    return element("text", escape(clean(words)), x=x, y=y, font_size=size, fill=fill, **attributes)


def title(words: str) -> str:
    """The details a reader sees when resting on a mark."""
    return f"<title>{escape(clean(words))}</title>"


def drawing(width: float, height: float, *content: str) -> str:
    """A whole SVG with its own name space, as files need it."""
    return element(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        font_family=FONT,
    )


def text_width(words: str, size: int = 14, *, bold: bool = False) -> float:
    """Width of a text in pixels, on the safe side for the system fonts it may be set in."""
    thousandths = sum(_WIDTHS.get(letter, 556 if letter < "\u2e80" else 1000) for letter in words)
    return thousandths * size / 1000 * (1.1 if bold else 1.04)


def shortened(words: str, width: float, size: int = 14, *, bold: bool = False) -> str:
    """The text, or its beginning and … where it does not fit into `width` pixels.

    Once it has to be cut, it is cut to fit in the widest of the system fonts too.
    """
    words = clean(words)
    if text_width(words, size, bold=bold) <= width:
        return words
    while words and text_width(words + ELLIPSIS, size, bold=bold) * WIDEST > width:
        words = words[:-1]
    return words.rstrip(" ,;") + ELLIPSIS


def wrapped(words: str, width: float, size: int = 14, *, most: int = 99, bold: bool = False) -> list[str]:
    """The text in lines of at most `width` pixels; at most `most` lines, the last one shortened."""
    lines: list[str] = []
    line = ""
    rest = clean(words).split()
    while rest:
        longer = f"{line} {rest[0]}".strip()
        if line and text_width(longer, size, bold=bold) > width:
            if len(lines) == most - 1:
                line = f"{line} {' '.join(rest)}"
                break
            lines.append(line)
            line = ""
        else:
            line = longer
            rest.pop(0)
    return [shortened(one, width, size, bold=bold) for one in [*lines, line] if one]


def themed(svg: str, alt: str, *, css_class: str = "") -> str:
    """An SVG as the report holds it: colours become variables, details become titles, the whole has one alt text.

    With an empty one it stands beside words that say the same, and is passed over by who cannot see it.
    """
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    inner = _EMPTY.sub("", inner)
    inner = _MARK.sub(_with_title, inner)
    inner = _NOISE.sub("", inner)
    inner = _PAINT.sub(lambda found: f'{found[1]}="{_COLOURS.get(found[2], found[2])}"', inner)
    width, height = size_of(svg)
    frame = f'<svg class="{css_class}" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    said = f'role="img" aria-label="{escape(clean(alt))}"' if alt else 'aria-hidden="true"'
    return f"{frame} {said}>{inner}</svg>"


def size_of(svg: str) -> tuple[float, float]:
    """Width and height an SVG says it has."""
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg[: svg.index(">")])
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def framed(svg: str, heading: str, subtitle: str) -> str:
    """A chart as a picture of its own: title and subtitle above it, on paper."""
    width, height = size_of(svg)
    margin = 24
    lines: list[tuple[str, int, str]] = [(line, 20, INK) for line in wrapped(heading, width, 20, bold=True)]
    lines += [(line, 14, QUIET) for line in wrapped(subtitle, width)]
    placed, y = [], float(margin)
    for line, size, fill in lines:
        y += size + 8
        placed.append(text(margin, y - 6, line, size=size, fill=fill, font_weight="bold" if size == 20 else None))
    inner = element("g", svg, transform=f"translate({margin},{_short(y + 16)})")
    whole_height = y + 16 + height + margin
    ground = element("rect", width=width + 2 * margin, height=whole_height, fill=PAPER)
    return drawing(width + 2 * margin, whole_height, ground, *placed, inner)


def _with_title(found: re.Match[str]) -> str:
    name, before, words, after, _, inner = found.groups()
    return f"<{name}{before}{after.rstrip('/')}>{inner or ''}<title>{words}</title></{name}>"


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
