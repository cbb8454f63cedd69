# SPDX-License-Identifier: BSD-3-Clause
"""A man page: what a program says with --help, and around it what only the page says.

    page.py NAME.8.in [HELP]        prints NAME.8; HELP: a file with what the program prints

In the page `.\\" @OPTIONS@` becomes the list of options. At its end, what stands below
`.\\" @OF --mtu@`, till the next such line, is added to that option. Without HELP (a
cross-build whose programs do not run here) the page names --help instead.
"""

import re
import sys

MARK = re.compile(r'^\.\\" @([A-Z]+)(?: (\S+))?@\n', re.M)


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"(?m)^\.", r"\\&.", text)


def value(word):
    """What stands for a value: capitals in italics, words to be typed in bold."""
    return re.sub(r"[\w:\\-]+",
                  lambda m: ("\\fI" if m[0].isupper() else "\\fB") + m[0] + "\\fR", escaped(word))


def tag(text):
    """`-l, --listen IP:PORT` or `plug VHOST MAC` as the margin of a list has it."""
    names = []
    for name in text.split(", "):
        first, *values = name.split(" ")
        names.append(" ".join([f"\\fB{escaped(first)}\\fR", *map(value, values)]))
    return ", ".join(names)


def options(text):
    """{option and values: what it is for}: lines that begin with one, and those that go on with it."""
    found, name = {}, None
    for line in text.splitlines():
        match = re.match(r"  (-\S.*?)(?:  +(\S.*))?$", line)
        if match:
            name = match[1]
            found[name] = match[2] or ""
        elif name is not None and re.match(r" {4,}\S", line):
            found[name] += " " + line.strip()
        else:
            name = None
    return found


def sentence(text):
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ("", ".") else ".")


def option_list(text, more):
    entries = [f".TP\n{tag(name)}\n{escaped(sentence(said))}\n" +
               more.pop(name.split(", ")[-1].split(" ")[0], "")
               for name, said in options(text).items()]
    return "".join(entries)


def page(template, text):
    first, *pieces = MARK.split(template)
    marks = list(zip(pieces[0::3], pieces[1::3], pieces[2::3]))
    more = {name: body for kind, name, body in marks if kind == "OF"}
    out = [first]
    for kind, _, body in marks:
        if kind != "OF":
            out += [option_list(text, more) if text else "\\fB\\-\\-help\\fR lists them.\n", body]
    if text and more:
        raise SystemExit(f"--help has no {', '.join(more)}")
    return "".join(out)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        template = f.read()
    text = ""
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as f:
            text = f.read()
    sys.stdout.write(page(template, text))


if __name__ == "__main__":
    main()
