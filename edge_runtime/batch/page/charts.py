"""Pictures of numbers as SVG text. Every chart says its numbers in words too."""

from __future__ import annotations

from html import escape

from edge_runtime.batch.page.distributions import Distribution

WIDTH, HEIGHT, FLOOR = 280, 96, 78


def histogram(one: Distribution) -> str:
    """Return a histogram with its axis' ends and, where there is one, the threshold."""
    low, high = one.ends
    most = max(int(one.counts.max()), 1)
    step = WIDTH / len(one.counts)
    bars = "".join(
        f'<rect x="{place * step:.1f}" y="{FLOOR - FLOOR * int(count) / most:.1f}" '
        f'width="{step - 1:.1f}" height="{FLOOR * int(count) / most:.1f}"/>'
        for place, count in enumerate(one.counts)
        if count
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_in_words(one))}">'
        f"{bars}{_threshold(one, low, high)}"
        f'<line x1="0" x2="{WIDTH}" y1="{FLOOR}" y2="{FLOOR}" class="axis"/>'
        f'<text x="0" y="{HEIGHT - 4}">{number(low)}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" class="right">{number(high)}</text></svg>'
    )


def share_bar(share: float) -> str:
    """Return a bar for a share between 0 and 1."""
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        '<svg viewBox="0 0 100 8" class="bar" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="whole" width="100" height="8"/><rect width="{width:.2f}" height="8"/></svg>'
    )


def number(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _threshold(one: Distribution, low: float, high: float) -> str:
    if one.threshold is None or not low <= one.threshold <= high:
        return ""
    x = WIDTH * (one.threshold - low) / (high - low)
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{FLOOR}" class="threshold"/>'


def _in_words(one: Distribution) -> str:
    return f"{one.title}: {one.num} values from {number(one.low)} to {number(one.high)}"
