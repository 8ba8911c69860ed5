"""Text is told from what broken fonts and encodings leave of it, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsers.readability import is_readable, word_share

ENGLISH = (
    "The council agreed to buy a second ferry before the winter storms begin, and the harbour master will report on "
    "the state of the slip in March. The lamp of the lighthouse flashes three times every twenty seconds."
)
READABLE = {
    "english": ENGLISH,
    "german": "Die Möwen kehren im Frühjahr zurück und brüten auf den Klippen über dem Hafen, bis der Herbst beginnt.",
    "polish": "Rada zgodziła się kupić drugi prom przed zimowymi sztormami, a kapitan portu złoży raport w marcu.",
    "czech": "Strč prst skrz krk; vlk zmrzl, zhltl hrst zrn a pak čtvrt hodiny mlčky hleděl na zasněžené pole.",
    "turkish": "Belediye meclisi kış fırtınaları başlamadan önce ikinci bir feribot satın almaya karar verdi.",
    "russian": "Совет согласился купить второй паром до начала зимних штормов, а начальник порта доложит в марте.",
    "arabic": "وافق المجلس على شراء عبارة ثانية قبل أن تبدأ عواصف الشتاء وسيقدم مدير الميناء تقريره في شهر مارس",
    "hindi": "परिषद ने सर्दियों के तूफान शुरू होने से पहले दूसरी नौका खरीदने पर सहमति व्यक्त की है और बंदरगाह के प्रमुख",
    "thai": "สภาตกลงที่จะซื้อเรือข้ามฟากลำที่สองก่อนที่พายุฤดูหนาวจะเริ่มขึ้น และนายท่าจะรายงานในเดือนมีนาคม",
    "chinese": "理事会同意在冬季风暴开始之前购买第二艘渡轮，港务长将在三月报告滑道的状况。灯塔的灯每二十秒闪三次。" * 2,
    "japanese": "評議会は冬の嵐が始まる前に二隻目のフェリーを購入することに合意し、港長は三月に報告する予定です。" * 2,
    "figures": "1,234 (5.6)% $7 10/31/2024 99.5 12:30 2,000,000 44.1% 17 18 19 20 1.1 1.2 1.3 2024-03-01 5e6",
    "contents": "Part One . . . . . . . . . . . . . . 1 Harbour dues ............................. 12 Fees ........ 40",
    "names": "WhitePoint [ 0.9505 1.0000 1.0890 ] BlackPoint [ 0.0 0.0 0.0 ] ColorSpace [ 1.8 1.8 1.8 ]",
    "codes": "AB-1234/X type QX99 mounting bracket M8x40 zinc plated ISO 4017 pack of 25 order no. 77-AC-19 blue",
}
RUSSIAN = "Совет согласился купить второй паром до начала зимних штормов, а начальник порта доложит в марте о причале."
REVERSED = str.maketrans("абвгдежзийклмнопрстуфхцчшщъыьэюя", "яюэьыъщшчцхфутсрпонмлкйизжедгвба")
SWAPPED = "".join(chr((ord(letter) - 94) % 26 + 97) if "a" <= letter <= "z" else letter for letter in ENGLISH.lower())
NOISE = {
    "nothing": "",
    "private use": "\ue001\ue002\ue003 \ue004\ue005 \ue006" * 10,
    "controls": "\x01\x02\x03\x04 \x05\x06 \x10\x11\x12 words " * 5,
    "replacement": "\ufffd\ufffd\ufffd a \ufffd\ufffd \ufffd" * 9,
    "symbols": '!"#$% &\'()*+ ,-./:; <=>?@ [\\]^_ `{|}~ $%&\'( #"!+* =;:/. ^]\\[@ ~}|{` %$#"!',
    "swapped letters": SWAPPED,
    "few swapped letters": SWAPPED[:130],
    "exchanged letters": ENGLISH.translate(str.maketrans("aeiourstnlhd", "rstnlhdaeiou")),
    "swapped Cyrillic letters": RUSSIAN.lower().translate(REVERSED),
    "Cyrillic as Latin": RUSSIAN.encode("cp1251").decode("cp1252", "replace"),
    "syllables for letters": "".join(chr(0xAC00 + 89 * ord(x) % 11172) if x.isalpha() else x for x in ENGLISH),
    "characters for letters": "".join(chr(0x5000 + 97 * ord(x)) if x.isalpha() else x for x in ENGLISH),
    "many scripts": "ԔϸಈһӍ ΰΎߙΨ ķϙʆϢ ইӯқȥ ҧೇʷЖ ݐʣΌಇ ӇΗ˨ಮ Ɣƚʨಀ ΪӾԢऐ Țɯࢊϧ ಞФͶഏ ƥȥҧी " * 2,
    "mixed cases": "qXzRt kLmNoP wEr#tY uI@oPa sDfG%h jKl;zX cVbN!m QwErTy uIoPaS dFgHjK lZxCvB nMqWeR" * 2,
}


@pytest.mark.parametrize("language", READABLE)
def test_text_in_any_script_is_readable(language: str) -> None:
    assert is_readable(READABLE[language].split())


@pytest.mark.parametrize("kind", NOISE)
def test_what_broken_fonts_leave_is_not(kind: str) -> None:
    assert not is_readable(NOISE[kind].split())


def test_a_few_words_are_believed() -> None:
    assert is_readable(["§", "4(b)"])


@given(st.text(max_size=400))
def test_any_text_gets_a_judgement_and_a_share(text: str) -> None:
    assert is_readable(text.split()) in (True, False)
    assert 0 <= word_share(text) <= 1
