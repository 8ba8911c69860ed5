"""Answers a greeting, thanks or a goodbye with one friendly sentence in its language: nothing is looked up for it."""

from __future__ import annotations

import re
from functools import cache

from rag.words.folding import fold

MAX_SMALL_TALK = 60
"""Characters: longer messages ask for something."""

_SAID = {
    "en": (
        "hello|hi|hey|hello there|hi there|good (?:morning|afternoon|evening|day)|greetings|how are you(?: doing)?",
        "thanks|thank you|thx|ty|cheers|thanks a lot|many thanks|thank you (?:very|so) much|thanks so much",
        "bye|goodbye|bye bye|see you|see you (?:later|soon)|good night",
    ),
    "de": (
        "hallo|guten (?:morgen|tag|abend)|moin|servus|gruss gott|gruezi|wie geht(?:'?s| es)(?: dir| ihnen)?",
        "danke|danke ?schon|danke sehr|vielen dank|besten dank|herzlichen dank|dankeschon",
        "tschuss|auf wiedersehen|bis (?:bald|dann|spater)|gute nacht|ciao",
    ),
    "fr": (
        "bonjour|bonsoir|salut|coucou|ca va|comment (?:ca va|allez vous)",
        "merci|merci beaucoup|merci bien|un grand merci|mille mercis",
        "au revoir|a bientot|a plus(?: tard)?|bonne (?:nuit|journee|soiree)",
    ),
    "es": (
        "hola|buenos dias|buenas|buenas (?:tardes|noches)|que tal|como esta(?:s)?",
        "gracias|muchas gracias|mil gracias|muchisimas gracias",
        "adios|hasta (?:luego|pronto|manana)|chao",
    ),
    "it": ("buongiorno|buonasera|salve|ciao a tutti", "grazie|grazie mille|molte grazie", "arrivederci|a presto"),
    "pt": ("ola|oi|bom dia|boa (?:tarde|noite)", "obrigad[oa]|muito obrigad[oa]", "tchau|ate (?:logo|breve)"),
    "nl": (
        "hoi|goede(?:morgen|middag|navond)|goedendag|dag",
        "bedankt|dank (?:je|u)(?: wel)?|dankjewel",
        "tot ziens|doei",
    ),
    "ru": (
        "привет|здравствуйте|добрыи день|доброе утро|добрыи вечер",
        "спасибо|большое спасибо|благодарю",
        "пока|до свидания",
    ),
    "zh": ("你好|您好|早上好|晚上好", "谢谢|谢谢你|多谢|感谢", "再见"),
    "ja": (
        "こんにちは|こんばんは|おはようございます|はじめまして",
        "ありがとう|ありがとうございます|どうも",
        "さようなら",
    ),
    "ar": ("مرحبا|السلام عليكم|اهلا|صباح الخير|مساء الخير", "شكرا|شكرا جزيلا|شكرا لك", "مع السلامه|الي اللقاء"),
    "he": ("שלומ|היי|בוקר טוב|ערב טוב", "תודה|תודה רבה", "להתראות|ביי"),
}
"""Language -> greetings, thanks and goodbyes, folded, as patterns of a whole message."""

_REPLIES = {
    "en": ("Hello! Ask me something about your documents.", "You are welcome.", "Goodbye!"),
    "de": ("Hallo! Fragen Sie mich etwas zu Ihren Dokumenten.", "Gern geschehen.", "Auf Wiedersehen!"),
    "fr": ("Bonjour ! Posez-moi une question sur vos documents.", "Je vous en prie.", "Au revoir !"),
    "es": ("¡Hola! Pregúnteme algo sobre sus documentos.", "De nada.", "¡Hasta luego!"),
    "it": ("Salve! Mi chieda qualcosa sui suoi documenti.", "Prego.", "Arrivederci!"),
    "pt": ("Olá! Pergunte-me algo sobre os seus documentos.", "De nada.", "Até logo!"),
    "nl": ("Hallo! Vraag me iets over uw documenten.", "Graag gedaan.", "Tot ziens!"),
    "ru": ("Здравствуйте! Спросите меня о ваших документах.", "Пожалуйста.", "До свидания!"),
    "zh": ("您好！请就您的文件向我提问。", "不客气。", "再见！"),
    "ja": ("こんにちは！文書について何でも質問してください。", "どういたしまして。", "さようなら！"),
    "ar": ("مرحبا! اسألني عن مستنداتك.", "على الرحب والسعة.", "مع السلامة!"),
    "he": ("שלום! אפשר לשאול אותי על המסמכים שלך.", "בבקשה.", "להתראות!"),
}

_SEPARATORS = re.compile(r"[^\w']+")


def small_talk_reply(message: str) -> str:
    """Return the reply to a message that greets, thanks or says goodbye, and nothing else; "" for any other."""
    if len(message) > MAX_SMALL_TALK:
        return ""
    said = _SEPARATORS.sub(" ", fold(message)).strip()
    for language, patterns in _patterns().items():
        for pattern, reply in zip(patterns, _REPLIES[language], strict=True):
            if pattern.fullmatch(said):
                return reply
    return ""


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Return the patterns; what is said twice ("hi, hello!") or to Lectern by name is small talk too."""
    return {
        language: tuple(
            re.compile(rf"(?:(?:ok|okay|{greeting}) )?(?:{fold(words)})(?: (?:{fold(words)}|lectern))*")
            for words in said
        )
        for language, said in _SAID.items()
        for greeting in [fold(said[0])]
    }
