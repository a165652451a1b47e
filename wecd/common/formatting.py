"""Money, dates, sizes and punctuation as a reader expects them in each language.

Pure functions for pages, mails and documents alike; templates use them through
``{% load formatting %}``. Every function follows the active language unless told another.
"""

import datetime as dt
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language

NARROW, NO_BREAK = "\u202f", "\u00a0"
LOCALES = {"fr": "fr_BE", "de": "de_BE", "nl": "nl_BE", "en": "en_GB"}
# The zone whose clock decides, in words the reader knows.
ZONE = ZoneInfo("Europe/Brussels")
# Hours and minutes: French writes "12 h 00", German "12.00 Uhr", Dutch "12.00 uur".
CLOCK = {
    "fr": f"{{h}}{NO_BREAK}h{NO_BREAK}{{m:02}}",
    "de": f"{{h}}.{{m:02}}{NO_BREAK}Uhr",
    "nl": f"{{h}}.{{m:02}}{NO_BREAK}uur",
    "en": "{h}:{m:02}",
}
# Punctuation of the language, like the clock: kept here, so that a deadline never waits for a translator.
MOMENT = {"fr": "{d} à {t}", "de": "{d} um {t}", "nl": "{d} om {t}", "en": "{d} at {t}"}
IN_BRUSSELS = {
    "fr": "heure de Bruxelles",
    "de": "Brüsseler Zeit",
    "nl": "Brusselse tijd",
    "en": "Brussels time",
}
UNITS = {
    "fr": {"day": ("jour", "jours"), "hour": ("heure", "heures"), "minute": ("minute", "minutes")},
    "de": {"day": ("Tag", "Tage"), "hour": ("Stunde", "Stunden"), "minute": ("Minute", "Minuten")},
    "nl": {"day": ("dag", "dagen"), "hour": ("uur", "uur"), "minute": ("minuut", "minuten")},
    "en": {"day": ("day", "days"), "hour": ("hour", "hours"), "minute": ("minute", "minutes")},
}
WORKING_DAY = {
    "fr": ("jour ouvrable", "jours ouvrables"),
    "de": ("Werktag", "Werktage"),
    "nl": ("werkdag", "werkdagen"),
    "en": ("working day", "working days"),
}


def language(lang=None) -> str:
    """Return the two-letter language to write in: the one given, else the active one."""
    code = (lang or get_language() or "fr").split("-")[0]
    return code if code in LOCALES else "en"


def _spaced(text: str, lang: str) -> str:
    """Narrow no-break space between thousands, no-break space before the sign, in French."""
    if lang != "fr":
        return text.replace(" ", NO_BREAK)
    text = re.sub(rf"(?<=\d)[ .{NO_BREAK}{NARROW}](?=\d{{3}})", NARROW, text)
    return re.sub(rf"[ {NARROW}{NO_BREAK}](?=[€%])", NO_BREAK, text)


def money(value, currency: str = "EUR", lang=None) -> str:
    """Write an amount; cents only when there are some. An empty value gives an empty string."""
    if value is None or value == "":
        return ""
    lang = language(lang)
    value = Decimal(str(value))
    whole = value == value.to_integral_value()
    pattern = {
        "fr": "#,##0.00 ¤",
        "de": "#,##0.00 ¤",
        "nl": "¤ #,##0.00",
        "en": "¤#,##0.00",
    }[lang]
    if whole:
        pattern = pattern.replace(".00", "")
    # Austria's and Switzerland's marks differ; Belgium's German uses Germany's.
    locale = {"fr": "fr", "de": "de", "nl": "nl", "en": "en_GB"}[lang]
    text = format_currency(value, currency, pattern, locale=locale, currency_digits=False)
    return _spaced(text, lang)


def number(value, lang=None) -> str:
    """Write a number with the separators of the language, and at most two decimals."""
    if value is None or value == "":
        return ""
    lang = language(lang)
    return _spaced(format_decimal(Decimal(str(value)), "#,##0.##", locale=lang), lang)


def percent(value, lang=None) -> str:
    """Write 75 as "75 %" (the value is already out of a hundred)."""
    if value is None or value == "":
        return ""
    lang = language(lang)
    sign = "%" if lang in ("en", "nl") else f"{NO_BREAK}%"
    return number(value, lang) + sign


def local(value):
    """Return an instant on the clock of Brussels; a plain date comes back as it is."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value, ZONE) if timezone.is_aware(value) else value.replace(tzinfo=ZONE)
    return value


def clock(value, lang=None) -> str:
    """Write the hour of an instant, in Brussels: "12 h 00"."""
    value = local(value)
    return CLOCK[language(lang)].format(h=value.hour, m=value.minute)


def _ordinal_first(text: str, lang: str) -> str:
    return re.sub(r"(^|\s)1(?=\s[^\d\s])", r"\g<1>1er", text, count=1) if lang == "fr" else text


def date(value, form: str = "long", lang=None) -> str:
    """Write a date. Forms: full (with weekday), long, medium (short month), day_month, short (digits).

    And its parts, for a date set large: day, month, weekday.
    """
    if not value:
        return ""
    lang, value = language(lang), local(value)
    locale = LOCALES[lang]
    parts = {"day": "d", "month": "LLLL", "weekday": "EEEE"}
    if form in parts:
        return format_date(value, parts[form], locale=locale)
    if form == "day_month":
        text = format_skeleton("MMMMd", value, locale=locale)
    elif form == "full":
        text = format_date(value, "full", locale=locale)
    elif form == "medium":
        text = format_skeleton("yMMMd", value, locale=locale)
    elif form == "short":
        text = value.strftime("%d.%m.%Y" if lang in ("fr", "de") else "%d/%m/%Y")
    else:
        text = format_date(value, "long", locale=locale)
    return _ordinal_first(text.replace("\u202f", NO_BREAK), lang)


def moment(value, form: str = "long", lang=None) -> str:
    """Write a date and its hour: "3 décembre 2026 à 12 h 00"."""
    if not value:
        return ""
    lang = language(lang)
    return MOMENT[lang].format(d=date(value, form, lang), t=clock(value, lang))


def deadline(value, lang=None) -> str:
    """Write a deadline whole, weekday and zone included: nobody should have to guess whose noon it is."""
    if not value:
        return ""
    lang = language(lang)
    return f"{moment(value, 'full', lang)}, {IN_BRUSSELS[lang]}"


def working_days(count, lang=None) -> str:
    """Write a number of Belgian working days in words: "5 working days"."""
    if count is None or count == "":
        return ""
    lang = language(lang)
    return _counted(int(count), WORKING_DAY[lang], lang)


def _counted(count: int, words: tuple[str, str], lang: str) -> str:
    one, many = words
    return f"{number(count, lang)}{NO_BREAK}{one if Locale(lang).plural_form(count) == 'one' else many}"


def duration(delta: dt.timedelta, lang=None) -> str:
    """Write what is left, in two units at most: "2 days and 2 hours"; whole days from the third day on."""
    lang = language(lang)
    minutes = max(0, int(delta.total_seconds()) // 60)
    amounts = [
        ("day", minutes // 1440),
        ("hour", minutes % 1440 // 60),
        ("minute", minutes % 60),
    ]
    while len(amounts) > 1 and not amounts[0][1]:
        amounts.pop(0)
    kept = amounts[:1] if amounts[0][0] == "day" and amounts[0][1] >= 3 else amounts[:2]
    kept = [pair for pair in kept if pair[1]] or kept[:1]
    return format_list([_counted(n, UNITS[lang][unit], lang) for unit, n in kept], locale=lang)


def listed(words, lang=None) -> str:
    """Write several things as one: "a, b and c"."""
    return format_list([str(word) for word in words], locale=LOCALES[language(lang)])


def filesize(size, lang=None) -> str:
    """Write a size in the units of the language: "84 ko", "2,1 Mo"."""
    if size is None or size == "":
        return ""
    lang, size = language(lang), int(size)
    unit = "o" if lang == "fr" else "B"
    if size < 1000:
        word = {"fr": "octets", "en": "bytes", "de": "Bytes", "nl": "bytes"}[lang]
        return f"{size}{NO_BREAK}{word}"
    for prefix, step in (("k", 10**3), ("M", 10**6), ("G", 10**9)):
        value = Decimal(size) / step
        if value < Decimal("999.5") or prefix == "G":
            break
    rounded = value.quantize(Decimal("1") if prefix == "k" or value >= 10 else Decimal("0.1"))
    return f"{number(rounded, lang)}{NO_BREAK}{prefix}{unit}"


def french_spacing(text) -> str:
    """Put the spaces French wants: narrow no-break before ; ! ?, no-break before : % € », after «.

    Addresses ("https://…"), hours ("12:00"), tags and entities stay as they are; apostrophes become
    typographic.
    """
    return "".join(
        part if part.startswith("<") or ENTITY.fullmatch(part) else _spaced_words(part)
        for part in MARKUP.split(str(text))
        if part
    )


MARKUP = re.compile(r"(<[^>]+>|&#?\w+;)")
ENTITY = re.compile(r"&#?\w+;")
ANY_SPACE = f"[ {NO_BREAK}{NARROW}]"


def _spaced_words(text: str) -> str:
    text = re.sub(rf"(?<=[^\s;!?]){ANY_SPACE}*([;!?]+)(?=[\s»”)]|$)", rf"{NARROW}\1", text)
    text = re.sub(rf"(?<=\S){ANY_SPACE}+([:%€»])", rf"{NO_BREAK}\1", text)
    text = re.sub(rf"«{ANY_SPACE}*", f"«{NO_BREAK}", text)
    text = re.sub(rf"(?<=\d)[ {NARROW}](?=\d{{3}}(?!\d))", NARROW, text)
    text = re.sub(r"(?<=\d) h (?=\d\d)", f"{NO_BREAK}h{NO_BREAK}", text)
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)
