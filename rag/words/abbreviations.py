"""Words whose full stop ends no sentence, in the languages that people use, casefolded and without their last stop."""

from __future__ import annotations


def _words(*lists: str) -> frozenset[str]:
    return frozenset(word for words in lists for word in words.split())


# Two-part abbreviations ("U.S.", "a.m.") are recognised by their form.
NEVER_LAST = _words(
    "mr mrs ms dr prof rev hon gov sen rep gen col lt sgt capt st mt vs cf fig figs eq eqs approx ca viz resp al e.g",
    "i.e",
    # German
    "bzw vgl sog ggf evtl inkl exkl zzgl abzgl einschl ausschl gem lt mind rd lfd dipl ing hr hrn fr frl geb gest verf",
    "hrsg hg insb bspw entspr vorm nachm u.a z.b d.h i.d.r i.v.m u.u o.ä s.o s.u m.e i.s.d z.t u.ä v.a i.a z.z",
    "dr.med dr.phil dr.jur dr.rer dr.ing rer.nat rer.pol h.c",
    # French, Spanish, Portuguese, Italian
    "mme mlle mm éd env c.-à-d p.ex sr sra srta dra ud uds núm aprox p.ej d.a exmo exma dott ing avv sig sigg spett",
    "egr av avda avd gral ctra sté p.zza v.le c.so ee sig.ra",
    # Dutch, Danish, Norwegian, Swedish
    "bijv d.w.z dhr mevr mej drs ir o.a i.p.v m.b.t t.o.v a.u.b bl.a t.ex f.eks fx jf jfr s.k t.o.m fr.o.m m.m",
    # Polish, Czech, Russian
    "np tzn tzw ul im mgr inż ks doc tj tzv např resp mudr judr paní ing т.е т.н напр ул им проф акад ст",
)
"""Something always comes after these."""

BEFORE_NUMBER = _words(
    "no nos p pp sec secs art arts ch vol vols para paras item rule ref refs tab app cl reg sched ex ann apt rm bldg",
    "ext mwst",
    "abs nr nrn ziff s kap bd bde lit buchst rn rdnr rz anm abb aufl bl anl satz § tel fax str pkt pos kto plz",
    "apdo dn ok n al fig chap tit tél pág págs cap núms núm nº pag pagg tav blz hfdst lid stk sid kap avsn kl nr",
    "str poz rozdz ust pkt lok m č čl odst písm kap с стр рис табл гл п пп кв д оф разд",
    "jan feb mar apr jun jul aug sep sept oct nov dec mär okt dez janv févr avr juil déc ene abr dic mag giu lug",
    "ott mrt mei maj juni juli",
)
"""A number or letter that comes after belongs to them: No. 4, Abs. 2, p. 7."""

SELDOM_LAST = _words(
    "inc corp ltd co llc plc bros jr sr dept est ave blvd rd assn univ intl etc n.v s.a",
    "ff usw mio mrd tsd std min sek jh jhd jhdt max str ges e.v u.s.w ecc osv m.fl mfl enz e.d",
    "kr hr r zł kč г гг руб тыс млн млрд чел т.д т.п др н.э",
)
"""These end a sentence only where a word follows that begins sentences."""

MONTHS = _words(
    "january february march april may june july august september october november december",
    "januar jänner februar feber märz mai juni juli oktober dezember jan feb mär mrz apr jun jul aug sep sept okt nov",
    "dez",
    "janvier février mars avril juin juillet août septembre octobre novembre décembre",
    "januari februari maart mei augustus oktober marts maj mai juni juli augusti desember",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta",
    "marraskuuta joulukuuta január február március április május június július augusztus szeptember október november",
)
"""Names of months: a number with a full stop before one of them is a day, and ends no sentence."""

BEFORE_ORDINAL = _words(
    "der die das dem den des am im vom zum zur beim ab bis seit nach vor und oder sowie jeder jede jedes jeden jedem",
    "dieser diesem diesen diese ein eine einem einen einer eines sein seine seinem seinen seiner ihr ihre ihrem ihren",
    "ihrer",
    "unser unsere unserem unserem mein meine meinem als auf in an den. ihrer deren dessen denne den det en et på i ved",
)
"""Words before a German, Danish or Norwegian ordinal: am 3. Werktag."""

ORDINAL_NOUNS = _words(
    "obergeschoss untergeschoss og ug stock stockwerk etage klasse quartal halbjahr trimester semester jahrhundert rang"
    " platz auflage lesung mahnung rate advent weltkrieg sal tr etg kvartal"
)
"""Words behind an ordinal in languages that write it with a full stop: 2. Obergeschoss."""

SENTENCE_OPENERS = _words(
    "a after all although an and another any as at because before both but by despite during each finally for from",
    "furthermore given he her here his however i if in instead into it its many more moreover most no not on one our",
    "over",
    "she since so some such that the their then there therefore these they this those thus to two under unlike until",
    "upon",
    "we what when where which while who why with within without you",
    # German
    "aber alle als am auch auf aus bei bis da dabei damit danach dann das dass dazu dem den der des die dies diese",
    "dieser",
    "dieses doch durch ein eine einem einen einer er es für hier ich ihr im in ist jede jeder jedes kein keine man",
    "mit nach",
    "nur ob oder seit sie sind so soll sollte um und unter von vor wann warum was weil welche wenn wer wie wir wird",
    "wo zu",
    # French, Spanish, Portuguese, Italian
    "après au aux avec ce cela ces cet cette comme dans de des du elle elles en et il ils je la le les leur mais nous",
    "on",
    "par pas pour quand que qui sans si son sur un une vous así con cuando el ella este esta las lo los más no para",
    "pero",
    "por que se según si sin su sus también una uno y ao as com da do ele ela mas na não nos o os para pela são uma",
    "anche che chi con dal dalla del della di e gli i nel nella non per più quando questo se sono tra un una",
    # Dutch and Nordic
    "alle bij dan dat deze die dit een en er het hij ik maar met naar niet nu om ook op te uit van voor waar wat we",
    "wie zij",
    "av den denne der det dette en et for fra han hun hvis i jeg kan man med men når och om på som til vi",
    # Polish, Czech, Russian
    "a ale bez do dla jak jest na nie od oraz po przy to w z za aby je když není od pokud pro při se to v ve za",
    "а без в во все где для до если за и из как к когда на не но о он она они от по при с так то у что это",
)
"""Words that often begin sentences."""

NAME_PARTICLES = _words("de la le los las el du des da di del dal della dos van den der ten ter af av")
"""Words that often begin sentences, but belong to a name after an initial: J. De Vries."""
