"""Holds the names of months and days in the languages that number formats of spreadsheets ask for."""

from __future__ import annotations

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "nb": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
}
MONTHS = {language: names.split() for language, names in _MONTHS.items()}
"""Language -> the months' names from January on."""

DAYS = {language: names.split() for language, names in _DAYS.items()}
"""Language -> the days' names from Monday on."""

_PRIMARY = {
    **{0x06: "da", 0x07: "de", 0x09: "en", 0x0A: "es", 0x0B: "fi", 0x0C: "fr", 0x10: "it", 0x13: "nl", 0x14: "nb"},
    **{0x15: "pl", 0x16: "pt", 0x19: "ru", 0x1D: "sv"},
}
"""The languages of Windows' language identifiers, their lowest ten bits (MS-LCID)."""


def language_of(locale: str) -> str:
    """Return the language of a format's locale, "407" or "de-DE"; English where it is another or none."""
    tag = locale.partition(",")[0].lower()
    if len(tag) <= 8 and all(digit in "0123456789abcdef" for digit in tag) and tag:
        return _PRIMARY.get(int(tag, 16) & 0x3FF, "en")
    code = {"no": "nb", "nn": "nb"}.get(tag.partition("-")[0], tag.partition("-")[0])
    return code if code in MONTHS else "en"
