#!/usr/bin/env python
"""Interface texts: find them in the code, keep ``locale/*/django.po`` in step, compile, check.

``messages.py``            adds new texts to each language and takes out those no longer used.
``messages.py --check``    fails on a missing, fuzzy, stale or broken translation, and names each.
``messages.py --compile``  writes the ``.mo`` files (with polib: gettext is not needed).

New texts come in without a guess: a wrong translation is worse than none.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"fr": "nplurals=2; plural=(n > 1);"} | dict.fromkeys(
    ("de", "nl"), "nplurals=2; plural=(n != 1);"
)
KEYWORDS = [
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
Key = tuple[str, str]


def sources() -> list[Path]:
    """Python files and templates that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.html", "*.txt"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    found = {
        name for name in names if name and not name.startswith(("tests/", "scripts/", "static/", "docs/"))
    }
    return [ROOT / name for name in sorted(found) if "/migrations/" not in name and (ROOT / name).exists()]


def extract() -> dict[Key, polib.POEntry]:
    """Every text the code asks a translation for, by (context, text)."""
    import django.conf

    if not django.conf.settings.configured:
        django.conf.settings.configure()
    from django.utils.translation.template import templatize

    with tempfile.TemporaryDirectory() as folder:
        names = []
        for source in sources():
            name = str(source.relative_to(ROOT))
            text = source.read_text()
            if source.suffix != ".py":
                text = templatize(text, origin=name)
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            names.append(name)
        command = ["xgettext", "--language=Python", "--from-code=UTF-8", "--add-comments=Translators"]
        command += [f"--keyword={keyword}" for keyword in KEYWORDS] + ["--output=-", "--files-from=-"]
        done = subprocess.run(
            command, cwd=folder, input="\n".join(names), capture_output=True, text=True, check=False
        )
    if done.returncode:
        sys.exit(done.stderr)
    return {key(entry): entry for entry in polib.pofile(done.stdout)}


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> polib.POFile:
    if path(language).exists():
        return polib.pofile(str(path(language)), wrapwidth=100)
    po = polib.POFile(wrapwidth=100)
    po.metadata = {
        "Project-Id-Version": "WECD portal",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    return po


def update(found: dict[Key, polib.POEntry]) -> None:
    """Write each language anew: the texts of today with the translations known, in the code's order."""
    for language in LANGUAGES:
        old = load(language)
        known = {key(entry): entry for entry in old if not entry.obsolete}
        new = load(language)
        new.clear()
        for text in found.values():
            entry = polib.POEntry(msgid=text.msgid, msgctxt=text.msgctxt, comment=text.comment)
            entry.occurrences = [(name, "") for name in dict.fromkeys(name for name, _ in text.occurrences)]
            entry.flags = [flag for flag in text.flags if flag != "fuzzy"]
            before = known.get(key(text))
            if text.msgid_plural:
                entry.msgid_plural = text.msgid_plural
                entry.msgstr_plural = (before and before.msgstr_plural) or {0: "", 1: ""}
            else:
                entry.msgstr = before.msgstr if before else ""
            if before and before.fuzzy:
                entry.flags.append("fuzzy")
            new.append(entry)
        path(language).parent.mkdir(parents=True, exist_ok=True)
        new.save(str(path(language)))
        print(f"{language}: {len(found)} texts, {len(new.untranslated_entries())} to translate.")


def problems(language: str, found: dict[Key, polib.POEntry]) -> list[str]:
    """Say what is wrong with one language, a sentence each."""
    said = []
    known = {key(entry): entry for entry in load(language) if not entry.obsolete}
    for entry_key, text in found.items():
        entry = known.get(entry_key)
        if entry is None or not entry.translated() and not entry.fuzzy:
            where = text.occurrences[0][0] if text.occurrences else ""
            said.append(f"{language}: missing “{text.msgid}” ({where})")
        elif entry.fuzzy:
            said.append(f"{language}: fuzzy “{text.msgid}”")
        elif wrong := [s for s in translations(entry) if placeholders(s) - placeholders(both(text))]:
            said.append(f"{language}: “{wrong[0]}” has other placeholders than “{text.msgid}”")
        elif not text.msgid_plural and placeholders(text.msgid) - placeholders(entry.msgstr):
            said.append(f"{language}: “{entry.msgstr}” lacks placeholders of “{text.msgid}”")
    said += [f"{language}: stale “{text}” is in no file" for context, text in known.keys() - found.keys()]
    return said


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def both(entry: polib.POEntry) -> str:
    return f"{entry.msgid} {entry.msgid_plural}"


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def compile_all() -> None:
    """Write each .mo that is older than its .po."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    if arguments.compile:
        compile_all()
        return 0
    found = extract()
    if not arguments.check:
        update(found)
        return 0
    said = [sentence for language in LANGUAGES for sentence in problems(language, found)]
    print("\n".join(said) or f"{len(found)} texts, complete in {', '.join(LANGUAGES)}.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
