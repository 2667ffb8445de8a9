# The pages that are read: front, lists, maps, records, history, structure, search.

## The frame

house = Книга
skip = Перейти к содержанию
search = Поиск
search-hint = имя, слова, дата, id
language = Язык
house-ways = Разделы
book = Книга
keys = Клавиши

## The front of the book

book-empty = Книга пуста.
book-empty-next = Добавьте первую запись или импортируйте файл командой kniha import.
in-the-book = В книге
joins = Что их связывает
newest-incidents = Последние внесённые инциденты
no-incidents = Инцидентов ещё нет.
new-record = новая запись

## Lists

narrow = Сузить список
narrow-text = Имя или слова
narrow-from = С даты
narrow-to = По дату
narrow-apply = Показать
narrow-by = Сузить по
bad-dates = Дата не прочитана. Пишите 2020, 2020-08 или 2020-08-09; начало не позже конца.
facets-of-first = { $n ->
    [one] По первой { $n } записи
    [few] По первым { $n } записям
   *[many] По первым { $n } записям
}
from = с
to = по
order = Порядок
order-name = по названию
order-time = по времени события
order-newest = недавно внесённые
quoted = «{ $text }»
filters = Сужено по
filter-remove = убрать
list-empty = Здесь ещё нет записей.
list-none = Ничего не подходит. Уберите одно из условий выше.
list-time-only = В этом порядке нет записей без времени; они есть в других.
pages = Страницы
page-first = ← К началу
page-next = Дальше →
page-older = Раньше →

## Maps

map = На карте
map-of = { $what } на карте
map-here = Где это
map-description = { $n ->
    [one] На карте { $n } место, то же есть на странице словами.
    [few] На карте { $n } места, то же есть на странице словами.
   *[many] На карте { $n } мест, то же есть на странице словами.
}
map-ground = Natural Earth (общественное достояние)
map-together = { $n ->
    [one] { $n } запись здесь
    [few] { $n } записи здесь
   *[many] { $n } записей здесь
}
map-within = в пределах { $distance }
map-shown = { $n ->
    [one] { $n } запись на карте
    [few] { $n } записи на карте
   *[many] { $n } записей на карте
}
map-unplaced = { $n ->
    [one] Ещё у { $n } записи нет положения
    [few] Ещё у { $n } записей нет положения
   *[many] Ещё у { $n } записей нет положения
}
map-first = { $n ->
    [one] Показана только первая { $n } запись списка: сузьте его
    [few] Показаны только первые { $n } записи списка: сузьте его
   *[many] Показаны только первые { $n } записей списка: сузьте его
}
map-part = Часть карты
map-none = Ни у одной записи этого списка нет положения на карте.
map-table = То же таблицей
map-by-place = положение места:
compass-n = с.
compass-e = в.
compass-s = ю.
compass-w = з.

## A record

on-this-page = На этой странице
claims = Утверждения
no-claims = Об этой записи ещё ничего не сказано.
more-claims = Утверждений больше, чем вмещает страница; остальные — в истории.
connected = Связанное
as-list = списком
more-related = Показаны не все связанные записи; все — в списках.
why = Откуда мы это знаем
sources = Источники
history = История
history-all = Вся история с хешами
permission = Разрешение
structure = Структура
cited = Что на нём держится
claims-count = { $n ->
    [one] { $n } утверждение
    [few] { $n } утверждения
   *[many] { $n } утверждений
}
claims-waiting = { $n ->
    [one] { $n } ждёт решения
    [few] { $n } ждут решения
   *[many] { $n } ждут решения
}
claims-unsourced = { $n ->
    [one] { $n } утверждение без источника
    [few] { $n } утверждения без источника
   *[many] { $n } утверждений без источника
}
and-more = { $n ->
    [one] и ещё { $n }
    [few] и ещё { $n }
   *[many] и ещё { $n }
}
made-by = Запись сделана:
hidden-record = запись, которая вам не показывается

## Claim lines, chips and what stands beside them

conflict = не сходится
differ = разная точность, могут быть верны все
against = против
held = Когда так было:
about-claim = об этом утверждении
recorded-by = Внесено:
erased-on = Стёрто:
erased-value = значение стёрто
origin = Происхождение:
known-to = Могли знать:
no-source = источник не назван
chips-withheld = { $n ->
    [one] { $n } источник, который вам не показывается
    [few] { $n } источника, которые вам не показываются
   *[many] { $n } источников, которые вам не показываются
}
chip-exhibit = Через материал:
chip-accessed = Просмотрено:
chip-archived = Архивная копия:
old-claims = { $n ->
    [one] { $n } отозванное или стёртое
    [few] { $n } отозванных или стёртых
   *[many] { $n } отозванных или стёртых
}
add-claim = добавить утверждение
add-short = добавить
correct = Исправить
withdraw = Отозвать
restore = Восстановить
accept = Принять
question = Нужна работа
decide-question = Никто здесь ещё не проверил. Решение:
ladder-place = ступень { $n } из { $of }
gaps = Чего не хватает
gap = Не сказано: { $what }.
gap-or = или
gap-add = Добавить
permit-nobody = Может выйти: никому.
permit-why = Ни одного разрешения не записано.
permit-case = Дело:
custody-from = Получено от
custody-size = Размер
not-recorded = не записано
clock-today = кончается сегодня
clock-left = { $n ->
    [one] остался { $n } день
    [few] осталось { $n } дня
   *[many] осталось { $n } дней
}
clock-over = { $n ->
    [one] кончилось { $n } день назад
    [few] кончилось { $n } дня назад
   *[many] кончилось { $n } дней назад
}
show-all = показать всё: { $n } знаков
sealed-value = запечатано, { $n } байт
leave-link = открыть…
bands-description = Периоды во времени; то же написано словами выше.

## Records that point at the one on the page

related-posting-person = Служба
related-posting-unit = Люди
related-command-superior = Подчинённые подразделения
related-command-subordinate = Вышестоящие подразделения
related-positioning-unit = Где находилось
related-positioning-place = Подразделения здесь
related-incident-place = Инциденты здесь
related-incident-part-of = Инциденты в его составе
related-incident-exhibit = Инциденты с этим материалом
related-act-incident = Деяния
related-act-victim = Деяния против этого лица
related-act-place = Деяния здесь
related-involvement-act = Кто к этому причастен
related-involvement-person = Причастность к деяниям
related-involvement-unit = Причастность к деяниям
related-injury-act = Повреждения
related-injury-person = Повреждения
related-injury-exhibit = Повреждения на этом материале
related-place-inside = Места внутри

## Times, positions, units of measure

when-in-day = в какой-то момент этого дня
when-in-month = в какой-то момент этого месяца
when-in-year = в какой-то момент этого года
when-between = в какой-то момент между
when-since = с { $day }
when-until = по { $day }
when-after = после начала { $day }
when-before = до конца { $day }
when-or-earlier = или раньше
when-or-later = или позже
when-real-start = тогда и началось
when-real-end = тогда и кончилось
when-no-zone = часовой пояс не назван
month-1 = январь
month-2 = февраль
month-3 = март
month-4 = апрель
month-5 = май
month-6 = июнь
month-7 = июль
month-8 = август
month-9 = сентябрь
month-10 = октябрь
month-11 = ноябрь
month-12 = декабрь
month-of-1 = января
month-of-2 = февраля
month-of-3 = марта
month-of-4 = апреля
month-of-5 = мая
month-of-6 = июня
month-of-7 = июля
month-of-8 = августа
month-of-9 = сентября
month-of-10 = октября
month-of-11 = ноября
month-of-12 = декабря
spot-no-doubt = точность не названа
unit-m = м
unit-km = км
unit-mm = мм
unit-bytes = байт
unit-kib = КиБ
unit-mib = МиБ
unit-gib = ГиБ

## History

history-note = Каждый хеш покрывает всё, что было до него: изменить прошлое незаметно нельзя.
history-none = История пуста.
history-caption = Всё, что произошло с этой записью, новое сверху
entries-count = { $n ->
    [one] { $n } событие
    [few] { $n } события
   *[many] { $n } событий
}
col-no = №
col-when = Когда
col-who = Кто
col-what = Что
col-hash = Хеш
col-where = Где
happened-made = Запись создана
happened-withheld = Событие дела, которое вам не показывается
happened-accept = Принято:
happened-question = Помечено «нужна работа»:
happened-withdraw = Отозвано:
happened-restore = Восстановлено:
happened-erase = Стёрто:
reason = Причина:

## Structure of a unit

structure-title = { $unit }: структура, { $day }
structure-description = Прямоугольник — подразделение, линия — подчинение; пунктир — на этот день сомнительно. То же есть в таблице ниже.
structure-day = День
show = Показать
structure-alone = На этот день о подчинении ничего не известно.
structure-more = Показаны не все подразделения.
structure-table = Подразделения, которые на рисунке:
col-unit = Подразделение
col-place = Место
col-under = Кому подчинено
col-people = Люди
in-doubt = сомнительно
people-count = { $n ->
    [one] { $n } человек
    [few] { $n } человека
   *[many] { $n } человек
}
units-below = { $n ->
    [one] { $n } подчинённое подразделение
    [few] { $n } подчинённых подразделения
   *[many] { $n } подчинённых подразделений
}
also-under = также под: { $unit }
depth-self = само подразделение
depth-below = { $n ->
    [one] на { $n } уровень ниже
    [few] на { $n } уровня ниже
   *[many] на { $n } уровней ниже
}
depth-above = { $n ->
    [one] на { $n } уровень выше
    [few] на { $n } уровня выше
   *[many] на { $n } уровней выше
}

## What rests on a source

cited-none = Ни одно утверждение не ссылается на этот источник.
col-record = Запись
col-claim = Утверждение
col-words = Слова источника
col-status = Статус

## Search

all-kinds = Всё
hits-count = { $n ->
    [one] { $n } найдена
    [few] { $n } найдены
   *[many] { $n } найдено
}
hits-more = Это не всё: уточните запрос.
hits-none = Ничего не найдено.
search-how = Ищите имя в любом написании, слова, дату (2020-08-09) или идентификатор.
found-name = имя пишется или звучит похоже
found-words = слова в тексте
found-time = то же время
found-id = идентификатор

## Leaving the desk

leave-title = Этот адрес вне этого компьютера
leave-what = Если его открыть, тот, кто держит сайт, и тот, кто наблюдает за связью, увидят, что на него смотрят отсюда:
leave-copy = Безопаснее скопировать адрес и открыть его через Tor на другом компьютере.
leave-open = Всё равно открыть отсюда
leave-go = Открыть

## Keyboard help

keys-note = Клавиши работают, если в браузере включён JavaScript. Всё можно сделать и без них.
col-key = Клавиша
col-does = Что делает
key-search = поиск
key-down = следующая строка
key-up = предыдущая строка
key-open = открыть строку
key-new = новая запись или утверждение
key-accept = принять утверждение в строке
key-question = утверждению в строке нужна работа
key-withdraw = отозвать утверждение в строке
key-book = книга
key-people = лица
key-units = подразделения
key-incidents = инциденты
key-acts = деяния
key-places = места
key-exhibits = материалы
key-sources = источники
key-help = эта страница
