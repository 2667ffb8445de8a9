# The pages that are read: front, lists, maps, records, history, structure, search.

## The frame

house = Книга
skip = Перейти до змісту
search = Пошук
search-hint = ім’я, слова, дата, id
language = Мова
house-ways = Розділи
book = Книга
keys = Клавіші

## The front of the book

book-empty = Книга порожня.
book-empty-next = Додайте перший запис або імпортуйте файл командою kniha import.
in-the-book = У книзі
joins = Що їх пов’язує
newest-incidents = Останні внесені інциденти
no-incidents = Інцидентів ще немає.
new-record = новий запис

## Lists

narrow = Звузити список
narrow-text = Ім’я або слова
narrow-from = Від дати
narrow-to = До дати
narrow-apply = Показати
narrow-by = Звузити за
bad-dates = Дату не прочитано. Пишіть 2020, 2020-08 або 2020-08-09; початок не пізніше за кінець.
facets-of-first = { $n ->
    [one] За першим { $n } записом
    [few] За першими { $n } записами
   *[many] За першими { $n } записами
}
from = від
to = до
order = Порядок
order-name = за назвою
order-time = за часом події
order-newest = нещодавно внесені
quoted = «{ $text }»
filters = Звужено за
filter-remove = прибрати
list-empty = Тут ще немає записів.
list-none = Нічого не підходить. Приберіть одну з умов вище.
list-time-only = У цьому порядку немає записів без часу; вони є в інших.
pages = Сторінки
page-first = ← До початку
page-next = Далі →
page-older = Раніше →

## Maps

map = На карті
map-of = { $what } на карті
map-here = Де це
map-description = { $n ->
    [one] На карті { $n } місце, те саме є на сторінці словами.
    [few] На карті { $n } місця, те саме є на сторінці словами.
   *[many] На карті { $n } місць, те саме є на сторінці словами.
}
map-ground = Natural Earth (суспільне надбання)
map-together = { $n ->
    [one] { $n } запис тут
    [few] { $n } записи тут
   *[many] { $n } записів тут
}
map-within = у межах { $distance }
map-shown = { $n ->
    [one] { $n } запис на карті
    [few] { $n } записи на карті
   *[many] { $n } записів на карті
}
map-unplaced = { $n ->
    [one] Ще { $n } запис не має розташування
    [few] Ще { $n } записи не мають розташування
   *[many] Ще { $n } записів не мають розташування
}
map-first = { $n ->
    [one] Показано лише перший { $n } запис списку: звузьте його
    [few] Показано лише перші { $n } записи списку: звузьте його
   *[many] Показано лише перші { $n } записів списку: звузьте його
}
map-part = Частина карти
map-none = Жоден запис цього списку не має розташування на карті.
map-table = Те саме таблицею
map-by-place = розташування місця:
compass-n = пн.
compass-e = сх.
compass-s = пд.
compass-w = зах.

## A record

on-this-page = На цій сторінці
claims = Твердження
no-claims = Про цей запис ще нічого не сказано.
more-claims = Тверджень більше, ніж уміщує сторінка; решта — в історії.
connected = Пов’язане
as-list = списком
more-related = Показано не всі пов’язані записи; усі — у списках.
why = Звідки ми це знаємо
sources = Джерела
history = Історія
history-all = Уся історія з хешами
permission = Дозвіл
structure = Структура
cited = Що на ньому тримається
claims-count = { $n ->
    [one] { $n } твердження
    [few] { $n } твердження
   *[many] { $n } тверджень
}
claims-waiting = { $n ->
    [one] { $n } чекає рішення
    [few] { $n } чекають рішення
   *[many] { $n } чекають рішення
}
claims-unsourced = { $n ->
    [one] { $n } твердження без джерела
    [few] { $n } твердження без джерела
   *[many] { $n } тверджень без джерела
}
and-more = { $n ->
    [one] і ще { $n }
    [few] і ще { $n }
   *[many] і ще { $n }
}
made-by = Запис зроблено:
hidden-record = запис, який вам не показується

## Claim lines, chips and what stands beside them

conflict = не сходиться
differ = різна точність, можуть бути правдою всі
against = проти
held = Коли так було:
about-claim = про це твердження
recorded-by = Внесено:
erased-on = Стерто:
erased-value = значення стерто
origin = Походження:
known-to = Могли знати:
no-source = джерело не назване
chips-withheld = { $n ->
    [one] { $n } джерело, яке вам не показується
    [few] { $n } джерела, які вам не показуються
   *[many] { $n } джерел, які вам не показуються
}
chip-exhibit = Через матеріал:
chip-accessed = Переглянуто:
chip-archived = Архівна копія:
old-claims = { $n ->
    [one] { $n } відкликане або стерте
    [few] { $n } відкликані або стерті
   *[many] { $n } відкликаних або стертих
}
add-claim = додати твердження
add-short = додати
correct = Виправити
withdraw = Відкликати
restore = Відновити
accept = Прийняти
question = Потрібна робота
decide-question = Ніхто тут ще не перевірив. Рішення:
ladder-place = сходинка { $n } з { $of }
gaps = Чого бракує
gap = Не сказано: { $what }.
gap-or = або
gap-add = Додати
permit-nobody = Може вийти: нікому.
permit-why = Жодного дозволу не записано.
permit-case = Справа:
custody-from = Отримано від
custody-size = Розмір
not-recorded = не записано
clock-today = закінчується сьогодні
clock-left = { $n ->
    [one] залишився { $n } день
    [few] залишилося { $n } дні
   *[many] залишилося { $n } днів
}
clock-over = { $n ->
    [one] скінчилося { $n } день тому
    [few] скінчилося { $n } дні тому
   *[many] скінчилося { $n } днів тому
}
show-all = показати все: { $n } знаків
sealed-value = запечатано, { $n } байтів
leave-link = відкрити…
bands-description = Періоди в часі; те саме написано словами вище.

## Records that point at the one on the page

related-posting-person = Служба
related-posting-unit = Люди
related-command-superior = Підпорядковані підрозділи
related-command-subordinate = Вищі підрозділи
related-positioning-unit = Де перебував
related-positioning-place = Підрозділи тут
related-incident-place = Інциденти тут
related-incident-part-of = Інциденти в його складі
related-incident-exhibit = Інциденти з цим матеріалом
related-act-incident = Діяння
related-act-victim = Діяння проти цієї особи
related-act-place = Діяння тут
related-involvement-act = Хто до цього причетний
related-involvement-person = Причетність до діянь
related-involvement-unit = Причетність до діянь
related-injury-act = Ушкодження
related-injury-person = Ушкодження
related-injury-exhibit = Ушкодження на цьому матеріалі
related-place-inside = Місця всередині

## Times, positions, units of measure

when-in-day = у якийсь момент цього дня
when-in-month = у якийсь момент цього місяця
when-in-year = у якийсь момент цього року
when-between = у якийсь момент між
when-since = з { $day }
when-until = по { $day }
when-after = після початку { $day }
when-before = до кінця { $day }
when-or-earlier = або раніше
when-or-later = або пізніше
when-real-start = тоді й почалося
when-real-end = тоді й скінчилося
when-no-zone = часовий пояс не названо
month-1 = січень
month-2 = лютий
month-3 = березень
month-4 = квітень
month-5 = травень
month-6 = червень
month-7 = липень
month-8 = серпень
month-9 = вересень
month-10 = жовтень
month-11 = листопад
month-12 = грудень
month-of-1 = січня
month-of-2 = лютого
month-of-3 = березня
month-of-4 = квітня
month-of-5 = травня
month-of-6 = червня
month-of-7 = липня
month-of-8 = серпня
month-of-9 = вересня
month-of-10 = жовтня
month-of-11 = листопада
month-of-12 = грудня
spot-no-doubt = точність не названа
unit-m = м
unit-km = км
unit-mm = мм
unit-bytes = байтів
unit-kib = КіБ
unit-mib = МіБ
unit-gib = ГіБ

## History

history-note = Кожен хеш охоплює все, що було до нього: змінити минуле непомітно не можна.
history-none = Історія порожня.
history-caption = Усе, що сталося з цим записом, нове зверху
entries-count = { $n ->
    [one] { $n } подія
    [few] { $n } події
   *[many] { $n } подій
}
col-no = №
col-when = Коли
col-who = Хто
col-what = Що
col-hash = Хеш
col-where = Де
happened-made = Запис створено
happened-withheld = Подія справи, яка вам не показується
happened-accept = Прийнято:
happened-question = Позначено «потрібна робота»:
happened-withdraw = Відкликано:
happened-restore = Відновлено:
happened-erase = Стерто:
reason = Причина:

## Structure of a unit

structure-title = { $unit }: структура, { $day }
structure-description = Прямокутник — підрозділ, лінія — підпорядкування; пунктир — на цей день сумнівно. Те саме є в таблиці нижче.
structure-day = День
show = Показати
structure-alone = На цей день про підпорядкування нічого не відомо.
structure-more = Показано не всі підрозділи.
structure-table = Підрозділи, що на малюнку:
col-unit = Підрозділ
col-place = Місце
col-under = Кому підпорядковано
col-people = Люди
in-doubt = сумнівно
people-count = { $n ->
    [one] { $n } людина
    [few] { $n } людини
   *[many] { $n } людей
}
units-below = { $n ->
    [one] { $n } підпорядкований підрозділ
    [few] { $n } підпорядковані підрозділи
   *[many] { $n } підпорядкованих підрозділів
}
also-under = також під: { $unit }
depth-self = сам підрозділ
depth-below = { $n ->
    [one] на { $n } рівень нижче
    [few] на { $n } рівні нижче
   *[many] на { $n } рівнів нижче
}
depth-above = { $n ->
    [one] на { $n } рівень вище
    [few] на { $n } рівні вище
   *[many] на { $n } рівнів вище
}

## What rests on a source

cited-none = Жодне твердження не посилається на це джерело.
col-record = Запис
col-claim = Твердження
col-words = Слова джерела
col-status = Статус

## Search

all-kinds = Усе
hits-count = { $n ->
    [one] { $n } знайдено
    [few] { $n } знайдено
   *[many] { $n } знайдено
}
hits-more = Це не все: уточніть запит.
hits-none = Нічого не знайдено.
search-how = Шукайте ім’я в будь-якому написанні, слова, дату (2020-08-09) або ідентифікатор.
found-name = ім’я пишеться або звучить схоже
found-words = слова в тексті
found-time = той самий час
found-id = ідентифікатор

## Leaving the desk

leave-title = Ця адреса поза цим комп’ютером
leave-what = Якщо її відкрити, той, хто тримає сайт, і той, хто стежить за зв’язком, побачать, що на неї дивляться звідси:
leave-copy = Безпечніше скопіювати адресу й відкрити її через Tor на іншому комп’ютері.
leave-open = Усе одно відкрити звідси
leave-go = Відкрити

## Keyboard help

keys-note = Клавіші працюють, якщо у браузері ввімкнено JavaScript. Усе можна зробити й без них.
col-key = Клавіша
col-does = Що робить
key-search = пошук
key-down = наступний рядок
key-up = попередній рядок
key-open = відкрити рядок
key-new = новий запис або твердження
key-accept = прийняти твердження в рядку
key-question = твердженню в рядку потрібна робота
key-withdraw = відкликати твердження в рядку
key-book = книга
key-people = особи
key-units = підрозділи
key-incidents = інциденти
key-acts = діяння
key-places = місця
key-exhibits = матеріали
key-sources = джерела
key-help = ця сторінка
