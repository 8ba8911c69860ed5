"""Lists the words of each language that say nothing about what a text is about, question words among them.

Folded as `rag.words.folding.fold` folds. English is kept short on purpose: its list decides the English ranking.
"""

from __future__ import annotations

from rag.words.folding import fold


def _words(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


ENGLISH = _words(
    """
    a about above after again against all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing down during each either else ever few for from further had has have
    having he hence her here hers herself him himself his how however i if in into is it its itself just may me might
    more most much must my myself neither no nor not now of off on once one only or other our ours out over own per
    please same shall she should so some such than that the their theirs them themselves then there these they this
    those through thus to too under until up upon very was we were what when where whether which while who whom whose
    why will with within without would yes yet you your yours s t d ll re ve m don didn doesn isn wasn
    """
)

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": ENGLISH,
    "de": _words(
        """
        ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus
        bei beim bin bis bist bitte da dabei dadurch dafür dagegen daher damit danach daneben dann daran darauf daraus
        darf darin darüber darum das dass dazu dein deine dem den denen denn der deren des dessen dich die dies diese
        diesem diesen dieser dieses dir doch dort du durch dürfen ein eine einem einen einer eines er es etwa etwas
        euch euer falls für gab gegen gibt ging haben habe hast hat hatte hatten her hier hin hinter ich ihm ihn ihnen
        ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jene jener jetzt kann kein
        keine keinem keinen keiner können könnte lässt machen man mein meine meinem meinen mich mir mit muss müssen
        nach neben nein nicht noch nun nur ob oder ohne sehr sei sein seine seinem seinen seiner seit sich sie sind so
        sofern sogar solche soll sollen sollte sondern sonst sowie über um und uns unser unsere unter viel viele
        vielen vom von vor während war waren warum was wegen weil welche welchem welchen welcher welches wem wen wenn
        wer werden wessen weshalb wie wieso wieviel wieviele will wir wird wo wobei wofür woher wohin womit woran
        worauf worin worüber wovon wozu wurde wurden würde zu zum zur zwischen
        """
    ),
    "fr": _words(
        """
        a ai ainsi alors apres as au aucun aucune aussi autre autres aux avait avant avec avez avoir avons c ce ceci
        cela celle celles celui ces cet cette ceux chaque chez ci combien comme comment d dans de depuis des doit
        doivent donc dont du elle elles en encore entre es est et etait etaient ete etes etre eu eux fait faut il ils
        j je jusqu jusque l la le lequel laquelle les leur leurs lors lorsque lui m ma mais me meme memes mes moi mon
        n ne ni nos notre nous on ont ou où par parce pas pendant peut peuvent plus pour pourquoi qu quand que quel
        quelle quelles quels qui quoi s sa sans se selon sera seront ses si soit son sont sous sur t ta te tes toi ton
        tous tout toute toutes tres trop tu un une vers voici voila vos votre vous y
        """
    ),
    "es": _words(
        """
        a al algo alguna alguno algunos ante antes aquel aquella aqui asi aun aunque cada como con contra cosa cual
        cuales cuando cuanta cuantas cuanto cuantos de debe deben del desde donde dos durante e el ella ellas ellos en
        entre era eran es esa esas ese eso esos esta estaba estan estar estas este esto estos fue fueron ha haber
        habia han hasta hay hace he la las le les lo los mas me mi mis mucho muchos muy nada ni no nos nosotros
        nuestra nuestro o os otra otras otro otros para pero poco por porque pues puede pueden que quien quienes se
        puedo puedes podemos sea segun ser si sido sin sobre solo son su sus tal tambien tan tanto te tener tiene
        tienen toda todas todo todos tras tu tus un una unas uno unos usted ustedes y ya yo qué
        cómo cuándo dónde quién cuál cuánto
        """
    ),
    "it": _words(
        """
        a ad agli ai al alla alle allo anche avere aveva c che chi ci come con cosa cui da dagli dai dal dalla dalle
        degli dei del dell della delle dello di dove e è ed era essere fra gli ha hanno i il in io la le lei li lo
        loro ma mi nei nel nella nelle non o ogni per perché più può qual quale quali quando quanta quante quanti
        quanto quella quello questa questo se sei si sia sono su sua sue sul sulla suo tra tutti tutto un una uno
        """
    ),
    "pt": _words(
        """
        a ao aos as até com como da das de dela dele depois do dos e é ela elas ele eles em entre era essa esse esta
        este eu foi foram há isso isto já mais mas me muito na nas não nem no nos o onde os ou para pela pelo por
        porque qual quais quando quanta quantas quanto quantos que quem são se sem ser seu sua só também te tem têm um
        uma você
        """
    ),
    "nl": _words(
        """
        aan als bij dan dat de deze die dit door een en er geen had heb heeft het hij hoe hoeveel ik in is je kan maar
        meer men met mijn moet na naar niet nog nu of om onder ons onze ook op over te tot uit van veel voor waar
        waarom wanneer waren was wat we welke wie wij wordt worden zal ze zich zij zijn zo zou
        """
    ),
    "sv": _words(
        """
        alla att av blev bli de dem den denna det detta du efter eller en ett från för ha hade han har hon hur i icke
        in inte är jag kan man med men mot mycket många nu när och om på sedan sig sin ska som så till under upp ut
        var varför vad vem vi vid vilka vilken vilket
        """
    ),
    "da": _words(
        """
        af alle at blev blive da de den denne der deres det dette efter eller en er et for fra før han har havde hun
        hvad hvem hvor hvordan hvorfor hvornår hvilke hvilken hvis i ikke ind jeg kan man med meget men mod når og om
        op på sig sin skal som så til ud under var ved vi vil være
        """
    ),
    "no": _words(
        """
        av alle at ble bli da de den denne der det dette du eller en enn er et etter for fra før han har hun hva hvem
        hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke jeg kan man med men mot mye når og om opp på seg sin
        skal som så til ut under var ved vi vil være
        """
    ),
    "pl": _words(
        """
        a ale by był była było były być co czy dla do gdy gdzie i ich ile im ja jak jaka jaki jakie jako jego jej jest
        kiedy kto która które który lub ma może na nad nie o od on ona oni oraz po pod przez przy są się ta tak te
        tego to tych tym w we według z za ze że
        """
    ),
    "cs": _words(
        """
        a aby ale ani být co či do gdy i jak jaká jaké jaký je jeho jejich jen jsou jste k kde kdo kdy kolik která
        které který na nebo není o od po pod podle pro proč při s se si tak to u v ve více z za ze že
        """
    ),
    "ro": _words(
        """
        a ai al ale are au ca care când câte câți ce cine cu cum de din după este în între la mai nu o pe pentru prin
        sau se sunt și un unde unei unui
        """
    ),
    "hu": _words(
        """
        a az és hogy nem is egy ez meg volt van vagy csak de ha mint már mi ki hol mikor hogyan mennyi melyik miért
        """
    ),
    "fi": _words(
        """
        ja on ei se että oli ovat kun myös mutta tai joka mitä mikä missä milloin kuka kuinka miksi miten
        """
    ),
    "tr": _words(
        """
        acaba ama bir bu çok da daha de değil diye en gibi hangi her için ile ise kaç kadar kim mı mi mu mü nasıl ne
        neden nedir nerede nereye o olan olarak oldu şu var ve veya ya yok
        """
    ),
    "ru": _words(
        """
        а без более бы был была были было быть в вам вас во вот все всего вы где да для до его ее если есть еще же за
        и из или им их к как какая какие какой каком когда кого кому который которые кто куда ли между мне мы на над
        надо не него нее нет ни них но о об он она они оно от откуда по под почему при про с сколько со так также там
        то того тоже только у уже чего чей чем через что чтобы эта эти это этого этой этом этот я является
        """
    ),
    "uk": _words(
        """
        а або але без бути в від вона вони він для до є за з із і й його її їх к коли кому котрий куди ли ми на не ні
        о по під при про скільки та так також там те то у хто це цей цього чи чому що як яка який яке які
        """
    ),
    "el": _words(
        """
        ο η το οι τα του της των τον την και σε στο στη στην στον με για από που ποιος ποια ποιο πότε πού πώς πόσο
        πόσα τι είναι ήταν δεν να θα ως ή αν έχει μια ένα ένας
        """
    ),
    "ar": _words(
        """
        في من على إلى الى عن مع هو هي هم هذا هذه ذلك تلك التي الذي الذين ما ماذا متى أين كيف كم لماذا هل أي أن إن لا
        لم لن قد كان كانت يكون بعد قبل بين كل أو و ثم حتى عند عندما لكن ل ب أيضا
        """
    ),
    "fa": _words(
        """
        در از به با برای این آن که را است بود شد می و یا هم تا کی کجا چه چند چرا چگونه کدام آیا
        """
    ),
    "he": _words(
        """
        של את על אל עם זה זאת זו הוא היא הם הן אני אנחנו אתה לא כן אם או גם כי מה מי מתי איפה היכן איך כמה למה מדוע
        איזה איזו אילו יש אין היה היתה הייתה היו כל אשר ב ל ה ו ש
        """
    ),
    "hi": _words(
        """
        के का की में है हैं को से पर यह वह और या नहीं क्या कब कहाँ कौन कैसे कितना कितने कितनी था थी थे ने एक
        """
    ),
}
"""ISO 639-1 code -> words."""

RULED_STOP_WORDS = frozenset().union(*(STOP_WORDS[code] for code in ("en", "de", "fr", "es")))
"""Those of all languages in which rules read questions."""

_UNSPACED = {
    "zh": """
        请问 多高 多久 多长 多大 多远 多重 几次 一次 什么时候 为什么 多少钱 多少 什么 哪里 哪儿
        哪个 哪些 怎么样 怎么 如何 谁 何时 几 是不是 可以 是 的 了 吗 呢 在 有 和 与 這 这
        那 為什麼 什麼 哪裡 嗎 會 会 被 把 从 到 对
    """,
    "ja": """
        どのように どのくらい いくつ いくら どこ いつ だれ 誰 なぜ どう どの 何 なに ありますか
        ありました あります ですか でしたか でした です ますか ましたか ました ます でしょうか ください
        という について から まで いますか います されて された される して した する は が を に で
        と も の へ や か
    """,
    "th": """
        เมื่อไหร่ เมื่อไร ที่ไหน อย่างไร เท่าไหร่ เท่าไร ทำไม อะไร ใคร กี่ ไหม หรือ ที่ ของ และ เป็น คือ ใน
    """,
    "ko": """
        무엇 언제 어디 누구 얼마 왜 어떻게 몇 입니까 습니까 인가요 나요 은 는 이 가 을 를 에 의
    """,
}
UNSPACED_STOP_WORDS = {code: tuple(words.split()) for code, words in _UNSPACED.items()}
"""Of scripts without spaces between words, the longest first where one begins another."""

ASKING_WORDS: dict[str, frozenset[str]] = {
    "en": _words("many much long often old far big large tall high call called name named happen"),
    "de": _words(
        """
        hoch hohe lang lange groß grosse große teuer kostet kosten oft weit alt schnell heißt heissen befindet befinden
        liegt liegen steht uhr findet finde nennt passiert geschieht betrifft laut lautet tag datum jahr monat
        wann betrag
        """
    ),
    "fr": _words(
        """
        coûte coûtent trouve trouvent heure appelle nomme nombre temps loin grand grande haut haute age prix situe situé
        située lieu passe jour date année mois montant
        """
    ),
    "es": _words(
        """
        cuesta cuestan encuentra encuentran hora llama llaman número tiempo lejos grande alto alta edad lugar pasa queda
        ubicado ubicada día fecha año mes estuvo estuvieron importe
        """
    ),
    "it": _words("costa costano trova trovano ora chiama numero tempo alto alta grande luogo"),
    "pt": _words("custa custam fica ficam hora chama número tempo alto alta grande lugar"),
    "nl": _words("hoog lang groot duur kost kosten vaak ver oud heet ligt liggen staat laat"),
    "ru": _words(
        """
        находится находятся стоит стоят называется зовут час часов часа времени время высоко долго большой большая много
        расположен расположена
        """
    ),
    "ar": _words("توجد يوجد تقع يقع الساعة ساعة اسم عدد تكلفة ثمن سعر يبلغ"),
    "he": _words("נמצא נמצאת נמצאים נמצאות שעה באיזו באיזה שם מספר עולה ממוקם"),
}
"""Words that ask for the kind of an answer ("how high", "what does it cost"): texts that answer seldom hold them."""
