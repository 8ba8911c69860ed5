"""Small documents in eight languages and in English, with questions that they answer and questions that they do not."""

from __future__ import annotations

DOCUMENTS: dict[str, dict[str, str]] = {
    "de": {
        "mietvertrag.txt": (
            "Mietvertrag über die Wohnung Hafenstraße 12\n\n"
            "Die monatliche Miete beträgt 780 Euro und ist am dritten Werktag fällig. Die Kündigungsfrist beträgt drei "
            "Monate zum Ende eines Kalendermonats.\n\n"
            "Haustiere dürfen nur mit schriftlicher Zustimmung der Vermieterin gehalten werden. Für Schäden am "
            "Dach haftet "
            "die Vermieterin, Frau Anneliese Brandt.\n\n"
            "Der Schlüssel zum Keller wird beim Hausmeister im Erdgeschoss aufbewahrt."
        ),
        "werft.txt": (
            "Jahresbericht der Werft Nordkai\n\n"
            "Im Jahr 2022 baute die Werft elf Fischkutter und reparierte vierzig Segelboote. Der rote Kran hebt "
            "bis zu 7,5 "
            "Tonnen, der blaue Kran zwölf Tonnen.\n\n"
            "Die Werft beschäftigt zwei Tischler und einen Elektriker. Besucher dürfen die Lackiererei nicht "
            "betreten.\n\n"
            "Zum neuen Vorsitzenden wählte der Vorstand Harald Wick."
        ),
    },
    "fr": {
        "phare.txt": (
            "Règlement du phare de Saint-Elme\n\n"
            "Le phare est ouvert aux visiteurs de neuf heures à dix-sept heures, sauf le lundi. Le billet coûte "
            "six euros "
            "pour les adultes.\n\n"
            "La lampe du phare émet trois éclats toutes les vingt secondes. La clé de la lanterne se trouve au "
            "bureau du "
            "port.\n\n"
            "Les chiens ne sont pas admis dans l'escalier."
        ),
        "cooperative.txt": (
            "Rapport annuel de la coopérative des pêcheurs\n\n"
            "La coopérative a vendu 240 tonnes de sardines en 2021. Les membres ont élu Madame Claire Morvan "
            "présidente.\n\n"
            "Un nouvel entrepôt frigorifique a été construit près du quai sud. Le chiffre d'affaires s'élève à "
            "1,8 million "
            "d'euros."
        ),
    },
    "es": {
        "biblioteca.txt": (
            "Normas de la biblioteca municipal\n\n"
            "Cada socio puede llevarse hasta cinco libros durante tres semanas. La multa por retraso es de "
            "veinte céntimos "
            "al día.\n\n"
            "La biblioteca abre a las diez de la mañana y cierra a las ocho de la tarde. La directora es Lucía "
            "Ferrer.\n\n"
            "Los ordenadores se encuentran en la segunda planta."
        ),
        "molino.txt": (
            "Historia del molino de viento\n\n"
            "El molino fue construido en 1784 por el carpintero Tomás Rivas. Sus aspas miden nueve metros de largo.\n\n"
            "Hoy el molino pertenece al ayuntamiento y produce harina de trigo."
        ),
    },
    "ru": {
        "port.txt": (
            "Правила порта\n\n"
            "Контора порта открывается в восемь часов утра. Владельцы лодок платят сорок рублей за стоянку в сутки.\n\n"
            "Ключи от маяка хранятся у начальника порта Ивана Сергеевича Белова. Паром на остров отходит два "
            "раза в день.\n\n"
            "Ловить рыбу с причала запрещено."
        ),
        "zavod.txt": (
            "Отчёт завода за 2020 год\n\n"
            "Завод выпустил шесть тысяч насосов и продал их в двенадцать стран. На заводе работают триста человек.\n\n"
            "Новый цех построили рядом с железной дорогой."
        ),
    },
    "zh": {
        "lighthouse.txt": (
            "灯塔管理规定\n\n"
            "灯塔建于1887年，高三十二米。灯塔的灯每二十秒闪三次。\n\n"
            "灯塔的钥匙存放在港务办公室。游客门票为十五元，儿童免费。\n\n"
            "每年冬天灯塔关闭两个月进行维修。"
        ),
        "council.txt": (
            "理事会会议记录\n\n"
            "理事会同意在冬季风暴开始之前购买第二艘渡轮。新渡轮的价格是四百万元。\n\n"
            "王丽被选为理事会主席。下一次会议将于六月在市政厅举行。"
        ),
    },
    "ja": {
        "harbour.txt": (
            "港の規則\n\n"
            "灯台の鍵は港の事務所に保管されています。事務所は午前八時に開きます。\n\n"
            "船の係留料は一日四百円です。桟橋での釣りは禁止されています。\n\n"
            "港長は田中健二です。"
        ),
        "ferry.txt": (
            "フェリー会社の年次報告\n\n"
            "昨年、フェリーは十二万人の乗客を運びました。新しい船は長崎の造船所で建造されました。\n\n"
            "評議会は冬の嵐が始まる前に二隻目のフェリーを購入することに合意した。"
        ),
    },
    "ar": {
        "port.txt": (
            "لائحة الميناء\n\n"
            "يفتح مكتب الميناء في الساعة الثامنة صباحا. يدفع أصحاب القوارب أربعين ريالا إلى الإدارة كل يوم.\n\n"
            "تحفظ مفاتيح المنارة عند مدير الميناء السيد سامي الحداد. يمنع صيد السمك من الرصيف.\n\n"
            "بنيت المنارة سنة 1887 ويبلغ ارتفاعها اثنين وثلاثين مترا."
        ),
        "school.txt": (
            "تقرير المدرسة السنوي\n\n"
            "تضم المدرسة ستمئة طالب وأربعين معلما. تبدأ الدروس في الساعة السابعة والنصف.\n\n"
            "تقع المكتبة الجديدة في الطابق الثاني."
        ),
    },
    "he": {
        "port.txt": (
            "תקנון הנמל\n\n"
            "משרד הנמל נפתח בשעה שמונה בבוקר. בעלי הסירות משלמים ארבעים שקלים ליום על העגינה.\n\n"
            "מפתחות המגדלור נמצאים אצל מנהל הנמל, יוסי לוי. אסור לדוג מן הרציף.\n\n"
            "המגדלור נבנה בשנת 1887 וגובהו שלושים ושניים מטרים."
        ),
        "library.txt": (
            "כללי הספרייה\n\n"
            "כל חבר רשאי לשאול חמישה ספרים לשלושה שבועות. הקנס על איחור הוא שני שקלים ליום.\n\n"
            "המחשבים נמצאים בקומה השנייה."
        ),
    },
}

ANSWERED: list[tuple[str, str, str]] = [
    ("de", "Wie hoch ist die Miete?", "780"),
    ("de", "Wie lang ist die Kündigungsfrist?", "drei Monate"),
    ("de", "Wo liegt der Schlüssel zum Keller?", "Hausmeister"),
    ("de", "Wer haftet für Dachschäden?", "Brandt"),
    ("de", "Wie viel hebt der rote Kran?", "7,5"),
    ("de", "Wie viele Kutter wurden 2022 gebaut?", "elf"),
    ("de", "Wer ist der neue Vorsitzende?", "Wick"),
    ("de", "Was dürfen Besucher nicht betreten?", "Lackiererei"),
    ("fr", "À quelle heure ouvre le phare ?", "neuf heures"),
    ("fr", "Combien coûte un billet pour adulte ?", "six euros"),
    ("fr", "Où se trouve la clé de la lanterne ?", "bureau du"),
    ("fr", "Qui est la présidente de la coopérative ?", "Morvan"),
    ("fr", "Combien de tonnes de sardines ont été vendues ?", "240"),
    ("fr", "Les chiens sont-ils admis ?", "ne sont pas admis"),
    ("es", "¿Cuántos libros puede llevarse un socio?", "cinco"),
    ("es", "¿A qué hora cierra la biblioteca?", "ocho"),
    ("es", "¿Quién construyó el molino?", "Rivas"),
    ("es", "¿Dónde están los ordenadores?", "segunda planta"),
    ("es", "¿Cuánto miden las aspas?", "nueve"),
    ("es", "¿Quién dirige la biblioteca?", "Ferrer"),
    ("ru", "Когда открывается контора порта?", "восемь"),
    ("ru", "Сколько платят владельцы лодок?", "сорок"),
    ("ru", "У кого хранятся ключи маяка?", "Белова"),
    ("ru", "Сколько насосов выпустил завод?", "шесть тысяч"),
    ("ru", "Где построен новый цех?", "железной дорогой"),
    ("zh", "灯塔多高？", "三十二米"),
    ("zh", "灯塔的灯多久闪一次？", "二十秒"),
    ("zh", "灯塔的钥匙在哪里？", "港务办公室"),
    ("zh", "新渡轮多少钱？", "四百万元"),
    ("zh", "谁是理事会主席？", "王丽"),
    ("ja", "灯台の鍵はどこにありますか", "港の事務所"),
    ("ja", "事務所は何時に開きますか", "八時"),
    ("ja", "係留料はいくらですか", "四百円"),
    ("ja", "フェリーは何人の乗客を運びましたか", "十二万人"),
    ("ja", "港長は誰ですか", "田中"),
    ("ar", "متى يفتح مكتب الميناء؟", "الثامنة"),
    ("ar", "كم يدفع أصحاب القوارب؟", "أربعين"),
    ("ar", "عند من تحفظ مفاتيح المنارة؟", "الحداد"),
    ("ar", "متى بنيت المنارة؟", "1887"),
    ("ar", "أين تقع المكتبة؟", "الطابق الثاني"),
    ("he", "מתי נפתח משרד הנמל?", "שמונה"),
    ("he", "כמה משלמים בעלי הסירות?", "ארבעים"),
    ("he", "אצל מי נמצאים מפתחות המגדלור?", "לוי"),
    ("he", "מתי נבנה המגדלור?", "1887"),
    ("he", "כמה ספרים רשאי חבר לשאול?", "חמישה"),
]
"""(language, question, words of the answer)."""

UNANSWERED: list[tuple[str, str]] = [
    ("de", "Wie hoch ist die Kaution für die Wohnung?"),
    ("de", "Wie alt ist Harald Wick?"),
    ("de", "Welche Farbe hat das Dach der Wohnung?"),
    ("fr", "Quel est le salaire de Claire Morvan ?"),
    ("fr", "Combien de marches compte l'escalier du phare ?"),
    ("es", "¿Cuál es el teléfono de la biblioteca?"),
    ("es", "¿Cuántos molineros trabajaban en el molino?"),
    ("ru", "Какая зарплата начальника порта?"),
    ("ru", "Сколько автобусов на заводе?"),
    ("zh", "灯塔的电话号码是什么？"),
    ("zh", "王丽多大年纪？"),
    ("ja", "灯台の高さはどのくらいですか"),
    ("ja", "港長の給料はいくらですか"),
    ("ar", "ما هو راتب مدير الميناء؟"),
    ("ar", "كم عدد الحافلات في المدرسة؟"),
    ("he", "מה המשכורת של מנהל הנמל?"),
    ("he", "כמה עובדים יש בספרייה?"),
    ("de", "Wie hoch ist die Kaution?"),
    ("de", "Welche Farbe hat die Fähre nach Dänemark?"),
    ("de", "Wer gewann die Bundestagswahl?"),
    ("de", "Wie viele Brücken hat Hamburg?"),
    ("fr", "Quelle est la capitale de l'Australie ?"),
    ("fr", "Combien gagne le directeur de l'hôpital ?"),
    ("fr", "Qui a écrit Les Misérables ?"),
    ("es", "¿Cuál es la población de Madrid?"),
    ("es", "¿Quién ganó el partido de fútbol?"),
    ("es", "¿Cuánto cuesta el billete de tren?"),
    ("ru", "Кто написал роман Война и мир?"),
    ("ru", "Сколько стоит билет на самолёт?"),
    ("ru", "Какая столица Австралии?"),
    ("zh", "法国的首都是什么？"),
    ("zh", "谁写了红楼梦？"),
    ("zh", "火车票多少钱？"),
    ("ja", "富士山の高さはどのくらいですか"),
    ("ja", "電車の切符はいくらですか"),
    ("ja", "社長の誕生日はいつですか"),
    ("ar", "ما هي عاصمة فرنسا؟"),
    ("ar", "من كتب رواية البؤساء؟"),
    ("ar", "كم سعر تذكرة القطار؟"),
    ("he", "מה בירת צרפת?"),
    ("he", "מי ניצח במשחק הכדורגל?"),
    ("he", "כמה עולה כרטיס רכבת?"),
]

ENGLISH_DOCUMENTS: dict[str, str] = {
    "yard.txt": (
        "Annual report of the North Quay shipyard\n\n"
        "In 2022 the yard built eleven fishing cutters and repaired forty sailing boats. The red crane lifts up to 7.5 "
        "tonnes, the blue crane twelve tonnes.\n\n"
        "The yard employs two carpenters and an electrician. Visitors must not enter the paint shop.\n\n"
        "The board chose Harald Wick as its new chair."
    ),
    "lease.txt": (
        "Lease of the flat at 12 Harbour Street\n\n"
        "The monthly rent is 780 euros and is due on the third working day. The notice period is three "
        "months to the end "
        "of a calendar month.\n\n"
        "Pets may only be kept with the landlady's written consent. The key to the cellar is kept by the "
        "caretaker on the "
        "ground floor."
    ),
}
ACROSS: list[tuple[str, str]] = [
    ("Wie hoch ist die monatliche Miete?", "780"),
    ("Wie lang ist die Kündigungsfrist?", "three months"),
    ("Wie viel hebt der rote Kran?", "7.5"),
    ("Was dürfen Besucher nicht betreten?", "paint shop"),
    ("Wer ist der neue Vorsitzende?", "Wick"),
    ("Wie viele Kutter wurden 2022 gebaut?", "eleven"),
    ("Où se trouve la clé de la cave ?", "caretaker"),
    ("Combien de charpentiers emploie le chantier ?", "two carpenters"),
    ("¿Cuánto es el alquiler mensual?", "780"),
    ("¿Cuántas toneladas levanta la grúa azul?", "twelve"),
    ("Можно ли держать домашних животных?", "consent"),
    ("每月租金多少？", "780"),
    ("地下室の鍵はどこにありますか", "caretaker"),
]
ACROSS_UNANSWERED: list[str] = [
    "Wie hoch ist die Kaution?",
    "Welche Farbe hat die Fähre?",
    "Wie alt ist der Vorsitzende?",
    "Wie viele Lehrlinge gibt es?",
    "Quel est le salaire de l'électricien ?",
    "¿Cuál es el teléfono del astillero?",
    "Кто владелец верфи?",
    "船厂的电话号码是什么？",
    "Wer gewann die Bundestagswahl?",
    "Quelle est la capitale de l'Australie ?",
    "電車の切符はいくらですか",
    "Wann wurde das Haus gebaut?",
]
