"""A small set of invented documents with questions about them, for guarding the ranking. Change it and the floors in
test_ranking.py must be found anew."""

from __future__ import annotations

DOCUMENTS: dict[str, str] = {
    # Three pumps whose manuals differ in little but the figures.
    "corvane-p120-manual.txt": """Corvane P-120 circulation pump: installation and care

The P-120 moves up to 40 litres a minute at a head of 6 metres. It draws 95 watts from a 230 volt supply and weighs
3.2 kg. Mount it with the shaft level; a shaft that stands upright lets air gather at the bearing.

Bleed the pump before the first start: loosen the screw on the face by half a turn, wait until water comes without
bubbles, and tighten it again. A pump that runs dry for more than two minutes must not be used again.""",
    "corvane-p140-manual.txt": """Corvane P-140 circulation pump: installation and care

The P-140 moves up to 65 litres a minute at a head of 8 metres. It draws 140 watts from a 230 volt supply and weighs
4.1 kg. It may be mounted in any position.

The pump bleeds itself within the first ten minutes; there is no bleed screw. A sensor stops the motor when it runs
dry, and the lamp on the face shows red until the supply is switched off and on again.""",
    "corvane-p160-manual.txt": """Corvane P-160 circulation pump: installation and care

The P-160 moves up to 90 litres a minute at a head of 11 metres. It draws 210 watts from a 400 volt supply and weighs
7.8 kg. Only an electrician may connect it.

Error E07 on the display means that the rotor is blocked: switch off, remove the front cover and free the rotor by
hand. Error E12 means that the water is hotter than 110 degrees.""",
    "corvane-spare-parts.csv": """Part number,Description,Fits,Price in crowns
88-4410,Shaft seal,P-120,14.50
88-4412,Shaft seal,P-140,17.00
88-4417,Shaft seal,P-160,26.80
90-1005,Bleed screw with ring,P-120,3.20
90-2230,Dry-run sensor,P-140,41.00
91-7700,Front cover,P-160,58.90
""",
    "corvane-warranty.txt": """Corvane warranty terms

Pumps are guaranteed for 36 months from the day of sale, seals and rings for 12. The guarantee ends when the housing
was opened by anyone but a Corvane workshop, except to free a blocked rotor as the manual describes. Send claims with
the bill and the serial number to the dealer, not to the factory.""",
    # Firmware of an invented drone, release after release.
    "skerry-drone-release-2-1.txt": """Skerry drone firmware 2.1 release notes

The return-home altitude can be set between 20 and 120 metres. Hovering in wind above 9 metres a second is steadier.
Fixed: the camera no longer turns upside down after landing on a slope. Known fault: battery level is shown 5 percent
too high below freezing.""",
    "skerry-drone-release-2-2.txt": """Skerry drone firmware 2.2 release notes

Battery level below freezing is shown rightly now. The drone refuses to take off with less than 15 percent charge.
New: it follows a person at up to 6 metres a second. Known fault: following stops when the person walks under trees.""",
    "skerry-drone-release-2-3.txt": """Skerry drone firmware 2.3 release notes

Following works under trees. Maps of no-fly zones are kept on the drone, so that no telephone network is needed.
Removed: video by radio to old goggles of the first series. Landing on moving boats is at the pilot's own risk.""",
    "skerry-drone-battery-care.txt": """Caring for Skerry batteries

Store the pack at about half charge and between 5 and 20 degrees. A full pack left for weeks swells. Charge it to full
only on the day of the flight. After 300 cycles a pack holds about four fifths of what it held when new.""",
    # A town's library branches.
    "tarnholt-library-hours.csv": """Branch,Monday,Wednesday,Saturday,Telephone
Millgate,9 to 18,9 to 20,10 to 14,4410
Harbour Square,closed,10 to 18,10 to 16,4427
Upper Tarn,13 to 17,13 to 17,closed,4433
Castle Hill,9 to 17,closed,9 to 13,4439
""",
    "tarnholt-library-rules.txt": """Borrowing from the Tarnholt town library

Books may be kept for four weeks, films and music for one. Each further week costs 50 pence an item, at most 8 pounds.
A loan can be extended twice unless somebody waits for the item. Children under twelve pay no fines. Lost cards are
replaced for 3 pounds.""",
    "tarnholt-library-history.txt": """How Tarnholt came by its library

The catalogue began in 1871 as a reading room of the weavers' guild above the Millgate market. The fire of 1904 spared
the books because the ceiling was of brick. The branch at Harbour Square opened in 1958 in the former customs house.""",
    "tarnholt-museum-hours.txt": """Tarnholt town museum: visiting

The museum in the old customs house annex is open from Tuesday to Sunday, 10 to 17, in winter until 16. On Mondays it
is closed. Admission is 5 pounds; children and pupils enter free. The loom hall is shown by guides at 11 and 14.""",
    "tarnholt-swimming-bath.txt": """Tarnholt swimming bath: prices and hours

The bath opens daily at 7 and closes at 21, on Saturdays at 18. A swim costs 4 pounds, ten swims 34. Children under
six swim free with an adult. The sauna is for adults only and costs 6 pounds more.""",
    # Yearly reports of a cooperative.
    "hellin-cooperative-2021.txt": """Hellin Valley growers' cooperative: annual report 2021

In 2021 members delivered 4,180 tonnes of grapes, a tenth less than the year before, because hail on 9 July destroyed
the slopes above Orsa. Sales came to 11.2 million crowns and the surplus to 0.4 million. The cooperative had 212
members at the end of the year.""",
    "hellin-cooperative-2022.txt": """Hellin Valley growers' cooperative: annual report 2022

In 2022 members delivered 4,655 tonnes of grapes. Sales rose to 12.9 million crowns and the surplus to 0.9 million,
of which half was paid out. A second press was bought for 1.3 million crowns. The cooperative had 219 members at the
end of the year.""",
    "hellin-cooperative-2023.txt": """Hellin Valley growers' cooperative: annual report 2023

In 2023 members delivered 4,390 tonnes of grapes. Sales were 12.6 million crowns; after the repair of the cellar roof a
loss of 0.2 million remained. The chair, Ilse Marant, handed over to Jon Veraak in May. The cooperative had 207 members
at the end of the year.""",
    "hellin-harvest-by-variety.csv": """Variety,2021 tonnes,2022 tonnes,2023 tonnes
Orsa white,1710,1985,1840
Blue Hellin,1220,1290,1335
Muskat,640,730,585
Late Karst,610,650,630
""",
    "hellin-pruning-guide.txt": """Pruning vines in the Hellin Valley

Prune in late winter when the sap does not run yet, and leave two buds on each spur. Late pruning puts off budding by
up to ten days and so saves the shoots from frost in May; it lowers the yield a little. Burn wood that shows black
streaks.""",
    # Findings about an invented plant and its neighbours.
    "marsh-bellwort-mowing-study.txt": """Mowing and the marsh bellwort: a study of nine years

On plots that were mown once in September the marsh bellwort doubled its number of shoots within five years. Mowing in
June halved it, since seeds had not ripened. Plots left alone lost the plant to reed by the seventh year.""",
    "marsh-bellwort-pollination.txt": """Who pollinates the marsh bellwort

Of 1,140 visits to the flowers 83 percent were made by two kinds of hoverfly, and only 6 percent by honey bees, which
carry the pollen on the wrong side of the body. Hives set up beside the marsh did not raise the number of seeds.""",
    "marsh-bellwort-fertiliser.txt": """Fertiliser from fields and the marsh bellwort

Where nitrogen from neighbouring fields reached the marsh, tall grasses shaded the bellwort and its shoots fell by two
thirds in four years. A strip of 15 metres without fertiliser was enough to keep the number steady.""",
    "meadow-bellwort-mowing.txt": """Meadow bellwort under the scythe

The meadow bellwort, unlike its cousin of the marsh, stands mowing in June well: it shoots again and flowers in August.
Mowing in September weakens it. Sheep leave it alone because it is bitter.""",
    "marsh-orchid-counts.txt": """Counting orchids on the Tarn marshes

Volunteers counted 312 marsh orchids in 2019, 287 in 2020 and 340 in 2021. The early mowing of 2020 is the likely
cause of the dip. Orchids grow only on the northern third of the marshes, where the peat is cut.""",
    # A school's rules.
    "ferrow-school-absence.txt": """Ferrow school: absence

Parents tell the office before 8.15 on the first day of an illness, by telephone or in the portal. From the fourth day
on a doctor's note is needed. Leave for holidays within term is given by the head, and not in the two weeks before
examinations.""",
    "ferrow-school-phones.txt": """Ferrow school: telephones and watches

Telephones stay switched off in the locker from the first bell to the last. Pupils of the two upper years may use them
in the common room at noon. A telephone found in class is kept in the office until the end of the day; the third time
the parents fetch it.""",
    "ferrow-school-meals.csv": """Day,Main dish,Without meat,Allergens
Monday,Fish pie,Leek tart,"fish, milk, gluten"
Tuesday,Chicken with rice,Bean stew,celery
Wednesday,Pancakes,Pancakes,"egg, milk, gluten"
Thursday,Beef goulash,Mushroom goulash,"celery, gluten"
""",
    "ferrow-school-trips.txt": """Ferrow school: trips and what they cost

Day trips cost at most 20 crowns. The fifth year goes to the coast for four days in June; families pay 180 crowns, and
the school fund takes over half for those who ask the office in confidence. Pupils who stay have lessons.""",
    "ferrow-bus-timetable.csv": """Stop,Morning,Noon,Afternoon
Ferrow school,7.52,13.10,16.05
Mill Lane,7.40,13.22,16.17
Orsa crossing,7.31,13.31,16.26
Upper Tarn,7.18,13.44,16.39
""",
    "ferrow-fire-drill.txt": """Ferrow school: in case of fire

At the long bell classes leave by the marked way and gather on the playing field by year. Nobody fetches coats or bags.
Teachers count their class and report to the caretaker at the gate. The lift must not be used.""",
}
"""File name -> content."""

QUESTIONS: list[tuple[str, str, dict[str, int]]] = [
    ("keyword", "P-140 dry run sensor part number", {"corvane-spare-parts.csv": 2, "corvane-p140-manual.txt": 1}),
    ("keyword", "E07 rotor blocked", {"corvane-p160-manual.txt": 1}),
    ("keyword", "fines overdue books children", {"tarnholt-library-rules.txt": 1}),
    ("keyword", "no-fly zone maps offline", {"skerry-drone-release-2-3.txt": 1}),
    ("keyword", "90-1005 price", {"corvane-spare-parts.csv": 1}),
    (
        "fact",
        "Which pump has to be bled by hand before it is started for the first time?",
        {"corvane-p120-manual.txt": 1},
    ),
    ("fact", "How much power does the strongest Corvane pump need?", {"corvane-p160-manual.txt": 1}),
    ("fact", "Who leads the Hellin cooperative since the spring of 2023?", {"hellin-cooperative-2023.txt": 1}),
    ("fact", "In which year did the wine growers end with a deficit?", {"hellin-cooperative-2023.txt": 1}),
    ("fact", "At what charge should drone batteries be kept over the winter?", {"skerry-drone-battery-care.txt": 1}),
    ("fact", "When do I have to bring a certificate because my child is ill?", {"ferrow-school-absence.txt": 1}),
    (
        "fact",
        "What happens if a pupil is caught with a mobile in a lesson again and again?",
        {"ferrow-school-phones.txt": 1},
    ),
    (
        "claim",
        "Keeping more beehives nearby would give the wetland flower more seed.",
        {"marsh-bellwort-pollination.txt": 1},
    ),
    (
        "claim",
        "Cutting in June harms the marsh bellwort.",
        {"marsh-bellwort-mowing-study.txt": 2, "meadow-bellwort-mowing.txt": 1},
    ),
    ("claim", "The battery reading in frost was corrected with firmware 2.2.", {"skerry-drone-release-2-2.txt": 1}),
    ("claim", "Opening the pump yourself always voids the guarantee.", {"corvane-warranty.txt": 1}),
    ("table", "Is the library at Harbour Square open on Monday?", {"tarnholt-library-hours.csv": 1}),
    (
        "table",
        "Which grape gave the most in 2022?",
        {"hellin-harvest-by-variety.csv": 1},
    ),
    ("table", "What can a vegetarian child have for lunch on the day before Friday?", {"ferrow-school-meals.csv": 1}),
    ("table", "When does the afternoon bus stop at Orsa crossing?", {"ferrow-bus-timetable.csv": 1}),
]
"""(style, question, file name -> grade)."""
