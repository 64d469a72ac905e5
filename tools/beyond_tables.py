#!/usr/bin/env python3
"""Prints the tables of docs/results/beyond_at2.md and of the README from what `tools/beyond_at2 tables` wrote.

    tools/beyond_tables.py FOLDER      e.g. beyond, or docs/results/beyond

Every number of a table is a mean, a standard error or a 95 % interval of FOLDER/*/lds.csv or FOLDER/runs/*/metrics.json.
"""

import csv
import json
import sys
from pathlib import Path

SETS = {
    "natural_questions": "Natural Questions",
    "drop": "DROP",
    "dolly": "Dolly",
    "ms_marco": "MS MARCO",
    "hotpotqa": "HotpotQA",
    "cnn_dailymail": "CNN/DailyMail",
}
# How many training examples teach, where they are not 8 (teaching_of in tools/beyond_at2).
TEACHING = {"natural_questions": 64, "drop": 16}
# Runs with all methods, and the set that theta was trained on.
EVALUATIONS = {
    "beyond_natural_questions": "natural_questions",
    "beyond_drop": "drop",
    "beyond_dolly": "dolly",
    "beyond_abroad_ms_marco": "natural_questions",
    "beyond_abroad_cnn_dailymail": "natural_questions",
    "beyond_abroad_hotpotqa": "natural_questions",
}
HEADS = [5, 10, 20, 50, 100, 270]
# Fewer examples than that tell no difference from chance, however their interval lies (kFewestToJudge in src/report/format.h).
LEAST_FOR_STAR = 10


def rows_of(folder, table, sources="token"):
    """The rows of a table of `at2 lds` by their names."""
    with open(folder / table / "lds.csv", encoding="utf-8") as file:
        return {row["name"]: row for row in csv.DictReader(file) if row["sources"] == sources}


def lds(row):
    return f"{float(row['lds']):.3f}"


def lds_with_error(row):
    return f"{lds(row)} ± {float(row['standard_error']):.3f}"


def difference(row):
    return f"{float(row['difference']):.3f} {interval(row['difference_low_95'], row['difference_high_95'])}"


def interval(low, high):
    return f"[{float(low):.3f}, {float(high):.3f}]"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def sizes_of(name):
    size = 8
    while size <= TEACHING.get(name, 8):
        yield size
        size *= 2


def equal_passes(folder):
    header = ["data set", "examples", "AT2", "prior of 0.1", "logit contribution, no prior", "prior of 1",
              "prior chosen", "less AT2", "both, chosen", "20 heads, chosen", "less AT2"]
    lines = []
    for name, title in SETS.items():
        for size in sizes_of(name):
            rows = rows_of(folder, f"{name}-equal-n{size}")
            of = {letters: rows[f"beyond_{name}-{letters}-n{size}"] for letters in ("a", "ap", "l", "lp", "lc", "alc")}
            heads = rows[f"beyond_{name}-lc-n{size}k20"]
            strength = float(of["lc"]["prior_strength"])
            lines.append([title if size == 8 else "", str(size), lds_with_error(of["a"]), lds(of["ap"]), lds(of["l"]),
                          lds(of["lp"]), f"{lds_with_error(of['lc'])} ({strength:g})", difference(of["lc"]),
                          lds(of["alc"]), f"**{lds_with_error(heads)}**", difference(heads)])
    return table(header, lines)


def untrained(folder):
    lines = []
    for name, title in SETS.items():
        rows = rows_of(folder, f"{name}-equal-n8")
        lines.append([title, lds_with_error(rows["Average attention"]), lds_with_error(rows["Value norm"]),
                      f"**{lds_with_error(rows['Logit contribution'])}**", difference(rows["Logit contribution"])])
    return table(["data set", "average attention", "value norm", "logit contribution", "less AT2 of 8"], lines)


def few_heads(folder):
    rows = rows_of(folder, "natural_questions-heads")
    lines = []
    for letters, title in (("a", "AT2"), ("lp", "logit contribution, prior 1"), ("alp", "both, prior 0.3")):
        names = [f"beyond_natural_questions-{letters}-n64" + (f"k{heads}" if heads < 270 else "") for heads in HEADS]
        lines.append([title] + [lds(rows[name]) for name in names])
    return table(["heads"] + [str(heads) for heads in HEADS], lines)


def excludes_zero(difference_to_at2):
    one_side = difference_to_at2["low"] > 0 or difference_to_at2["high"] < 0
    return one_side and difference_to_at2["count"] >= LEAST_FOR_STAR


def star(difference_to_at2):
    return "*" if difference_to_at2 and excludes_zero(difference_to_at2) else ""


def lds_cells(row):
    over = row["lds_over_at2"]
    cell = f"{row['lds']['mean']:.3f} ± {row['lds']['standard_error']:.3f}{star(over)}"
    return [cell, interval(over["low"], over["high"]) if over else ""]


def drops(row):
    over = row["top_k_drop_over_at2"]
    return " / ".join(f"{drop['mean']:.2f}{star(over.get(k))}" for k, drop in row["top_k_drop"].items())


def all_methods(folder, run, taught_by):
    """Of a run of `at2 evaluate`, with theta of the data set `taught_by`."""
    metrics = json.loads((folder / "runs" / run / "metrics.json").read_text(encoding="utf-8"))
    examples = metrics["counts"]["training_examples"]
    titles = {
        "at2": f"AT2, {examples} examples",
        "logit_contribution": "logit contribution, untrained",
        "value_norm": "value norm, untrained",
        "average_attention": "average attention",
        "gradient": "gradient",
        "esm_32": "ESM, 32 ablations",
        f"at2_beyond_{taught_by}-lc": f"logit contribution, prior chosen, {examples} examples",
        f"at2_beyond_{taught_by}-lc-n8": "logit contribution, prior chosen, **8 examples**",
        f"at2_beyond_{taught_by}-lc-n64k20": "20 heads of it, 64 examples",
        f"at2_beyond_{taught_by}-alc": f"both, prior chosen, {examples} examples",
    }
    of = {(row["key"], row["sources"]): row for row in metrics["methods"]}
    lines = []
    for key, title in titles.items():
        if (key, "token") not in of:
            continue
        token, sentence = of[key, "token"], of[key, "sentence"]
        passes = [f"{row['forward_equivalents']:.3g}" for row in (token, sentence)]
        lines.append([title, " / ".join(dict.fromkeys(passes)), *lds_cells(token), drops(token), *lds_cells(sentence)])
    return table(["method", "passes (tokens / sentences)", "token LDS", "less AT2", "top-1 / 3 / 5 drop, tokens [nat]",
                  "sentence LDS", "less AT2"], lines)


def kinds_of_sources(folder):
    by_kind = {kind: rows_of(folder, "drop-sources", kind) for kind in ("token", "sentence")}
    lines = []
    for letters, title in (("a", "AT2"), ("lc", "logit contribution, prior chosen")):
        for suffix, kind in (("", "tokens"), ("s", "sentences")):
            estimator = f"beyond_drop-{letters}{suffix}"
            lines.append([title, kind] + [lds_with_error(rows[estimator]) for rows in by_kind.values()])
    return table(["theta", "trained on", "token LDS", "sentence LDS"], lines)


def from_natural_questions(folder):
    header = ["data set, all its examples", "AT2 of 128", "logit contribution of 128", "less AT2", "of 8", "less AT2",
              "20 heads, of 64", "less AT2", "untrained"]
    lines = []
    for name, title in SETS.items():
        if name == "natural_questions":
            continue
        rows = rows_of(folder, f"{name}-from-natural-questions")
        at2 = rows["beyond_natural_questions-a"]
        line = [f"{title}, {at2['examples']}", lds_with_error(at2)]
        for letters in ("lc", "lc-n8", "lc-n64k20"):
            row = rows[f"beyond_natural_questions-{letters}"]
            line += [lds_with_error(row), difference(row)]
        lines.append(line + [lds(rows["Logit contribution"])])
    return table(header, lines)


def shipped(folder):
    lines = []
    for name, title in SETS.items():
        rows = rows_of(folder, f"{name}-shipped")
        other = rows["SmolLM2-135M-Instruct.Q4_1.logit_contribution"]
        at2 = rows["SmolLM2-135M-Instruct.Q4_1"]
        lines.append([f"{title}, {at2['examples']}", lds_with_error(at2),
                      f"**{lds_with_error(other)}**", difference(other), lds_with_error(rows["Logit contribution"])])
    header = ["data set, all its examples", "AT2 (default)", "logit contribution, 20 heads", "less AT2", "untrained"]
    return table(header, lines)


def readme(folder):
    of = {name: rows_of(folder, f"{name}-equal-n8") for name in SETS}

    def of_all(estimator, mark=""):
        return [f"{mark}{lds(rows[estimator.format(name)])}{mark}" for name, rows in of.items()]

    lines = [["average attention", "none", *of_all("Average attention")],
             ["AT2", "8 of the same data", *of_all("beyond_{}-a-n8")],
             ["**`--method logit_contribution`**", "**none**", *of_all("Logit contribution")],
             ["**theta on it: 20 heads, with a prior**", "**8 of the same data**", *of_all("beyond_{}-lc-n8k20", "**")]]
    return table(["", "training examples"] + list(SETS.values()), lines)


def all_tables(folder):
    return {
        "Equal training passes": equal_passes(folder),
        "Untrained": untrained(folder),
        "Few heads": few_heads(folder),
        **{f"All methods, {run}": all_methods(folder, run, set_of) for run, set_of in EVALUATIONS.items()},
        "Kinds of sources": kinds_of_sources(folder),
        "Trained on one data set, used on another": from_natural_questions(folder),
        "Shipped estimators": shipped(folder),
        "README": readme(folder),
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        tables = all_tables(Path(sys.argv[1]))
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is missing (the tables need all six data sets): run tools/beyond_at2 tables first")
    print("\n\n".join(f"## {title}\n\n{text}" for title, text in tables.items()))


if __name__ == "__main__":
    main()
