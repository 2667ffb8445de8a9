#!/usr/bin/env python3
"""Makes the Belarusian, Russian and Ukrainian word lists (be.txt, ru.txt, uk.txt) from Debian's spelling dictionaries.

    apt install hunspell-be hunspell-ru hunspell-uk
    python3 seal/words/make_lists.py            # writes the lists
    python3 seal/words/make_lists.py --check    # says whether the lists here are what this script makes

A list has 2,048 nouns in the order of the language's folded alphabet. Each is 4 to 8 letters long, without apostrophe or hyphen; no two share
their first four letters after folding (what seal/src/words/fold.rs does: ё→е, ў→у, й і ї→и, є→е, ґ→г), and no two are one edit apart,
so that neither a hasty hand nor a bad line turns one into the other. Nothing here is random.

A dictionary knows no frequency, so familiarity is guessed: from a root that grew many words, from a word that the other dictionaries know too, and
from shortness. Left out: names, what is said of people, bodies, death, violence, illness, drink, faith, nations, parties and offices (NOT_BEGINNING,
NOT_WITHIN, NOT_WORDS): these words are read by people who were harmed, and one of them on a paper must not look like a message.

Lists are frozen: their hashes stand in the first leaf of a book. Run this again for another language, not to improve an old list.
"""
import bisect
import itertools
import math
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
DICTIONARIES = pathlib.Path("/usr/share/hunspell")
SIZE = 2048
FOLD = str.maketrans({"ё": "е", "ў": "у", "й": "и", "і": "и", "ї": "и", "є": "е", "ґ": "г"})

# Per language: dictionary, letters, flags of nouns in the nominative singular, and endings of what is seldom a thing one can picture.
LANGUAGES = {
    "be": (
        "be_BY.dic",
        "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        r"[DEFHOPQUT]+",
        r"(нне|нні|цце|сць|ізм|ызм|ацыя|яцыя|іцыя|анка|янка|віч|іха|ыха|ачка|ячка|ечка|ічка|ычка|юшка|ушка|енка|ішча|ышча|цель|ог?ія|ка?ла|ёнак|янё|нік|чык|шчык|ец|ства|іст|ыст|ота|ата|ня|ны|кі|ы|і)",
    ),
    "ru": (
        "ru_RU.dic",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        r"[KJIHFONG]",
        r"(ние|нье|тие|тье|ость|есть|изм|ация|яция|иция|анка|янка|вич|иха|очка|ечка|ичка|ушка|юшка|енка|енька|ища|ище|тель|логия|лка|ёнок|енок|ник|чик|щик|ец|ство|ист|ота|ца|нья|ше|ее|ий|ый|ой|вка|ы|и)",
    ),
    "uk": (
        "uk_UA.dic",
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        r"[%;<hQSTr01$wu6xz@2]+",
        r"(ння|ття|ість|ізм|изм|ація|яція|иція|анка|янка|вич|иха|очка|ечка|ичка|ушка|юшка|енка|енько|ище|тель|логія|лка|еня|ник|чик|щик|ець|ство|іст|ист|ота|ця|вка|ко|юк|чук|енко|ук|ів|ин|ськ|цьк|и|і)",
    ),
}

# Beginnings, folded. Each line is one reason.
NOT_BEGINNING = """
    смерт мерт труп могил морг покойн нябож гроб труна домовин забой забив убив убий убой вбив вбит кат палач гибел загиб гинут похорон пахав поховал цвинт
    насил гвалт згвал зневаж издев здзек катув пытк тортур кару кара бич плет петл петля пятля виселиц шибен расстр растр розстр
    тюрм турм вязн вьязн арест арышт арешт ссыл зэк зек лагер лагерь табор допрос допыт пратакол протокол обыск вобшук обшук облав паліц полиц палиц милиц мильц
    шпион шпиг агент донос данос сведк свидет свидк стукач зрад измен здрад враг ворог вораг война ваин виин вайна боец баец атак бомб мина мину зброя збро оруж руж снаряд патрон куля пуля
    кров кроу крыв рана ранен рак рана болезн хвор хвар язва сифил гоно тиф чума холер проказ сухот спид наркот герои героин кокаин гашиш опии морф
    водка гарэл горилк самог пьян пян алког вино пиво
    бог божа божб бес черт чорт сатан дьявол дияв ведьм видьм вьедз пекл ад грех грих церк царкв церкв касцел мечет синаг икон поп попа ксенз ксёнз мулла раби рабин
    раса расис фаш нацис наци гитл сталин ленин совет савет камун комун парти партый депут презид прэзид царь цар мафи терор тэрар террор бунт мятеж паустан повстан
    жид кацап хохол хахол маскал москал бульба немец немк немц цыган циган негр чурк чурка турок туркмен татар еврей яурэ евре
    секс эрот порн прост шлюх курв бляд бляц сука сучк хуи хуй хер пизд муд мудз жоп дуп срак срат гауно гавно говн гимн какаш моч сца сик сис грудз груд цыцк титьк пенис член вагин вагина матк матка аборт абарт клиз
    гад гадин сволоч сволач пад падл падла твар мраз быдл быдла дур дурен дурак идиот идыет кретин дебил дэбил урод вырод выродак псих истер калек кале каллек хам хамк лох лохан вор зло злод злоч преступ бандит
    свинья ослиц козел казел баран ишак шакал гиен паразит клоп глист гніда гнид вош вша блох блыха прыщ гной рвот рыгот понос панос смрад вонь смур
    азият азиат алеут араб арап башкир бедуин бурят бушмен грек еги индус ингуш иуд иудзе казах калмык кельт кирг корея креол кхмер латыш лезгин литов лях мадьяр
    мангол монгол мордв мулат метис негу папуас перс пигме пихме саам сербк серб семит скиф таджык таджик тевтон тунгус туарег тюрк узбек уигур унгар удмурт
    француз хакас харват хорват чуваш чукч чудз чудь швед эвен элин эллин эфиоп этруск якут япон юд
    аббат абат адвент алла алтар ангел анел анафем апост библ будд вера вечер дзяк дьяк дыякан диакон ерес ерас игум иерарх иере ислам каран коран крест крыж клирас клирос
    лам левит малитв молитв молит мнишк монах манах намаз патрыярх патриарх псал рэлиг религ риза рыза святынь секта синод сутан трызн тризн унит униат униу унит фарис фарыс хадж халиф храм хрыст христ шариат шаитан янычар
    акушер голыш голь галыш гарем гарэм геиш гетер евнух лон утроб ескорт эскорт кабел кобел пупок пузо сасок сосок соск соска стерв промежн попк сопл слизь клист женщ фетыш фетиш орги блуд хот донжуан жуир дева пах амур
    абжор обжор бзик бомж бугаи дебош жмот зануд идол изгои ибн инвал канал крыс лаке лакеи лгун лодыр маньяк маруд мурл мародер марадер нэпман неряха нечист неуд обуз олух пижон плебе подлиз похаб проид скнар скряг сноб сумасб тупак тупиц упыр
    ханж харя рож морд мурло халоп холоп хлюст халу холу цьор шалапут шельм шалм шулер ябед юрод проныр паскуд халяв босяк вахлак вампир вурдал варвар хлапак шантр грубиян
    аблав абстрэл обстр арми армад банд бердыш боин бои варта генерал гварды гварди гестап гильят гранат дзот десант дыктат диктат деспат деспот душег дуб демон дэман егер жандар жертв заказ засад захват захоп зараз залож змор зариз кинжал кинджал кабал казн каид
    караб кнут канво конво крах кримин крымин крамол курок кляуз клеим кляим легион маузер меч маршал нага напад налет няволь няволя невол неволя нож обрез агнем острог астрог атрут отрав отрут ахова охран палаш пират пистол плен полон палон порк прыста приста прыгав пригов путч разбои рабун
    рэкет рекет резн реид разг розг розш розыс сабот сапер сатрап свар снаипер снаипэр скальп скорб смут смута солдат салдат суд стилет тартар торпед траур жалоб трибун трыбун угроз удар узн ультим утик фугас фюрер фурер хунт ценз цэнз чека шабл сабл шантаж шашк штурм штык эшаф ешаф эшел ешел ярмо ярэм
    яд иприт ипрыт динам тротил тратыл порох порах сальв капкан погон ротм взвод казем гетт штраф улика алиби агент слежк сыск жулик крадз краж кража афер аконит агрес абуз збои
    анарх власт улад влад сеим сенат мин мэр мер монарх манарх либер имперы импери буржу пралет пролет олиг алиг феод митинг митынг протест пратэст пикет лозунг маидан эсер комсом камсам комис камис штаб урад уряд гасуд госуд держав дзярж губерн указ адвок юрист пракур прокур рэванш реванш револ рэвал сатрап хабар
    агон анем аневр ангин апат атроф вирус грип диаб дыяб дыятэз ишем ишэм ишыяс инсульт инфаркт карцер карцэр коклюш колик кома лиша лепр маразм миом мигрен моззол нарыв нарыу неврас невроз некроз некр опух оспа отит паран парш перх псор рахит сарком стома стом сепс склер стрэс стрес суицид травм трав тромб угор
    флегм хандр хрип цинг цынг цист цыст шок экзем екзем эпидем эпилеп эпилог ядов наркоз рэквием реквием саван склеп мумия муми морок магил памин помин утоп крэмат кремат перси труха юдол мага мрак могет ямищ
    абвер вермахт гешефт кагал иврит идиш азан боз кадил келия содом садом схиз фистул смирн ладан кутя едем вертеп крипт мамон
    страт допит гимен интим оргазм аргазм люес герпес уретр орхит сеча сечо мача плацент пронос запии гнии глум випот мастит остит гонит карие инфекц емболи ембол недуг нежит прищ прышч
    вояк полк брига барак кишлак дилер мент кум нелюд потвор дюд тют рецид разврат распач роспач коноп канопл авари вибух выбух взрыв вспых пожеж патоп потоп вибии
    ганьб ганб наклеп паклеп обман абман осуд асуд огид агид видлюд видщеп закол набои напалм подвиг пидрив пидкоп пидбии подрив зрив пастк образа абраза оман облуд хула погорд клаак клоак бляха бравад
    абрек абрэк шпик финка люфа руля вывих виск падаль паник паник позор поило порча прорв распр звада спес стон стыд тетер фиг форс чернь чэрнь худо худоб господ волхв искус лоск оскал свищ свишч распут нуда нужда смерк мгла тьма цьма
    дерьм бластом воин бабь наказ мадзьяр дыфт дифт епидэм эпидэм траум суч шпиц езуит иезуит геен ахвяр похва шахра самадур самод самк цыроз цирроз мизер диатез дыят кляп гильз
    свор прах токсин ливер душок твоеи дэмак демок мишен надрыв пасквил бушлат задок задк фиф еса кеиф каиф угар гестап челяд
    анаш бражк брэнд бренд вермут грог джин допинг каиф каньяк коньяк ликер мадер морфи марфин опиум опиат рому самагон пунш виски винц хмел тютюн табак тютюн гашыш шын
    страх жах ужас кошмар роспач отчай отча горе гора беда бяда бида сирот страдн пакут мук мука мучен пажар пожар погром пагром голод голад нищ жабрак бедн
    развод измена любовн каханак коханк шлюб жен бабник баба девк дзеук дивк
    трах жир жирн лыс толст таусту карл горбун гарбун слеп сляп глух нем немы хром
""".split()

# Anywhere in the folded word.
NOT_WITHIN = """
    смерт убии убив забив труп насил расизм фаш нацис порн секс педи гомос лесб транс онан мастур эрек сперм копул коит
    бляд пизд хуи ебат ебан ебл ябан жоп говн гаун срак сран дрист пидор пидар шлюх курв гандон манд минет
    наркот геро кокаин террор тэрар милиц полиц палиц арест арышт арешт шпион тюрм турм
""".split()

# Whole words, folded, that a reader of the lists struck out.
NOT_WORDS = set("""
    орган аналь анал анус член палка кончик кончина очко ачко залет блат закон палач план наряд товар вина ром доза раба воин ваин рота зона мать
    агню аица ауса лагу лема леба скоку сака цукру ветру дажджу айца моеи своеи чьеи гнезда зерна имена знамена чудеса небеса ребра ремесла румяна
    перья жилье шилья синуся весел тартар дрэнь дрянь гразь грязь бруд сморид трухло нетяма потвор потвора злыдни
""".split())


def fold(word):
    return word.lower().translate(FOLD)


def entries(language):
    """All entries of a dictionary: (word, flags), and the sorted folded lower-case words."""
    name = LANGUAGES[language][0]
    found = []
    for line in (DICTIONARIES / name).read_text(encoding="utf-8").splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        found.append((word.split("\t")[0], flags.split("\t")[0].split(" ")[0]))
    return found


def skeleton(word):
    """What related words of the three languages share: consonants, and vowels as one of two."""
    word = fold(word).replace("дз", "д").replace("ць", "ть").replace("шч", "щ").replace("ь", "").replace("ъ", "")
    return re.sub(r"[ыи]", "и", re.sub(r"[аоэея]", "а", word))


def near(a, b):
    """Whether one edit turns a into b."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        different = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(different) == 2 and different[1] == different[0] + 1 and a[different[0]] == b[different[1]] and a[different[1]] == b[different[0]]
        return len(different) <= 1 or swapped
    if len(a) > len(b):
        a, b = b, a
    i = next((i for i in range(len(a)) if a[i] != b[i]), len(a))
    return a[i:] == b[i + 1:]


def shape(word):
    """Keys of which two words one edit apart share at least one: the word with each letter left out."""
    return {word} | {word[:i] + word[i + 1:] for i in range(len(word))}


def good(word, folded, language, flags):
    _, letters, nouns, endings = LANGUAGES[language]
    return (
        4 <= len(folded) <= 8
        and all(c in letters for c in word)
        and re.fullmatch(nouns, flags)
        and not re.search(endings + "$", word)
        and not any(folded.startswith(b) for b in NOT_BEGINNING)
        and not any(w in folded for w in NOT_WITHIN)
        and folded not in NOT_WORDS
        and len(set(folded)) > 2
    )


def make(language, dictionaries):
    known = sorted({fold(word) for word, _ in dictionaries[language] if word.islower()})
    others = [{skeleton(w) for w, _ in dictionaries[other] if w.islower()} for other in LANGUAGES if other != language]
    scored = []
    for word, flags in dictionaries[language]:
        folded = fold(word)
        if not word.islower() or not good(word, folded, language, flags):
            continue
        root = re.sub(r"[аоуыиэюяеь]$", "", folded)
        family = bisect.bisect_left(known, root + "\U0010ffff") - bisect.bisect_left(known, root)
        shared = sum(skeleton(word) in other for other in others)
        score = math.log2(1 + min(family, 60)) + 1.1 * shared - 0.55 * max(0, len(folded) - 5)
        scored.append((-score, len(folded), word))
    scored.sort()
    chosen, prefixes, shapes = [], set(), {}
    for _, _, word in scored:
        folded = fold(word)
        if folded[:4] in prefixes or any(near(folded, other) for other in set(itertools.chain.from_iterable(shapes.get(s, ()) for s in shape(folded)))):
            continue
        chosen.append(word)
        prefixes.add(folded[:4])
        for s in shape(folded):
            shapes.setdefault(s, []).append(folded)
        if len(chosen) == SIZE:
            return sorted(chosen, key=lambda w: (fold(w), w))
    sys.exit(f"{language}: only {len(chosen)} words are left")


def main():
    dictionaries = {language: entries(language) for language in LANGUAGES}
    changed = []
    for language in LANGUAGES:
        text = "\n".join(make(language, dictionaries)) + "\n"
        file = HERE / f"{language}.txt"
        if "--check" in sys.argv:
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                changed.append(language)
        else:
            file.write_text(text, encoding="utf-8")
    if changed:
        sys.exit(f"not what this script makes: {', '.join(changed)}")


if __name__ == "__main__":
    main()
