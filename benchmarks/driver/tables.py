"""Results as Markdown, between markers of a page."""

import re
import statistics

from .goals import PATHS
from .measure import ratio


def seconds(value):
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _verdict(path, result, results):
    """Each goal with whether it is met."""
    verdicts = []
    if path.goal:
        reached = ratio(result.theirs, result.ours)[0]
        verdicts.append(f">= {path.goal:g}x: {'met' if reached >= path.goal else 'not met'}")
    if path.rate_goal:
        reached = rate_share(result)
        verdicts.append(f">= {path.rate_goal:.0%} of sgemm: {'met' if reached >= path.rate_goal else 'not met'}")
    if path.forward_goal and "forward" in results:
        reached = result.ours.median / results["forward"].ours.median
        verdicts.append(f"<= {path.forward_goal:.0%} of a pass: {'met' if reached <= path.forward_goal else 'not met'} "
                        f"({reached:.1%})")
    return "; ".join(verdicts) or "-"


def rate_share(result):
    return result.ours.flops / result.ours.median / statistics.median(result.sgemm)


def ratio_at_sgemm_rate(result):
    """What the ratio would be if all that the path needs ran at the rate of a large product, and the rest took no time."""
    return result.theirs.median * statistics.median(result.sgemm) / result.ours.flops


def ratios(results):
    rows = []
    for path in PATHS:
        if path.name not in results:
            continue
        result = results[path.name]
        middle, low, high = ratio(result.theirs, result.ours)
        rate, bound = ("-", "-")
        if result.ours.flops:
            rate, bound = f"{rate_share(result):.0%}", f"{ratio_at_sgemm_rate(result):.2f}x"
        also = "-"
        if result.also:
            also = f"{result.also.median / result.ours.median:.2f}x ({result.also.name})"
        rows.append((path.title, f"**{middle:.2f}x** ({low:.2f}-{high:.2f})", seconds(result.ours.median),
                     seconds(result.theirs.median), result.theirs.name, rate, bound, _verdict(path, result, results), also))
    return table(("path", "ratio (spread)", "ours", "reference", "its variant", "of sgemm", "at its rate", "goal", "also"), rows)


def memory(results):
    rows = [(path.title, *(f"{value:.0f}" for result in (results[path.name],) for value in
                           (result.ours.peak_mb, result.theirs.peak_mb, result.ours.pss_mb, result.theirs.pss_mb)))
            for path in PATHS if path.name in results]
    return table(("path", "ours, peak MB", "reference, peak MB", "ours, after, PSS MB", "reference, after, PSS MB"), rows)


def agreement(results):
    rows = [(path.title, a.name, f"{a.count:,}", f"{a.largest:.1e}" if a.name != "ids" else f"{a.largest:.1%} differ",
             a.tolerance) for path in PATHS if path.name in results for a in results[path.name].agreements]
    return table(("path", "numbers", "how many", "largest difference", "allowed"), rows)


def trials(results):
    rows = [(path.title, name, seconds(value)) for path in PATHS if path.name in results
            for name, value in results[path.name].trials.items()]
    return table(("path", "variant of the reference", "one trial"), rows) if rows else "No variants were tried."


def machine(lines, results):
    rates = [rate for result in results.values() for rate in result.sgemm]
    more = [("sgemm, 2048^3", f"{statistics.median(rates) / 1e9:.0f} GFLOP/s ({min(rates) / 1e9:.0f}-{max(rates) / 1e9:.0f})")]
    return table(("", ""), [*lines, *more])


def all_tables(lines, results):
    return {"machine": machine(lines, results), "ratios": ratios(results), "memory": memory(results),
            "agreement": agreement(results), "trials": trials(results)}


def rewrite(page, tables):
    """Puts each table between its markers. \\throws ValueError if the page lacks them"""
    text = page.read_text()
    for name, content in tables.items():
        begin, end = f"<!-- benchmarks: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{page} has no place for the table {name} ({begin} and {end}, once each): add them")
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        text = re.sub(pattern, lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL)
    page.write_text(text)
