# The pages that are read: front, lists, maps, records, history, structure, search.

## The frame

house = Kniha
skip = Skip to the content
search = Search
search-hint = name, words, date, id
language = Language
house-ways = Sections
book = Book
keys = Keyboard

## The front of the book

book-empty = The book is empty.
book-empty-next = Add a first record, or import a file with kniha import.
in-the-book = In the book
joins = What joins them
newest-incidents = Incidents recorded last
no-incidents = There are no incidents yet.
new-record = new record

## Lists

narrow = Narrow the list
narrow-text = Name or words
narrow-from = From date
narrow-to = To date
narrow-apply = Show
narrow-by = Narrow by
bad-dates = The date was not understood. Write 2020, 2020-08 or 2020-08-09; the start not after the end.
facets-of-first = { $n ->
    [one] Among the first { $n } record
   *[other] Among the first { $n } records
}
from = from
to = to
order = Order
order-name = by name
order-time = by time of the event
order-newest = recorded last
quoted = “{ $text }”
filters = Narrowed by
filter-remove = remove
list-empty = There are no records here yet.
list-none = Nothing fits. Take away one of the conditions above.
list-time-only = This order leaves out records without a time; the other orders have them.
pages = Pages
page-first = ← To the start
page-next = Next →
page-older = Earlier →

## Maps

map = On a map
map-of = { $what } on a map
map-here = Where it is
map-description = { $n ->
    [one] { $n } place on the map, the same is on the page in words.
   *[other] { $n } places on the map, the same is on the page in words.
}
map-ground = Natural Earth (public domain)
map-together = { $n ->
    [one] { $n } record here
   *[other] { $n } records here
}
map-within = within { $distance }
map-shown = { $n ->
    [one] { $n } record on the map
   *[other] { $n } records on the map
}
map-unplaced = { $n ->
    [one] { $n } more record has no position
   *[other] { $n } more records have no position
}
map-first = { $n ->
    [one] Only the first { $n } record of the list is drawn: narrow it
   *[other] Only the first { $n } records of the list are drawn: narrow it
}
map-part = Part of the map
map-none = No record of this list has a position.
map-table = The same as a table
map-by-place = position of the place:
compass-n = N
compass-e = E
compass-s = S
compass-w = W

## A record

on-this-page = On this page
claims = Claims
no-claims = Nothing is said of this record yet.
more-claims = There are more claims than the page holds; the others are in the history.
connected = Connected
as-list = as a list
more-related = Not all connected records are shown; the lists have them all.
why = How we know
sources = Sources
history = History
history-all = The whole history with hashes
permission = Permission
structure = Structure
cited = What rests on it
claims-count = { $n ->
    [one] { $n } claim
   *[other] { $n } claims
}
claims-waiting = { $n ->
    [one] { $n } waits for a decision
   *[other] { $n } wait for a decision
}
claims-unsourced = { $n ->
    [one] { $n } claim without a source
   *[other] { $n } claims without a source
}
and-more = { $n ->
    [one] and { $n } more
   *[other] and { $n } more
}
made-by = Record made by
hidden-record = a record you may not see

## Claim lines, chips and what stands beside them

conflict = conflict
differ = differ in detail, all can be true
against = speaks against
held = When it was so:
about-claim = about this claim
recorded-by = Recorded by
erased-on = Erased on
erased-value = value erased
origin = Origin:
known-to = Could be known to:
no-source = no source stated
chips-withheld = { $n ->
    [one] { $n } source you may not see
   *[other] { $n } sources you may not see
}
chip-exhibit = Through the exhibit:
chip-accessed = Looked at:
chip-archived = Archived copy:
old-claims = { $n ->
    [one] { $n } withdrawn or erased
   *[other] { $n } withdrawn or erased
}
add-claim = add a claim
add-short = add
correct = Correct
withdraw = Withdraw
restore = Restore
accept = Accept
question = Needs work
decide-question = Nobody here has examined it yet. Decide:
ladder-place = step { $n } of { $of }
gaps = What is missing
gap = Not stated: { $what }.
gap-or = or
gap-add = Add
permit-nobody = May leave to: nobody.
permit-why = No permission is recorded.
permit-case = Case:
custody-from = Received from
custody-size = Size
not-recorded = not recorded
clock-today = ends today
clock-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
clock-over = { $n ->
    [one] ended { $n } day ago
   *[other] ended { $n } days ago
}
show-all = show all { $n } characters
sealed-value = sealed, { $n } bytes
leave-link = open…
bands-description = Periods in time; the same is above in words.

## Records that point at the one on the page

related-posting-person = Service
related-posting-unit = People
related-command-superior = Units under it
related-command-subordinate = Units above it
related-positioning-unit = Where it was
related-positioning-place = Units here
related-incident-place = Incidents here
related-incident-part-of = Incidents that are part of it
related-incident-exhibit = Incidents with this exhibit
related-act-incident = Acts
related-act-victim = Acts against this person
related-act-place = Acts here
related-involvement-act = Who is involved
related-involvement-person = Involvement in acts
related-involvement-unit = Involvement in acts
related-injury-act = Injuries
related-injury-person = Injuries
related-injury-exhibit = Injuries it shows
related-place-inside = Places inside

## Times, positions, units of measure

when-in-day = some time that day
when-in-month = some time that month
when-in-year = some time that year
when-between = some time in between
when-since = since { $day }
when-until = until the end of { $day }
when-after = some time after the start of { $day }
when-before = some time before the end of { $day }
when-or-earlier = or earlier
when-or-later = or later
when-real-start = began then
when-real-end = ended then
when-no-zone = time zone not stated
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-of-1 = January
month-of-2 = February
month-of-3 = March
month-of-4 = April
month-of-5 = May
month-of-6 = June
month-of-7 = July
month-of-8 = August
month-of-9 = September
month-of-10 = October
month-of-11 = November
month-of-12 = December
spot-no-doubt = no doubt stated
unit-m = m
unit-km = km
unit-mm = mm
unit-bytes = bytes
unit-kib = KiB
unit-mib = MiB
unit-gib = GiB

## History

history-note = Each hash covers everything before it: the past cannot be changed unnoticed.
history-none = The history is empty.
history-caption = Everything that happened to this record, newest first
entries-count = { $n ->
    [one] { $n } entry
   *[other] { $n } entries
}
col-no = No.
col-when = When
col-who = Who
col-what = What
col-hash = Hash
col-where = Where
happened-made = Record made
happened-withheld = An entry of a case you may not see
happened-accept = Accepted:
happened-question = Marked as needing work:
happened-withdraw = Withdrawn:
happened-restore = Restored:
happened-erase = Erased:
reason = Reason:

## Structure of a unit

structure-title = { $unit }: structure, { $day }
structure-description = A box is a unit, a line is command; dashed is doubtful on that day. The same is in the table below.
structure-day = Day
show = Show
structure-alone = Nothing is known of lines of command on this day.
structure-more = Not all units are shown.
structure-table = The units of the chart:
col-unit = Unit
col-place = Place
col-under = Under
col-people = People
in-doubt = in doubt
people-count = { $n ->
    [one] { $n } person
   *[other] { $n } people
}
units-below = { $n ->
    [one] { $n } subordinate unit
   *[other] { $n } subordinate units
}
also-under = also under { $unit }
depth-self = the unit itself
depth-below = { $n ->
    [one] { $n } level below
   *[other] { $n } levels below
}
depth-above = { $n ->
    [one] { $n } level above
   *[other] { $n } levels above
}

## What rests on a source

cited-none = No claim cites this source.
col-record = Record
col-claim = Claim
col-words = Words of the source
col-status = Status

## Search

all-kinds = All
hits-count = { $n ->
    [one] { $n } found
   *[other] { $n } found
}
hits-more = This is not all: say more to narrow it.
hits-none = Nothing was found.
search-how = Search for a name in any spelling, words, a date (2020-08-09) or an id.
found-name = name spelt or sounding alike
found-words = words in the text
found-time = the same time
found-id = the id

## Leaving the desk

leave-title = This address is outside this machine
leave-what = If you open it, whoever runs the site and whoever watches the line will see that it is looked at from here:
leave-copy = It is safer to copy the address and to open it through Tor on another machine.
leave-open = Open it from here all the same
leave-go = Open

## Keyboard help

keys-note = The keys work where the browser runs JavaScript. Everything can be done without them.
col-key = Key
col-does = What it does
key-search = search
key-down = next line
key-up = previous line
key-open = open the line
key-new = new record or claim
key-accept = accept the claim of the line
key-question = the claim of the line needs work
key-withdraw = withdraw the claim of the line
key-book = the book
key-people = people
key-units = units
key-incidents = incidents
key-acts = acts
key-places = places
key-exhibits = exhibits
key-sources = sources
key-help = this page
