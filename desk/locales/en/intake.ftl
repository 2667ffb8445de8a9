# What arrives: inbox, opening together, accounts, three decisions, letters, translations, accounts taken down here.

page-before = ← Before

## The inbox
in-others = Also signed in now:
in-read-ones = Accounts in my cases
in-all = all
in-late = { $n ->
    [one] { $n } account has waited for more than 48 hours.
   *[other] { $n } accounts have waited for more than 48 hours.
}
in-late-next = Somebody may be waiting for an answer: look at the cards, or ask another screener.
in-late-one = · waits more than 48 hours
in-sealed = { $n ->
    [one] { $n } card waits for you, sealed
   *[other] { $n } cards wait for you, sealed
}
in-look-log = A card says how urgent and how long an account is, and nothing that was told. Each card you look at is written into the log first.
in-look = { $n ->
    [one] Look at { $n } card
   *[other] Look at { $n } cards
}
in-letters = { $n ->
    [one] { $n } answer waits for a second reader
   *[other] { $n } answers wait for a second reader
}
in-waits = Opening together
in-wait-mine = { $n ->
    [one] { $n } account waits for your agreement
   *[other] { $n } accounts wait for your agreement
}
in-wait-others = { $n ->
    [one] { $n } account waits for somebody else
   *[other] { $n } accounts wait for somebody else
}
in-by = offered by
in-until = until
in-cards = Cards
in-none = Nothing here.
in-urgent = urgent
in-minor = under 18
in-own-acts = own acts told
in-contact = a way to reach the person
in-offered = offered, waits for another
in-mine = you can open it with another
in-drawn = drawn:
in-card-open = Card
in-with-picked = With those picked
in-into = Into the case
in-into-none = none yet: only the two who open
in-open-together = Open together
in-open-hint = At most 50. Your share goes to the others who were drawn; one of them must agree within 72 hours. You need not be there at the same time.
in-screen = Worth reading
in-spam = Spam
in-why = Reason
in-refuse = Refuse
in-why-outside = not what this book is about
in-why-empty = it holds nothing
in-why-double = told before
in-why-unreadable = cannot be understood
in-why-flood = one of very many alike
in-why-other = something else
in-sweep = Cards that look alike
in-sweep-note = Many cards of one day, language and length, or cards without any text. Urgent ones are never among them. Nothing is deleted: what is refused can be taken up again for 90 days, spam for 30.
in-sweep-refuse = Refuse all
in-order-urgent = urgent first
in-order-oldest = oldest first
in-order-lang = by language
in-order-door = by door
in-kind-report = account
in-kind-addition = addition
in-kind-withdrawal = permission taken back
in-kind-deletion = asks to be deleted
in-length-none = no text
in-length-short = short
in-length-page = about a page
in-length-long = long
in-door-team = door: the team
in-door-lawyers = door: lawyers
in-door-deposit = sealed deposit
in-way-telephone = by telephone
in-way-interview = in an interview
in-way-paper = from paper
in-way-folder = from a folder
in-state-received = received
in-state-screened = worth reading
in-state-waits = waits for the person
in-state-read = read
in-state-used = used
in-state-kept = kept as information
in-state-refused = refused
in-state-withdrawn = taken back by the person
in-state-spam = spam

## Opening together
in-together = Open together
in-offered-by = Offered by
in-valid = It holds until
in-goes-case = What opens goes into the case
in-goes-two = What opens can be read by the two of you alone until it is given to a case.
in-unknown = { $n ->
    [one] and { $n } account whose card you have not seen
   *[other] and { $n } accounts whose cards you have not seen
}
in-log-will = This will stand in the log:
in-log-open = { $who } opens { $n } together, { $at }
in-agree = Agree and open
in-not-now = Not now
in-waits-for-other = You offered this. It waits for one of the others who were drawn.
in-result = What was opened
in-opened = { $n ->
    [one] { $n } account is open
   *[other] { $n } accounts are open
}
in-closed = { $n ->
    [one] { $n } stayed closed
   *[other] { $n } stayed closed
}
in-closed-note = Nothing is lost: what stayed closed is still sealed where it was.
in-fail-not-drawn = You were not drawn for it. Ask one of those who were.
in-fail-too-few = { $given } of { $needed } shares are there. Another person must agree.
in-fail-false = The share of { $by } is false. Speak to them in person and tell the auditor.
in-fail-expired = The 72 hours are over. Offer it again.
in-fail-already = It was opened before.
in-fail-missing = It is not in the spool. Collect again; if it stays away, tell the operator.
in-fail-damaged = It is damaged and cannot be opened. Tell the operator; the portal may still have it.
in-fail-other-book = It was sealed to another book.
in-fail-cap = You have opened as much as one person may for now. More is given from { $until }; an auditor and a lawyer can raise it for listed accounts.
in-fail-no-auditor = Nobody could read the log, so nothing is opened. A team needs an auditor first.
in-fail-log = The read log does not hold. Nothing is opened until the auditor has understood why.
in-fail-gone = It was destroyed.
in-fail-many = { $n ->
    [one] At most { $n } at once.
   *[other] At most { $n } at once.
}
in-fail-none = It is not there, or not for you.

## An account
st-title = Account { $name }
st-inside = The account
st-card = Its card
st-marks = Marks
st-unmark = Take away
st-parts = Other parts
st-part-own-acts = What the person did
st-part-contacts = How the person can be reached
st-part-identity = Who the person is
st-part-witnesses = Others who saw
st-part-closed = Its keys are with others: you cannot open it.
st-back = Account
st-log = { $who } reads the account { $what }, { $at }
st-log-part = { $who } reads “{ $part }” of { $what }, { $at }
st-log-written = Written into the log before you saw this:
st-read = Read the account
st-read-part = Read this part
st-sealed = Its text is still sealed. It is opened by two who were drawn, from the inbox.
st-no-text = There is no text.
st-wish-withdrawal = The person takes back a permission. Decide what follows before anything else is done with it.
st-wish-deletion = The person asks to be deleted. Two members must carry it out.
st-mark-legend = Marks:
st-mark-p = person
st-mark-t = time
st-mark-l = place
st-mark-a = act
st-marking = Mark words
st-number = Number of the sentence
st-words = Words in it
st-words-hint = As they stand there. Without words the whole sentence is marked; without a number the words must stand once in the account.
st-marking-keys = With a keyboard: select words and press p, t, l or a. d goes on to the decisions.
st-stated = As stated, beside the account
st-stated-note = Nobody here says that it is true. Filing makes a claim in the book, which everybody in the case can read.
st-file-one = File as a claim
st-tell-where = Where
st-tell-when = When
st-tell-heard = Seen, read or told before
st-tell-later = May add later
st-tell-help = Help that is needed
st-door-never = Never give it to
st-door-silent = If the person is silent for a year
st-door-closed = If this organisation closes
st-door-write = May we write
st-withdraw-what = What is taken back
st-door-silent-keep = keep sealed
st-door-silent-use = use without anything that points to them
st-door-silent-court = give to a court
st-door-silent-destroy = destroy
st-door-closed-pass-on = pass on
st-door-closed-court = UN or court
st-door-closed-destroy = destroy
st-door-write-yes = yes
st-door-write-no = no
st-withdraw-what-public = publishing
st-withdraw-what-court = courts
st-withdraw-what-all = everything
st-files = Files
st-files-note = Names and types are what the sender's device said. Files stay sealed; nothing here opens them.
st-claimed-type = said to be
st-what-now = What now
st-case = Case
st-decide = Three decisions
st-letters = Ask or answer
st-translate = Translate
st-give-words = Twelve words for the person
st-used = In the book because of it
st-same = From the same person
st-assign = Into another case
st-assign-do = Give
st-serves = The person still serves: a second member reads every answer.
st-serves-not = Nothing says that the person still serves.
st-serves-yes = The person still serves
st-serves-no = The person does not serve
st-events = What happened
st-happened-case = put into a case
st-happened-keys = the way to answer is known
st-happened-service = whether the person serves was changed
st-happened-closed = first account closed
st-do-screen = Worth reading
st-do-read = Take up again
st-do-keep = Keep as information
st-do-withdraw = The person took it back
st-do-spam = Spam

## Three decisions
fl-title = Account { $name }: three decisions
fl-note = What you file stands in the book as stated, with the marked words as its source. Nobody says yet that it is true.
fl-back = To the account
fl-meanwhile = Somebody filed from this account a moment ago. Look at what is in the book now; press again to file yours too.
fl-incident = Which incident?
fl-new-incident = a new incident
fl-incident-title = Title of a new one
fl-incident-when = Its time
fl-place = Its place
fl-people = Which people?
fl-somebody = Somebody who is not marked
fl-new-person = a new person
fl-person-name = Name of a new one
fl-none = nobody, nothing
fl-role = What they were
fl-role-victim = suffered
fl-role-witness = saw or is named
fl-role-did = did it
fl-acts = Which acts?
fl-act = Act
fl-new-act = a new act
fl-of-incident = of this incident
fl-violation = What was done
fl-more-violations = Other violations
fl-acts-hint = One act for each person who suffered.
fl-file = File
fl-keys = Keys:
fl-by-words = the same words
fl-by-time = the same day
fl-by-place = the same place

## Letters
ml-title = Ask or answer { $name }
ml-before = What was written before
ml-none = Nothing yet.
ml-log = { $who } reads what was written to { $what } (at most { $n })
ml-show = Show it
ml-second-by = second reader
ml-state-waits = waits for a second reader
ml-state-refused = not sent: the second reader refused
ml-state-ready = ready, not yet handed over
ml-state-sent = sent
ml-agree = It can be sent
ml-refuse = Not like this
ml-send-again = Send now
ml-write = Write
ml-not-wished = The person does not want to be written to.
ml-no-keys = There is no way to answer: nothing was left for it.
ml-lang = The person reads
ml-week-note = Answers are dated by week, never by day. Write nothing that would harm the person if somebody else read it.
ml-serves = The person still serves. Your answer waits until a second member has read it.
ml-prepared = Prepared words
ml-prepared-read = It was read
ml-prepared-question = We have a question
ml-prepared-used = Used in our work
ml-prepared-kept = Kept as information
ml-prepared-refused = Not for this book
ml-prepared-deleted = Deleted
ml-kind = What it is
ml-kind-text = answer
ml-kind-request = question
ml-kind-status = how far it has come
ml-words = Words
ml-words-hint = At most 3,500 bytes: about 1,700 Cyrillic letters.
ml-too-long = It has { $bytes } bytes, and { $most } have room. Make it shorter, or make two answers of it.
ml-send = Send
ml-week = week of { $day }
ml-waiting = Answers that wait for a second reader
ml-none-wait = None waits.
ml-mine = you wrote it: somebody else must read it
ml-text-read = Your account was read in the week of { $week }. Thank you. You need not do anything.
ml-text-question = We read your account in the week of { $week } and have a question. Answer only if it is safe for you, and only what you know yourself: please do not ask anyone and do not obtain anything.
ml-text-used = What you told us is used in our work since the week of { $week }. Nothing in it points to you.
ml-text-kept = We read your account in the week of { $week }. For now we keep it as information. It is not lost, and you can add to it.
ml-text-refused = We read what you sent in the week of { $week }. It is not what this book is about, so we will not use it; it will be deleted. You can write to us again.
ml-text-deleted = In the week of { $week } we deleted what you asked us to delete. Your words still work; destroy them if you do not need them.

## Translations
tr-title = Translate { $name }
tr-into = Into
tr-segment = Translation of sentence
tr-by = Who translates
tr-by-hint = Sealed with the translation; not in the book.
tr-how = How
tr-person = by a person
tr-sworn = by a sworn translator
tr-machine = by a machine
tr-keep = Keep
tr-check = I checked it
tr-checked = checked by { $by }
tr-unchecked = not checked by a second person

## Accounts taken down here
nw-title = New statement
nw-note = Let the person tell first, in their own words. Ask open questions, write down questions too, exactly as they were said. Other accounts stay hidden until this one is closed.
nw-way = How
nw-lang = Language
nw-case = Case
nw-present = Who is present
nw-present-hint = Who asks and who else is there. Sealed with the account.
nw-interpreter = Interpreter
nw-before = What the person saw, read or was told before
nw-before-hint = Pictures, messages, names others said.
nw-urgent = somebody is in danger
nw-begin = Begin
nw-taking = Statement { $name }
nw-hidden = Other accounts are hidden until you close this one.
nw-question = Question
nw-question-hint = (empty where the person simply tells)
nw-answer = Answer, as it was said
nw-keep-turn = Keep, and go on
nw-close = Close the first account
nw-close-note = Read it back to the person first. After closing nothing can be added; what is told later is another account.
nw-read-back = It was read back to the person
nw-corrections = What the person corrected
nw-close-do = Close
nw-too-much = This is too long to be kept in one account. Close it and begin another.
nw-still-open = This account is still being taken down.
nw-go-on = Go on
nw-times = From – to
nw-yes = yes

## Words for a person
wd-title = Your twelve words
wd-what = With these words you come back: to read our answers, to add something, to take something back. We do not keep them and cannot find them again.
wd-mark = When you come back you will see these two words:
wd-keep = Write them down where nobody looks, or learn them by heart. Whoever has them can read our answers to you.
wd-once = They are shown this once. Print the page or write them down now.
wd-done = They are written down

## What was just done
done-looked = The cards are open.
done-none-picked = Nothing was picked.
done-cards-moved = Done.
done-cards-some = Done as far as it could be: somebody else was faster with the rest.
done-swept = The group is refused. It can be taken up again.
done-offered = Offered for 72 hours. One of the others who were drawn must agree.
done-tranche-gone = This offer is not there any more: it was agreed to, or its 72 hours are over.
done-assigned = It is in the case now.
done-service = Noted.
done-marked = Marked.
done-unmarked = The mark is gone.
done-mark-nothing = Nothing was marked: write a number or words.
done-mark-sentence = Nothing was marked: there is no sentence of that number.
done-mark-words = Nothing was marked: these words do not stand there.
done-mark-often = Nothing was marked: the words stand there more than once. Add the number of the sentence.
done-filed = Filed. It stands in the book as stated.
done-stated-filed = Filed as a claim.
done-stated-first = First decide which incident it is: then this answer can be filed with it.
done-letter-sent = It is sealed and leaves with the next collection.
done-letter-waits = Kept. It leaves when a second member has read it.
done-letter-ready = Kept, but not handed over: the key list or the desk's keys do not hold today. Nothing is lost; send it again when they do.
done-letter-refused = It will not be sent.
done-same-person = Another member must do this: you did the first half.
done-translated = Kept.
done-checked = Noted that you checked it.
done-turn = Kept.
done-closed = The first account is closed.
done-words-given = Words were given before. They cannot be shown again; the person can be given none twice.

## Errors
err-no-key-what = You have no key to this
err-no-key-lost = Nothing is lost. It is sealed to other members of the team.
err-no-key-next = Ask somebody of the case to grant it to you; a grant needs two members.
