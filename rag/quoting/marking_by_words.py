"""Chooses the sentences that answer by words and cosines, where the passage reader does not know the language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.cosines import is_multilingual
from rag.extractive import MAX_CANDIDATES, Extract, cosines_of
from rag.language_gate import NOT_LATIN, choose_calibration, shares_of_words
from rag.protocols import Embedder
from rag.questions.constraints import asks_for_clause, find_constraints
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no, holds_kind, is_needed
from rag.quoting.asked_event import asks_hours, gives_hours
from rag.quoting.document_context import context_of
from rag.quoting.excerpts import Excerpt, language_of_source
from rag.quoting.range_columns import cell_of_range
from rag.quoting.table_cells import pick_cell
from rag.quoting.word_evidence import INFLECTED, question_words
from rag.text import content_words
from rag.units import MAX_EXTRACT, Unit, below_headings
from rag.words.folding import fold
from rag.words.language import guess_language

MIN_CLAUSE_WORDS = 4
"""Content words of a sentence of a clause that says something."""
HOURS_BONUS, CAUSE_BONUS = 2.0, 1.0
"""Logits that a sentence gains which gives the hours, or a cause, that are asked for, and which few others hold."""
MIN_LEAD_ACROSS = 0.4
"""Logits by which a sentence in another language, without a word of the question, must lead those of other sources."""
MAX_CLAUSE = 3
"""Sentences of a clause among which the one that is quoted is looked for."""
MAX_LABEL = 5
"""Words of the label of a value."""
CLEAR_LEAD = 1.5
CLEAR_BONUSES = ((2 * CLEAR_LEAD, 0.99, 1.0), (CLEAR_LEAD, 0.6, 0.5), (CLEAR_LEAD, 0.4, 0.25))
"""Logits by which a sentence must be ahead of all others, the share of the question's words that it must hold, and what
it then gains: no other can be meant."""
CONTEXT_WORTH = 0.5
"""Worth of a word of the question that stands over a sentence, in its title or section, beside one within it."""
LABEL_BONUS = 2.0
"""What a value gains whose label is named in the question: "Ausente: Pablo Vidal"."""
FITTING_SHARE, FITTING_BONUS = 0.4, 1.0
"""The same for a sentence that holds the time or amount that is asked for, or says whether something is so."""
BESIDE_SAME_LANGUAGE = 1.8
"""Logits that a sentence in another language loses where others are in that of the question: cosines across languages
lie closer together, and low."""


@dataclass(frozen=True, slots=True)
class LeadCalibration:
    """Weighs how far a sentence stands out of its source to a logit: its cosines alone and below its headings, what it
    leads the next one by, and its share of the question's words."""

    cosine: float
    headed: float
    lead: float
    share: float
    least: float
    section_worth: float
    """Worth of the second cosine beside the first where sentences are compared."""
    max_lead: float

    def compare(self, cosine: float, headed: float, share: float) -> float:
        """Return what the candidates are ordered by."""
        return cosine + self.section_worth * headed + 0.06 * share

    def judge(self, cosine: float, headed: float, lead: float, share: float) -> float:
        """Return a logit, 0 where such a sentence is as likely quoted as not."""
        return (
            self.cosine * cosine
            + self.headed * headed
            + self.lead * min(max(lead, 0.0), self.max_lead)
            + self.share * share
            - self.least
        )


STANDS_OUT = LeadCalibration(
    cosine=37.4, headed=17.7, lead=26.4, share=1.33, least=48.9, section_worth=0.35, max_lead=0.08
)
"""For multilingual-e5-small, question and text in one language in Latin script. Fitted to 147 questions on small
documents, 77 of which they answer: the cosine alone finds 53 of these at five wrong ones, this 59."""
ALONE = 0.05
"""Lead of a sentence beside which none holds the kind of thing that is asked for."""
COMPARED = 10
"""Nearest sentences that are compared below their headings."""
UNNAMED_MATTER = 1.15
"""Logits that a sentence loses which does not name what is asked for: the salary, the number of steps."""
UNNAMED_PERSON = 2.0
"""The same for one without a name where it is asked who."""
MIN_SAID = 0.45
"""Share of the question's words below which a sentence seldom tells whether something is so."""
_MATTER = re.compile(
    r"(?i)^\W*(?:wie (?:hoch|groß|lang) (?:ist|sind|war|waren) (?:der|die|das)"
    r"|(?:was|welches?) (?:ist|sind) (?:der|die|das)|wie ?viele|quel(?:le)?s? (?:est|sont|était) (?:les?|la|l['’])"
    r"|combien (?:de |d['’])|cu[aá]l(?:es)? (?:es|son|fue) (?:el|las?|los)|cu[aá]nt[oa]s)\s*(?P<matter>[^\W\d_]{3,})"
)
_MEASURED = re.compile(
    r"(?i)(?:tage?|stunden?|minuten?|wochen?|monate?|jahre?|temps|jours?|heures?|minutes?|semaines?|mois|ans|fois|días?|horas?"
    r"|minutos?|semanas?|meses|años|veces|tiempo|personen|personnes|personas|euros?)"
)
_SENTENCE_ENDS = frozenset(".!…。！۔।\"'»”’)")
_LABELLED_VALUE = re.compile(r"\w\s?:\s+\S")


def choose_by_words(question: str, excerpts: Sequence[Excerpt], embedder: Embedder) -> list[Extract]:
    """Return of each excerpt the sentence that likely answers, by its share of the question's words and its cosine."""
    if asks_for_clause(question):
        written = [fold(constraint.written) for constraint in find_constraints(question)]
        ordered = sorted(excerpts, key=lambda it: not any(one in fold(it.source.text) for one in written))
        telling = [unit for it in ordered for unit in it.units[:MAX_CLAUSE] if unit.is_telling]
        # Its number, or its heading, says nothing by itself.
        return [Extract.of(unit, 0.0) for unit in telling if len(unit.words) >= MIN_CLAUSE_WORDS][:1]
    asked = guess_language(question)
    by_number = {excerpt.source.number: excerpt.source for excerpt in excerpts}
    candidates = [
        (candidate, language_of_source(excerpt.source)) for excerpt in excerpts for candidate in _telling(excerpt)
    ]
    languages = [language for _, language in candidates]
    # What an excerpt was chosen by, its sentences need not say again.
    rest = _without_hard(question)
    shares = shares_of_words(rest, [_with_what_it_leans_on(it) for it, _ in candidates], languages)
    wider = shares_of_words(
        rest, [f"{context_of(it.source)}\n{_with_what_it_leans_on(it)}" for it, _ in candidates], languages
    )
    shares = [share + (more - share) * CONTEXT_WORTH for share, more in zip(shares, wider, strict=True)]
    texts = [it.text for it, _ in candidates]
    embedded = sorted(range(len(texts)), key=lambda position: -shares[position])[:MAX_CANDIDATES]
    cosines = dict(zip(embedded, cosines_of(question, [candidates[at][0] for at in embedded], embedder), strict=True))
    multilingual = is_multilingual(embedder.fingerprint)
    same = {language for _, language in candidates if asked and language == asked}
    judged: list[tuple[Extract, float]] = []
    for position, cosine in sorted(cosines.items()):
        candidate, language = candidates[position]
        calibration = choose_calibration(asked, language, multilingual=multilingual)
        score = calibration.judge(cosine, shares[position])
        if same and language and language != asked:
            if not shares[position]:
                # Not even a name or a number is the same, and there are texts in the question's language.
                continue
            score -= BESIDE_SAME_LANGUAGE
        elif not asks_yes_or_no(question) and _is_labelled_as_asked(question, candidate, language):
            score += LABEL_BONUS
        if asked_kind(question) == "name" and asked not in NOT_LATIN and not holds_kind(candidate.text, "name"):
            score -= UNNAMED_PERSON
        score += _bonus_of_kind(question, candidate)
        cell = ""
        if candidate.is_row:
            cell = cell_of_range(question, candidate.header, candidate.text)[0] or pick_cell(
                question, candidate.header, candidate.text
            )
        judged.append((Extract.of(candidate, score, cell), shares[position]))
    if multilingual:
        judged = _standing_out(question, [it for it, _ in candidates], languages, shares, cosines, judged, embedder)
    judged = _of_needed_kind(question, judged)
    judged.sort(key=lambda one: -one[0].score)
    if asked and not same and _is_any(judged):
        return []
    alike = [one for one in judged if not same or language_of_source(by_number[one[0].number]) in ("", asked)] or judged
    first, held = alike[0] if alike else (None, 0.0)
    lead = alike[0][0].score - alike[1][0].score if len(alike) > 1 else CLEAR_LEAD
    bonus = max((it for least, share, it in CLEAR_BONUSES if lead >= least and held >= share), default=0.0)
    if first is not None and lead >= CLEAR_LEAD and held >= FITTING_SHARE and _is_of_kind(question, first):
        bonus += FITTING_BONUS
    best: dict[int, Extract] = {}
    for extract, _ in judged:
        if extract.score + (bonus if extract is first else 0.0) >= 0:
            best.setdefault(extract.number, extract)
    return list(best.values())


def _bonus_of_kind(question: str, unit: Unit) -> float:
    """Return what a sentence gains that gives a cause where it is asked why, or opening hours where these are."""
    bonus = HOURS_BONUS if asks_hours(question) and gives_hours(unit.text) else 0.0
    return bonus + (CAUSE_BONUS if asked_kind(question) == "cause" and holds_kind(unit.text, "cause") else 0.0)


def _of_needed_kind(question: str, judged: list[tuple[Extract, float]]) -> list[tuple[Extract, float]]:
    """Return the sentences that hold what is asked for where nothing without it answers, if any does."""
    kind = asked_kind(question)
    if kind is None or not is_needed(kind):
        return judged
    return [one for one in judged if holds_kind(f"{one[0].header}\n{one[0].text}", kind)] or judged


def _is_any(judged: Sequence[tuple[Extract, float]]) -> bool:
    """Return whether the best sentence has no word of the question and is hardly ahead of one in another source."""
    first, share = judged[0] if judged else (None, 1.0)
    if first is None or share:
        return False
    others = [extract.score for extract, _ in judged if extract.number != first.number]
    return bool(others) and first.score - max(others) < MIN_LEAD_ACROSS


def _standing_out(
    question: str,
    units: Sequence[Unit],
    languages: Sequence[str],
    shares: Sequence[float],
    cosines: Mapping[int, float],
    judged: Sequence[tuple[Extract, float]],
    embedder: Embedder,
) -> list[tuple[Extract, float]]:
    """Return the judged sentences, with a better score where one in the question's language stands out of the others.

    `units`, `languages` and `shares` are those of all candidates, `cosines` by position of those that were embedded.
    """
    asked, kind = guess_language(question), asked_kind(question)
    alike = [at for at in sorted(cosines, key=lambda at: -cosines[at]) if languages[at] in ("", asked)]
    if not asked or asked in NOT_LATIN or not alike:
        return list(judged)
    fitting = [
        at
        for at in alike
        if not (kind and is_needed(kind)) or holds_kind(f"{units[at].header}\n{units[at].text}", kind)
    ][:COMPARED]
    if not fitting:
        return list(judged)
    headed = embedder.embed_passages([below_headings(units[at]) for at in fitting]) @ np.asarray(
        embedder.embed_question(question)
    )
    compared = {
        at: STANDS_OUT.compare(cosines[at], float(cosine), shares[at])
        for at, cosine in zip(fitting, headed, strict=True)
    }
    scores = {}
    for at, cosine in zip(fitting, headed, strict=True):
        next_best = max((value for other, value in compared.items() if other != at), default=compared[at] - ALONE)
        score = STANDS_OUT.judge(cosines[at], float(cosine), compared[at] - next_best, shares[at])
        if kind == "name" and not holds_kind(units[at].text, kind):
            score -= UNNAMED_PERSON
        score += _bonus_of_kind(question, units[at])
        is_unnamed = _lacks_matter(question, units[at], languages[at]) or (
            asks_yes_or_no(question) and shares[at] < MIN_SAID
        )
        scores[units[at].place] = score - (UNNAMED_MATTER if is_unnamed else 0.0)
    return [
        (replace(extract, score=max(extract.score, scores.get(extract.place, extract.score))), share)
        for extract, share in judged
    ]


def _lacks_matter(question: str, unit: Unit, language: str) -> bool:
    """Return whether a question says in a word what it asks for, and neither a sentence nor its headings have it."""
    match = _MATTER.match(question)
    if match is None or _MEASURED.fullmatch(match["matter"]):
        return False
    words = question_words(match["matter"], guess_language(question), [language])
    return bool(words.terms) and not words.held_by(_with_what_it_leans_on(unit), language)


def _without_hard(question: str) -> str:
    """Return a question without its identifiers and clauses, if anything else is left."""
    rest = question
    for constraint in find_constraints(question):
        if constraint.is_hard:
            rest = rest.replace(constraint.written, " ")
    return rest if content_words(rest) else question


def _with_what_it_leans_on(unit: Unit) -> str:
    return "\n".join((unit.heading, unit.header, unit.leans_on, unit.text))


def _is_labelled_as_asked(question: str, unit: Unit, language: str) -> bool:
    """Return whether a sentence is a value behind a label all of whose words the question names."""
    label, colon, value = unit.text.partition(":")
    if not colon or not value.strip() or unit.is_row or len(label.split()) > MAX_LABEL:
        return False
    words = question_words(label, language, [guess_language(question)])
    held = words.held_by(question, language)
    return bool(words.terms) and len(held) == len(words.terms) and min(held.values()) >= INFLECTED


def _is_of_kind(question: str, extract: Extract) -> bool:
    """Return whether a sentence holds a thing of the sort asked for that few others hold; any says yes or no."""
    kind = asked_kind(question)
    return (
        is_needed(kind) and holds_kind(f"{extract.header}\n{extract.text}", kind) if kind else asks_yes_or_no(question)
    )


def _telling(excerpt: Excerpt) -> list[Unit]:
    """Return the sentences, rows and labelled values of an excerpt that can answer: no questions; no headings, which
    end without a mark, where there is anything else."""
    told = [it for it in excerpt.units if len(it.text) <= MAX_EXTRACT and it.text[-1] not in "?？؟;"]
    return [it for it in told if it.is_row or it.text[-1] in _SENTENCE_ENDS or _LABELLED_VALUE.search(it.text)] or told
