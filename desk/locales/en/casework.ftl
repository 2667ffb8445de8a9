# Casework: today, clocks, cases and their sheets, tasks, custody, erasing a source.

## Today

my-tasks = My tasks
my-tasks-none = You have no open task.
tasks-all = All my tasks
changes = What others changed
changes-none = Nothing new since you last said “seen”.
changes-more = There is more than is shown here.
changes-seen = I have seen this
changed-claims = { $n ->
    [one] { $n } new claim
   *[other] { $n } new claims
}
changed-moves = { $n ->
    [one] { $n } claim moved
   *[other] { $n } claims moved
}
waiting = Waiting for a decision
acts-waiting = { $n ->
    [one] { $n } proposal waits for a second signature
   *[other] { $n } proposals wait for a second signature
}
waiting-none = None of the newest claims waits.
done-seen = Marked as seen. What changes from now on will stand here.

## Clocks

clocks = Clocks
clocks-all = All clocks
clocks-more-here = Further ones are on the page of clocks.
clocks-none = Nothing ends in the coming time.
clocks-note = Everything in your cases that ends on a day, the soonest first.
clocks-more = There are more clocks than the page holds.
clocks-count = { $n ->
    [one] { $n } clock
   *[other] { $n } clocks
}
ends-task = Task
ends-task-next = then it is late
ends-access = Access
ends-access-next = then the case is closed to them; a new grant needs two signatures
ends-retention = Recording
ends-retention-next = then whoever holds it may overwrite it: ask for it before
ends-spam = Spam
ends-spam-next = look again and erase it, or keep it with a reason
ends-refused = Refused
ends-refused-next = look again and erase it, or keep it with a reason
ends-information = Kept as information
ends-information-next = look again: is it still needed?
ends-review = To be looked at again
ends-review-next = keep it with a reason, or erase it

## Cases

case-new = Begin a case
case-new-note = Give it a name that says what it is about and names nobody who told. You are its only member until two let somebody else in.
case-title = Its name
no-cases = You see no case yet.
no-cases-next = Somebody who sees a case proposes to open it to you, and a second member agrees.
cases-count = { $n ->
    [one] { $n } case
   *[other] { $n } cases
}
cases-more = There are more cases than the page holds.
members-count = { $n ->
    [one] { $n } member
   *[other] { $n } members
}
tasks-count = { $n ->
    [one] { $n } task
   *[other] { $n } tasks
}
your-access = Your access:
case-made-by = Begun by { $who }, { $day }
case-question = The question
no-question = Nobody has written down which question this case tries to answer.
ask-question = Write the question
ask-question-note = One question that evidence can answer, either way. Earlier wordings stay readable.
ask-anew = Ask it differently
earlier-questions = Earlier wordings
hypotheses = Hypotheses
hypothesis = Hypothesis
no-hypotheses = No hypothesis yet.
no-innocent = No innocent explanation is among them. One belongs here, even if nobody believes it.
innocent = innocent
innocent-label = This is an innocent explanation
innocent-hint = It would clear those who are suspected. Cases are tested against it.
hypothesis-add = Add a hypothesis
hypothesis-note = What may have happened, in one or two sentences, so that evidence can speak for or against it.
take-back = Take back
take-back-note = It stays readable as taken back, with your reason.
taken-back = Taken back by
elements = What must be shown
no-elements = No element is wanted yet: choose what the law asks to be shown.
elements-add = Choose elements
elements-note = Elements by crime or breach, with the provision each comes from. The words are shortened: the provision decides.
element-wanted = wanted already
elements-dropped = Elements taken back
gaps-count = { $n ->
    [one] { $n } gap
   *[other] { $n } gaps
}
col-element = Element
col-for = For
col-against = Against
support-none = nothing
support-add = Add evidence
support-find = Find a claim or a source
support-find-hint = Words, a name in any spelling, a date or an id.
support-whole = the source as a whole
support-for = Speaks for it
support-against = Speaks against it
support-back = taken back
support-erased = the claim was erased
support-withdrawn = the claim was withdrawn
support-withheld = { $n ->
    [one] { $n } piece of evidence in a case you may not see
   *[other] { $n } pieces of evidence in cases you may not see
}
lack-none = nothing
lack-nothing = Nothing speaks for it
lack-origin = All of it has one origin
lack-unexamined = Nobody has accepted it
lack-contrary = No search for the contrary
gap-task = Make a task
gap-has-task = there is a task
sheet-more = This sheet has more entries than the page holds: divide the case.
case-members = Members
granted-by = granted by
access-history = Every grant and its end
access-granted = { $day }: granted to { $whose } by { $by }
access-granted-until = { $day }: granted to { $whose } by { $by }, until { $until }
access-granted-second = { $day }: granted to { $whose } by { $by } and { $second }
access-granted-second-until = { $day }: granted to { $whose } by { $by } and { $second }, until { $until }
access-revoked = { $day }: taken back from { $whose } by { $by }
access-lapsed = { $day }: the access of { $whose } ended
done-sheet = Written down.
done-sheet-back = Taken back. It stays readable.

## Tasks

tasks = Tasks
no-tasks = No open task.
tasks-open = Open
tasks-done = Done
tasks-more = There are more tasks than the page holds.
task-new = New task
task-words = What is to be done
task-for = Who does it
task-who = For
task-anybody = whoever comes first
task-due = Last day
task-due-hint = For example 2026-11-28.
why-day = The day was not understood. Write it as 2026-11-28.
task-done = Done
task-reopen = Open it again
task-said = What came of it
task-last-said = What came of it
task-done-by = Done by { $who }, { $day }
task-made-by = Written down by { $who }, { $day }
task-from-gap = It would fill a gap:
task-of-gap = Find what is missing: { $what }
done-task-made = The task is written down.
done-task-done = Done. It can be opened again.
done-task-reopened = The task is open again.

## Custody

custody = Custody
custody-all = every entry
custody-note = Each entry holds the hash of the one before. Signatures are checked where the members’ keys are kept. A day’s root, noted elsewhere, shows that nothing was cut off at the end.
custody-none = Nothing was entered for this exhibit.
custody-digests = Digests afterwards
custody-parent = the exhibit it was made from
custody-whole = { $n ->
    [one] { $n } entry: it follows its rules.
   *[other] { $n } entries: each follows the one before, and the digest of the original is the same in all.
}
custody-broken = The custody is broken at entry { $n }: do not rely on it.
custody-somebody = a member
custody-who = { $who } ({ $role })
custody-desk = the desk (key { $key })
custody-receive = On { $when } it was received by { $who }.
custody-open = On { $when } it was opened by { $who }.
custody-copy = On { $when } a copy was made by { $who }.
custody-derive = On { $when } another exhibit was made from it by { $who }.
custody-export = On { $when } it was handed out by { $who }.
custody-destroy = On { $when } it was destroyed by { $who }.
custody-operation = What was done: { $what }.
custody-tool = With: { $what }.
role-opener = opener
role-investigator = investigator
role-lawyer = lawyer
role-caseworker = caseworker
role-auditor = auditor
role-operator = operator
role-custodian = custodian

## Erasing a source

falling = What falls away
falling-link = Erase…
falling-note = If this source is erased, its keys and its words are destroyed for good. What rests on it alone goes with it; what rests on others too stays and is asked again. The empty record and the skeleton of its history remain.
falling-nothing = Nothing is left of this source but its empty record.
falling-erased = { $n ->
    [one] { $n } value is destroyed
   *[other] { $n } values are destroyed
}
falling-kept = { $n ->
    [one] { $n } claim stays, without its words
   *[other] { $n } claims stay, without its words
}
falling-unseen = { $n ->
    [one] { $n } of them is in a case you may not see.
   *[other] { $n } of them are in cases you may not see.
}
falling-asked = { $n ->
    [one] { $n } accepted claim among them must be examined again.
   *[other] { $n } accepted claims among them must be examined again.
}
falling-cut = Only the first are shown.
falling-act = Erasing needs two people: one proposes it, another agrees. Nothing is erased from this page.
