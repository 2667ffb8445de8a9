# The pages that are read: front, lists, maps, records, history, structure, search.

## The frame

house = Кніга
skip = Перайсці да зместу
search = Пошук
search-hint = імя, словы, дата, id
language = Мова
house-ways = Раздзелы
book = Кніга
keys = Клавішы

## The front of the book

book-empty = Кніга пустая.
book-empty-next = Дадайце першы запіс або імпартуйце файл камандай kniha import.
in-the-book = У кнізе
joins = Што іх звязвае
newest-incidents = Апошнія ўнесеныя інцыдэнты
no-incidents = Інцыдэнтаў яшчэ няма.
new-record = новы запіс

## Lists

narrow = Звузіць спіс
narrow-text = Імя або словы
narrow-from = Ад даты
narrow-to = Да даты
narrow-apply = Паказаць
narrow-by = Звузіць паводле
bad-dates = Дата не прачытана. Пішыце 2020, 2020-08 або 2020-08-09; пачатак не пазней за канец.
facets-of-first = { $n ->
    [one] Паводле першага { $n } запісу
    [few] Паводле першых { $n } запісаў
   *[many] Паводле першых { $n } запісаў
}
from = ад
to = да
order = Парадак
order-name = паводле назвы
order-time = паводле часу падзеі
order-newest = нядаўна ўнесеныя
quoted = «{ $text }»
filters = Звужана паводле
filter-remove = прыбраць
list-empty = Тут яшчэ няма запісаў.
list-none = Нічога не падыходзіць. Прыбярыце адну з умоў вышэй.
list-time-only = У гэтым парадку няма запісаў без часу; яны ёсць у іншых.
pages = Старонкі
page-first = ← Да пачатку
page-next = Далей →
page-older = Раней →

## Maps

map = На карце
map-of = { $what } на карце
map-here = Дзе гэта
map-description = { $n ->
    [one] На карце { $n } месца, тое ж ёсць на старонцы словамі.
    [few] На карце { $n } месцы, тое ж ёсць на старонцы словамі.
   *[many] На карце { $n } месцаў, тое ж ёсць на старонцы словамі.
}
map-ground = Natural Earth (грамадскі здабытак)
map-together = { $n ->
    [one] { $n } запіс тут
    [few] { $n } запісы тут
   *[many] { $n } запісаў тут
}
map-within = у межах { $distance }
map-shown = { $n ->
    [one] { $n } запіс на карце
    [few] { $n } запісы на карце
   *[many] { $n } запісаў на карце
}
map-unplaced = { $n ->
    [one] Яшчэ { $n } запіс не мае становішча
    [few] Яшчэ { $n } запісы не маюць становішча
   *[many] Яшчэ { $n } запісаў не маюць становішча
}
map-first = { $n ->
    [one] Паказаны толькі першы { $n } запіс спіса: звузьце яго
    [few] Паказаны толькі першыя { $n } запісы спіса: звузьце яго
   *[many] Паказаны толькі першыя { $n } запісаў спіса: звузьце яго
}
map-part = Частка карты
map-none = Ніводзін запіс гэтага спіса не мае становішча на карце.
map-table = Тое ж табліцай
map-by-place = становішча месца:
compass-n = пн.
compass-e = усх.
compass-s = пд.
compass-w = зах.

## A record

on-this-page = На гэтай старонцы
claims = Сцвярджэнні
no-claims = Пра гэты запіс яшчэ нічога не сказана.
more-claims = Сцвярджэнняў больш, чым змяшчае старонка; астатнія — у гісторыі.
connected = Звязанае
as-list = спісам
more-related = Паказаны не ўсе звязаныя запісы; усе — у спісах.
why = Адкуль мы гэта ведаем
sources = Крыніцы
history = Гісторыя
history-all = Уся гісторыя з хэшамі
permission = Дазвол
structure = Структура
cited = Што на ёй трымаецца
claims-count = { $n ->
    [one] { $n } сцвярджэнне
    [few] { $n } сцвярджэнні
   *[many] { $n } сцвярджэнняў
}
claims-waiting = { $n ->
    [one] { $n } чакае рашэння
    [few] { $n } чакаюць рашэння
   *[many] { $n } чакаюць рашэння
}
claims-unsourced = { $n ->
    [one] { $n } сцвярджэнне без крыніцы
    [few] { $n } сцвярджэнні без крыніцы
   *[many] { $n } сцвярджэнняў без крыніцы
}
and-more = { $n ->
    [one] і яшчэ { $n }
    [few] і яшчэ { $n }
   *[many] і яшчэ { $n }
}
made-by = Запіс зроблены:
hidden-record = запіс, які вам не паказваецца

## Claim lines, chips and what stands beside them

conflict = не сыходзіцца
differ = розная дакладнасць, могуць быць праўдай усе
against = супраць
held = Калі так было:
about-claim = пра гэта сцвярджэнне
recorded-by = Унесена:
erased-on = Сцёрта:
erased-value = значэнне сцёрта
origin = Паходжанне:
known-to = Магло ведаць:
no-source = крыніца не названа
chips-withheld = { $n ->
    [one] { $n } крыніца, якая вам не паказваецца
    [few] { $n } крыніцы, якія вам не паказваюцца
   *[many] { $n } крыніц, якія вам не паказваюцца
}
chip-exhibit = Праз матэрыял:
chip-accessed = Прагледжана:
chip-archived = Архіўная копія:
old-claims = { $n ->
    [one] { $n } адкліканае або сцёртае
    [few] { $n } адкліканыя або сцёртыя
   *[many] { $n } адкліканых або сцёртых
}
add-claim = дадаць сцвярджэнне
add-short = дадаць
correct = Выправіць
withdraw = Адклікаць
restore = Аднавіць
accept = Прыняць
question = Трэба праца
decide-question = Ніхто тут яшчэ не праверыў. Рашэнне:
ladder-place = прыступка { $n } з { $of }
gaps = Чаго не хапае
gap = Не сказана: { $what }.
gap-or = або
gap-add = Дадаць
permit-nobody = Можа выйсці: нікому.
permit-why = Ніводнага дазволу не запісана.
permit-case = Справа:
custody-from = Атрымана ад
custody-size = Памер
not-recorded = не запісана
clock-today = сканчаецца сёння
clock-left = { $n ->
    [one] застаўся { $n } дзень
    [few] засталося { $n } дні
   *[many] засталося { $n } дзён
}
clock-over = { $n ->
    [one] скончылася { $n } дзень таму
    [few] скончылася { $n } дні таму
   *[many] скончылася { $n } дзён таму
}
show-all = паказаць усё: { $n } знакаў
sealed-value = запячатана, { $n } байтаў
leave-link = адкрыць…
bands-description = Перыяды ў часе; тое ж напісана словамі вышэй.

## Records that point at the one on the page

related-posting-person = Служба
related-posting-unit = Людзі
related-command-superior = Падначаленыя падраздзяленні
related-command-subordinate = Кіроўныя падраздзяленні
related-positioning-unit = Дзе знаходзілася
related-positioning-place = Падраздзяленні тут
related-incident-place = Інцыдэнты тут
related-incident-part-of = Інцыдэнты ў яго складзе
related-incident-exhibit = Інцыдэнты з гэтым матэрыялам
related-act-incident = Дзеянні
related-act-victim = Дзеянні супраць гэтай асобы
related-act-place = Дзеянні тут
related-involvement-act = Хто да гэтага датычны
related-involvement-person = Дачыненне да дзеянняў
related-involvement-unit = Дачыненне да дзеянняў
related-injury-act = Пашкоджанні
related-injury-person = Пашкоджанні
related-injury-exhibit = Пашкоджанні на гэтым матэрыяле
related-place-inside = Месцы ўнутры

## Times, positions, units of measure

when-in-day = у нейкі момант гэтага дня
when-in-month = у нейкі момант гэтага месяца
when-in-year = у нейкі момант гэтага года
when-between = у нейкі момант паміж
when-since = з { $day }
when-until = па { $day }
when-after = пасля пачатку { $day }
when-before = да канца { $day }
when-or-earlier = або раней
when-or-later = або пазней
when-real-start = тады і пачалося
when-real-end = тады і скончылася
when-no-zone = часавы пояс не названы
month-1 = студзень
month-2 = люты
month-3 = сакавік
month-4 = красавік
month-5 = май
month-6 = чэрвень
month-7 = ліпень
month-8 = жнівень
month-9 = верасень
month-10 = кастрычнік
month-11 = лістапад
month-12 = снежань
month-of-1 = студзеня
month-of-2 = лютага
month-of-3 = сакавіка
month-of-4 = красавіка
month-of-5 = мая
month-of-6 = чэрвеня
month-of-7 = ліпеня
month-of-8 = жніўня
month-of-9 = верасня
month-of-10 = кастрычніка
month-of-11 = лістапада
month-of-12 = снежня
spot-no-doubt = дакладнасць не названа
unit-m = м
unit-km = км
unit-mm = мм
unit-bytes = байтаў
unit-kib = КіБ
unit-mib = МіБ
unit-gib = ГіБ

## History

history-note = Кожны хэш пакрывае ўсё, што было да яго: змяніць мінулае незаўважна нельга.
history-none = Гісторыя пустая.
history-caption = Усё, што адбылося з гэтым запісам, новае зверху
entries-count = { $n ->
    [one] { $n } падзея
    [few] { $n } падзеі
   *[many] { $n } падзей
}
col-no = №
col-when = Калі
col-who = Хто
col-what = Што
col-hash = Хэш
col-where = Дзе
happened-made = Запіс створаны
happened-withheld = Падзея справы, якая вам не паказваецца
happened-accept = Прынята:
happened-question = Пазначана «трэба праца»:
happened-withdraw = Адклікана:
happened-restore = Адноўлена:
happened-erase = Сцёрта:
reason = Прычына:

## Structure of a unit

structure-title = { $unit }: структура, { $day }
structure-description = Скрынка — падраздзяленне, лінія — падпарадкаванне; пункцір — на гэты дзень сумнеўна. Тое ж ёсць у табліцы ніжэй.
structure-day = Дзень
show = Паказаць
structure-alone = На гэты дзень пра падпарадкаванне нічога не вядома.
structure-more = Паказаны не ўсе падраздзяленні.
structure-table = Падраздзяленні, якія на малюнку:
col-unit = Падраздзяленне
col-place = Становішча
col-under = Каму падначалена
col-people = Людзі
in-doubt = сумнеўна
people-count = { $n ->
    [one] { $n } чалавек
    [few] { $n } чалавекі
   *[many] { $n } чалавек
}
units-below = { $n ->
    [one] { $n } падначаленае падраздзяленне
    [few] { $n } падначаленыя падраздзяленні
   *[many] { $n } падначаленых падраздзяленняў
}
also-under = таксама пад: { $unit }
depth-self = само падраздзяленне
depth-below = { $n ->
    [one] на { $n } узровень ніжэй
    [few] на { $n } узроўні ніжэй
   *[many] на { $n } узроўняў ніжэй
}
depth-above = { $n ->
    [one] на { $n } узровень вышэй
    [few] на { $n } узроўні вышэй
   *[many] на { $n } узроўняў вышэй
}

## What rests on a source

cited-none = Ніводнае сцвярджэнне не спасылаецца на гэтую крыніцу.
col-record = Запіс
col-claim = Сцвярджэнне
col-words = Словы крыніцы
col-status = Статус

## Search

all-kinds = Усё
hits-count = { $n ->
    [one] { $n } знойдзена
    [few] { $n } знойдзены
   *[many] { $n } знойдзена
}
hits-more = Гэта не ўсё: удакладніце запыт.
hits-none = Нічога не знойдзена.
search-how = Шукайце імя ў любым напісанні, словы, дату (2020-08-09) або ідэнтыфікатар.
found-name = імя пішацца або гучыць падобна
found-words = словы ў тэксце
found-time = той самы час
found-id = ідэнтыфікатар

## Leaving the desk

leave-title = Гэты адрас па-за гэтым камп’ютарам
leave-what = Калі яго адкрыць, той, хто трымае сайт, і той, хто назірае за сувяззю, убачаць, што на яго глядзяць адсюль:
leave-copy = Бяспечней скапіяваць адрас і адкрыць яго праз Tor на іншым камп’ютары.
leave-open = Усё роўна адкрыць адсюль
leave-go = Адкрыць

## Keyboard help

keys-note = Клавішы працуюць, калі ў браўзеры ўключаны JavaScript. Усё можна зрабіць і без іх.
col-key = Клавіша
col-does = Што робіць
key-search = пошук
key-down = наступны радок
key-up = папярэдні радок
key-open = адкрыць радок
key-new = новы запіс або сцвярджэнне
key-accept = прыняць сцвярджэнне ў радку
key-question = сцвярджэнню ў радку трэба праца
key-withdraw = адклікаць сцвярджэнне ў радку
key-book = кніга
key-people = асобы
key-units = падраздзяленні
key-incidents = інцыдэнты
key-acts = дзеянні
key-places = месцы
key-exhibits = матэрыялы
key-sources = крыніцы
key-help = гэтая старонка
