"""The command line of tests that compare files with what the program prints now, and can write them anew."""

import argparse
from pathlib import Path


def parse_command_line(documentation, noun, **files):
    """`noun`: what the files are; `files`: what argparse takes for them, named so."""
    parser = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--persist", required=True, type=Path, help="the program to test")
    parser.add_argument("--update", action="store_true", help=f"write what is printed now into the {noun}")
    parser.add_argument(noun, type=Path, **files)
    return parser.parse_args()
