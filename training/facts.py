"""Makes small tables, lists of fields and runs of sentences about made-up things, with what is asked of them.

A question asks for one property of one thing. The passage that answers says it; those that do not say it of another
thing, another property of this thing, or leave the field empty. Contents pages that only name the topic are made of
the questions of real sets.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from training.mine import TrainingGroup, as_keywords, find_answers

FACTS = "facts"
"""The set that these groups are of."""
CONTENTS = "contents"
"""The set of the groups with contents pages."""

Draw = random.Random


@dataclass(frozen=True, slots=True)
class Property:
    """A column of a table: its names, how it is asked for (`{}` is the thing) and what makes a value."""

    names: tuple[str, ...]
    questions: tuple[str, ...]
    sentence: str
    value: Callable[[Draw], str]


_FIRST = (
    "Anna Ben Carla David Elena Farid Grace Hugo Ines Jonas Kira Liam Mona Nils Olga Pavel Rosa Sami Tara Umar Vera"
)
_LAST = "Abel Brandt Costa Dahl Engel Fischer Grant Hale Ivers Jensen Kaur Lund Moreau Novak Orde Petrov Quist Reyes"
_PLACES = (
    "Westport Southport Eastport Newport Ashford Bridgeton Clearwater Dunmore Elmstead Fairview Glenrock Hillsboro"
    " Kingsley Lakeside Millbrook Northgate Oakdale Redfield Stonehaven Thornbury Upton Waverly Yarrow Bergen Tromso"
)
_GOODS = (
    "pump valve filter sensor bracket hinge cable motor fan battery lamp gasket bearing switch tank nozzle lever panel"
)
_MONTHS = "January February March April May June July August September October November December"
_HEADINGS = (
    "Introduction",
    "Scope",
    "Definitions",
    "General",
    "Safety",
    "Maintenance",
    "Installation",
    "Terms",
    "Annex A",
    "Glossary",
    "Index",
    "Summary",
    "Overview",
    "References",
)


def person(draw: Draw) -> str:
    """Return a person's name."""
    return f"{draw.choice(_FIRST.split())} {draw.choice(_LAST.split())}"


def amount(draw: Draw) -> str:
    """Return an amount of money."""
    value = draw.choice([draw.uniform(1, 100), draw.uniform(100, 5_000), draw.uniform(5_000, 900_000)])
    return f"{draw.choice(['$', '€', '£', ''])}{value:,.{draw.choice([0, 2])}f}"


def date(draw: Draw) -> str:
    """Return a date."""
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1995, 2026)
    return draw.choice(
        [
            f"{day} {_MONTHS.split()[month - 1]} {year}",
            f"{year}-{month:02}-{day:02}",
            f"{_MONTHS.split()[month - 1]} {day}, {year}",
        ]
    )


def count(draw: Draw) -> str:
    """Return a whole number."""
    return str(draw.choice([draw.randint(2, 40), draw.randint(40, 900), draw.randint(1_000, 60_000)]))


def period(draw: Draw) -> str:
    """Return a length of time."""
    return f"{draw.randint(2, 90)} {draw.choice(['days', 'weeks', 'months', 'hours'])}"


def _firm(draw: Draw) -> str:
    return f"{draw.choice(_LAST.split())} {draw.choice(['Ltd', 'GmbH', 'Inc.'])}"


def telephone(draw: Draw) -> str:
    """Return a telephone number."""
    return f"{draw.randint(200, 989)}-{draw.randint(1000, 9999)}"


PROPERTIES = (
    Property(("Price", "Unit price", "Cost"), ("What is the price of {}?", "How much does {} cost?"),
             "The price of {} is {}.", amount),
    Property(("Manager", "Site manager", "Head"), ("Who is the manager of {}?", "Who manages {}?", "manager {}"),
             "The manager of {} is {}.", person),
    Property(("Contact", "Contact person"), ("Who is the contact person for {}?", "Whom do I contact about {}?"),
             "The contact person for {} is {}.", person),
    Property(("Supplier", "Vendor"), ("Who is the supplier of {}?", "Who supplies {}?"),
             "{} is supplied by {}.", _firm),
    Property(("Due date", "Deadline", "Due"), ("When is {} due?", "What is the deadline for {}?"),
             "{} is due on {}.", date),
    Property(("Start", "Start date", "Opened"), ("When did {} start?", "What is the start date of {}?"),
             "{} started on {}.", date),
    Property(("Employees", "Staff"), ("How many employees does {} have?", "How many people work at {}?"),
             "{} has {} employees.", count),
    Property(("Stock", "Quantity", "Units"), ("How many units of {} are in stock?", "What is the stock of {}?"),
             "The stock of {} is {} units.", count),
    Property(("Revenue", "Sales"), ("What was the revenue of {}?", "How much revenue did {} make?"),
             "The revenue of {} was {}.", amount),
    Property(("Warranty", "Notice period"), ("How long is the {name} of {}?", "What is the {name} for {}?"),
             "The {name} of {} is {}.", period),
    Property(("Weight", "Net weight"), ("What does {} weigh?", "What is the weight of {}?"),
             "{} weighs {}.", lambda draw: f"{draw.uniform(0.1, 90):.1f} kg"),
    Property(("Location", "City", "Place"), ("Where is {}?", "Where is {} located?"),
             "{} is located in {}.", lambda draw: draw.choice(_PLACES.split())),
    Property(("Phone", "Telephone"), ("What is the phone number of {}?", "phone {}"),
             "The phone number of {} is {}.", telephone),
    Property(("Fleet", "Vehicles"), ("How many vehicles did {} have?", "How large was the fleet of {}?"),
             "{} had {} vehicles.", count),
    Property(("Discount", "Rate"), ("What is the {name} for {}?", "Which {name} does {} have?"),
             "The {name} of {} is {}.", lambda draw: f"{draw.uniform(0.5, 40):.1f}%"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """Things of one sort, their properties and the value of each."""

    sort: str
    things: tuple[str, ...]
    properties: tuple[tuple[Property, str], ...]
    values: dict[tuple[str, str], str]


def make_world(draw: Draw) -> World:
    """Return some things that are easily taken for one another."""
    sort, things = draw.choice([_parts, _orders, _places, _years, _goods, _people, _clauses])(draw)
    chosen = draw.sample(PROPERTIES, draw.randint(2, 4))
    properties = tuple((one, draw.choice(one.names)) for one in chosen)
    values = {(thing, name): one.value(draw) for thing in things for one, name in properties}
    return World(sort, tuple(things), properties, values)


def facts(number: int, draw: Draw) -> Iterator[TrainingGroup]:
    """Yield groups about made-up things."""
    for _ in range(number):
        world = make_world(draw)
        show = draw.choice([_as_table, _as_table, _as_fields, _as_sentences, _as_sentences])
        thing = draw.choice(world.things)
        asked, name = draw.choice(world.properties)
        others = [one for one in world.things if one != thing]
        shown = draw.sample(others, draw.randint(1, len(others)))
        place = draw.randint(0, len(shown))
        names = [name for _, name in world.properties]
        title = draw.choice(["", "", world.sort, f"{world.sort} overview", "Notes"])
        text = show(world, [*shown[:place], thing, *shown[place:]], names, draw)
        value = world.values[thing, name]
        answers = find_answers([value], text)
        if len(answers) != 1:
            continue
        wrong = [show(world, shown, names, draw), show(world, others, names, draw)]
        if others_asked := [one for one in names if one != name]:
            wrong.append(show(world, [thing, *shown[:2]], others_asked, draw))
        if show is _as_fields:
            wrong.append(text.replace(value, ""))
        question = draw.choice(asked.questions).replace("{name}", name.lower()).replace("{}", thing)
        yield TrainingGroup(FACTS, question, (title, text), answers, tuple((title, one) for one in wrong))


def contents(groups: Sequence[TrainingGroup], number: int, draw: Draw) -> Iterator[TrainingGroup]:
    """Yield groups in which a contents page or a bare heading names what the question is about."""
    for group in draw.sample(groups, min(number, len(groups))):
        topic = as_keywords(group.question)
        if not 2 <= len(topic.split()) <= 9:
            continue
        page = draw.randint(1, 9)
        lines = []
        headings = draw.sample(_HEADINGS, draw.randint(3, 7))
        headings.insert(draw.randint(0, len(headings)), topic[:1].upper() + topic[1:])
        for position, heading in enumerate(headings, 1):
            page += draw.randint(1, 12)
            dots = draw.choice([" ........ ", "\t", " . . . . . ", "  "])
            lines.append(f"{draw.choice([f'{position} ', ''])}{heading}{dots}{page}")
        listing = "\n".join([draw.choice(["Contents", "Table of contents", "Index"]), *lines])
        wrong = (("", listing), (group.positive[0], topic[:1].upper() + topic[1:]))
        yield TrainingGroup(CONTENTS, group.question, group.positive, group.answers, wrong)


def _as_table(world: World, things: Sequence[str], names: Sequence[str], draw: Draw) -> str:
    """Return rows under a head, cells parted by bars as the product's parsers write them."""
    rows = [" | ".join([world.sort, *names])]
    rows += [" | ".join([thing, *(world.values[thing, name] for name in names)]) for thing in things]
    return "\n".join(rows)


def _as_fields(world: World, things: Sequence[str], names: Sequence[str], draw: Draw) -> str:
    """Return a block of `name: value` lines for each thing."""
    blocks = []
    for thing in things[:4]:
        lines = [f"{world.sort}: {thing}", *(f"{name}: {world.values[thing, name]}" for name in names)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _as_sentences(world: World, things: Sequence[str], names: Sequence[str], draw: Draw) -> str:
    """Return a sentence for each property of each thing."""
    sentences = []
    for thing in things:
        for one, name in world.properties:
            if name in names:
                said = one.sentence.replace("{name}", name.lower())
                said = said.replace("{}", thing, 1).replace("{}", world.values[thing, name], 1)
                sentences.append(said[:1].upper() + said[1:])
    return " ".join(sentences)


def _parts(draw: Draw) -> tuple[str, list[str]]:
    prefix, first = draw.choice(["P-", "HX-", "A", "KT", "M-", "VX"]), draw.randint(1, 8_000)
    return "Part", [f"{prefix}{first + step}" for step in draw.sample(range(12), draw.randint(3, 6))]


def _orders(draw: Draw) -> tuple[str, list[str]]:
    first, sort = draw.randint(10_000, 90_000), draw.choice(["order", "invoice", "contract"])
    return sort.capitalize(), [f"{sort} {first + step}" for step in draw.sample(range(15), draw.randint(3, 5))]


def _places(draw: Draw) -> tuple[str, list[str]]:
    sort = draw.choice(["Site", "Branch", "Depot", "Office"])
    article = draw.choice(["", "", "the "])
    return sort, [f"{article}{name}" for name in draw.sample(_PLACES.split(), draw.randint(3, 6))]


def _years(draw: Draw) -> tuple[str, list[str]]:
    first = draw.randint(1998, 2021)
    form = draw.choice(["{}", "fiscal {}", "FY{}", "Q2 {}"])
    return "Year", [form.format(first + step) for step in range(draw.randint(3, 5))]


def _goods(draw: Draw) -> tuple[str, list[str]]:
    size = ["small", "large", "steel", "brass", "spare", "double"]
    return "Item", [f"the {draw.choice(size)} {name}" for name in draw.sample(_GOODS.split(), draw.randint(3, 6))]


def _people(draw: Draw) -> tuple[str, list[str]]:
    return "Team", list({f"{draw.choice(_LAST.split())}'s team" for _ in range(5)})


def _clauses(draw: Draw) -> tuple[str, list[str]]:
    chapter = draw.randint(1, 9)
    return "Clause", [f"§ {chapter}.{number}" for number in draw.sample(range(1, 12), draw.randint(3, 5))]
