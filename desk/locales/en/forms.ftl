# The pages that write: adding, correcting, new records, what is done to a claim. Parts that are filled in are written { $so }.

## Every form
f-error-title = Error: { $title }
f-problems-title = Something must be put right first
f-nothing-saved = Nothing was saved yet. Everything you typed is still here.
f-problem = Problem
f-optional = (if known)
f-choose = choose …
f-save = Save
f-save-more = Save and add another
f-leave-unsaved = Leave without saving
f-terms-mean = What these words mean

## Finding a record inside a form
f-find-label = Look it up in the book
f-find-hint = A name in any spelling, some words, or an id. Leave it empty for the newest.
f-find = Find
f-find-choose = Choose one
f-find-none = none of these
f-find-more = There are more: write a longer name or more words.
f-find-nothing = Nothing was found. Try another spelling or fewer words.

## Words and names
f-words-language = Language of these words
f-name-language = Language of the name
f-name-kind = Kind of name
f-tongue-unsaid = not said
f-tongue-be = Belarusian
f-tongue-ru = Russian
f-tongue-uk = Ukrainian
f-tongue-en = English
f-tongue-pl = Polish
f-tongue-lt = Lithuanian
f-tongue-lv = Latvian
f-tongue-de = German
f-tongue-fr = French
f-tongue-ka = Georgian

## How values are written
f-hint-name = As the source writes it. Another spelling is another claim.
f-hint-integer = Digits only, such as 12
f-hint-real = With a point, such as 12.5
f-hint-window = Such as 2020-08-09 or 2020-08-09T21:30. A range: 2020-08-09..2020-08-11. Some time in it, nobody knows when: ~2020-08-09T21:00..2020-08-10T03:00. A time zone if known: +03:00
f-hint-region = Latitude, longitude, and the doubt if you know it: 53.9006, 27.5590 ±100m
f-hint-address = Starts with http:// or https://. The desk keeps it and never opens it.

## Where it is from
f-source = Source
f-source-why = Who or what says so? A claim stands on its source.
f-source-optional = A source can speak for itself; name another one if it says this about it.
f-source-kept = Sources of the old claim that say this too
f-source-new = It is not in the book yet: describe a new source
f-source-title = Title of the new source
f-source-kind = Kind of the new source
f-source-address = Web address of the new source
f-source-more = When it was looked at, archived copy
f-cited-words = The source’s own words
f-hint-words = Word for word, in its language, as short as makes it clear.
f-locator = Where in the source
f-hint-locator = Page, line, minute: such as p. 3, or 00:02:15
f-accessed = Looked at
f-hint-accessed = The day on which somebody saw it there, such as 2024-03-01
f-archived = Address of an archived copy

## Beside the value
f-beside = When it held, origin, for or against, how many know
f-beside-tie = Origin, for or against, how many know
f-held = When it held
f-hint-held = From and to: 2018-03..2020-08. An exclamation mark where it really began or ended then: 2018-03!.. Leave it empty if nobody says.
f-origin = Origin
f-hint-origin = A short word for those who repeat one another: their claims count as one line of evidence.
f-stance = For or against
f-known-to = How many people could know this?
f-hint-known-to = It is asked before anything is released, so that nobody is exposed. Leave it at “not known” if in doubt.

## Adding and correcting
f-add-claim = Add a claim
f-add-title = Add: { $what }
f-add-what = What does it say something about?
f-may-be-many = may have several
f-sealed-later = Sealed values, such as contacts and identity numbers, cannot be typed in here.
f-group-names = What it is called
f-group-when = When
f-group-where = Where
f-group-ties = Other records
f-group-terms = From a list
f-group-words = In words and numbers
f-correct-title = Correct: { $what }
f-correct-how = You add a new claim. The old one stays visible, with who wrote it and when.
f-correct-old = The claim as it stands
f-correct-what = What about the old claim?
f-correct-wrong = It is wrong: withdraw it as corrected
f-correct-stands = It stands: keep both side by side
f-correct-reason = In what it was wrong
f-hint-correct-reason = Kept in the history beside “corrected”.

## New records
f-new-record = New record
f-new-search-first = Search first: the record may be in the book under another spelling.
f-new-things = What there is
f-new-ties = What ties records together
f-new-title = New record: { $kind }
f-case = Case
f-hint-case = Who sees the case sees the record.

## What is done to a claim
move-accept = Accept
move-question = Ask for more work
move-withdraw = Withdraw
move-restore = Restore
move-erase = Erase for ever
explain-accept = You have examined it and stand for that. Your name and the time go into the history.
explain-question = Say what must be found out before it can be accepted. The claim stays, marked as unfinished.
explain-withdraw = The claim no longer counts. It stays readable, struck out, and can be restored.
explain-restore = The claim stands again as it stood before it was withdrawn.
explain-erase = This destroys the value, the words it was cited with and the reasons of earlier decisions, here and in every index. It cannot be undone, not even from the history. What stays: that there was a claim about this property, who recorded and erased it and when, its sources, and your reason. Copies made before, such as backups and exports, are not reached.
f-reason = Reason
f-hint-reason = A sentence for those who read the history.
f-hint-erase-reason = The reason stays readable for ever: do not repeat in it what is erased.
f-erase-word = erase
f-erase-type = To confirm, type the word
f-why-word = Type the word “{ $word }”.

## What was done
done-added = The claim was saved.
done-corrected = The correction was saved, and the old claim was withdrawn.
done-made = The record was saved.
done-made-before = This form had made the record already. What you changed in it since was not saved: add it as a claim.
done-accept = The claim was accepted.
done-question = The claim was marked: more work is needed.
done-withdraw = The claim was withdrawn. It stays readable below.
done-restore = The claim stands again.
done-erase = The value was erased.
done-already = That had been done already; nothing was changed now.

## Why a form was not taken
f-why-choose = Nothing is chosen.
f-why-no-source = Choose a source or describe a new one.
f-why-words-no-source = There are words or a place in a source, but no source. Choose it or describe a new one.
f-why-two-sources = A source is chosen and a new one is described. Keep one: choose “none of these” or empty the fields of the new source.
f-why-wrong-kind = This record is of another kind. Find the right one.
f-why-not-there = There is no such record. Find it by its name.
f-why-nobody-involved = Name a person or a unit.
