# SPDX-License-Identifier: GPL-2.0
"""Sections of a page that are written by a program, between two marks."""
import sys


def replace(markdown, begin, end, section):
    """Replaces what is between the marks: the rest of the page is written by hand."""
    before, mark, rest = markdown.read_text().partition(begin + "\n")
    _, last, after = rest.partition(end + "\n")
    if not mark or not last:
        sys.exit(f"{markdown}: no lines '{begin}' and '{end}'")
    markdown.write_text(f"{before}{begin}\n{section}{end}\n{after}")
