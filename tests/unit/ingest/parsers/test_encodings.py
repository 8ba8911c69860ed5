"""Text in any usual encoding comes out as it was written."""

from __future__ import annotations

import pytest

from ingest.parsers.text import decode

SAMPLES = [
    ("Erste Zeile über Köln\rzweite Zeile: 12 Öre fällig\r", "mac_roman"),
    ("Die Gebühr für das Öffnen der Schleuse beträgt künftig 48 Euro.", "cp1252"),
    ("Le café du phare est fermé le lundi. La clé est à côté de l'église.", "latin-1"),
    ("El niño pagó mañana 50 € en el balcón; ¿cuánto es?", "cp1252"),
    ("A reunião será amanhã às três horas, não há alterações.", "cp1252"),
    ("The fee is £45 a night.", "cp1252"),
    ("He said “no” – that’s all.", "cp1252"),
    ("Klíče má paní Dvořáková. Přístav je zavřený.", "cp1250"),
    ("Opłata za śluzę wynosi pięćdziesiąt złotych. Łódź jest żółta.", "cp1250"),
    ("Klucze są u pani Wójcik, źródło jest żółte.", "iso8859-2"),
    ("Сколько стоит билет? Билет стоит сорок рублей.", "cp1251"),
    ("Билет на паром стоит сорок рублей.", "koi8-r"),
    ("Το κλειδί είναι στο γραφείο του λιμανιού.", "cp1253"),
    ("Anahtar liman ofisinde, şu İstanbul ığdır.", "cp1254"),
    ("灯台の鍵は港の事務所にあります。", "shift_jis"),
    ("灯塔的钥匙在港口办公室。", "gbk"),
    ("등대 열쇠는 항구 사무실에 있습니다.", "euc_kr"),
]


@pytest.mark.parametrize(("text", "encoding"), SAMPLES)
def test_legacy_text_is_read_right_and_the_guess_is_said(text: str, encoding: str) -> None:
    found, warning = decode(text.encode(encoding))
    assert found == text
    assert warning.startswith("The encoding was taken to be ")


def test_utf8_with_a_few_bad_bytes_stays_utf8_and_marks_them() -> None:
    data = "Die letzte Fähre fährt ab Brücke 3. Kapit".encode() + b"\xe4" + "n: König.".encode()
    found, warning = decode(data)
    assert found == "Die letzte Fähre fährt ab Brücke 3. Kapit\ufffdn: König."
    assert warning.startswith("1 characters")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_needs_no_guess(encoding: str) -> None:
    text = "Die Gebühr für das Öffnen beträgt 48 €."
    data = ("\ufeff" + text).encode(encoding) if encoding.startswith("utf-16-") else text.encode(encoding)
    assert decode(data) == (text, "")


def test_what_a_page_declares_counts_and_latin_1_is_read_as_browsers_do() -> None:
    assert decode('<meta charset="iso-8859-1"><p>50 € “net”'.encode("cp1252"))[0].endswith("50 € “net”")
    assert decode('<?xml version="1.0" encoding="koi8-r"?><p>Билет'.encode("koi8-r"))[0].endswith("Билет")


def test_bytes_that_are_no_text_in_any_encoding_are_decoded_all_the_same() -> None:
    assert isinstance(decode(bytes(range(128, 256)) * 50)[0], str)
