# The door: signing in and out, the places of the house.
sign-in = Sign in
sign-out = Sign out
sign-in-aside = Sign in in a new tab
si-login = Login
si-words = Your eight words
si-words-hint = With spaces between them. The first four letters of each are enough.
si-code = Code
si-code-hint = Six digits from your code app. Leave it empty if you have not set one up yet.
si-code-needed = Type the six digits that your code app shows now, and your words once more.
si-wrong = Login, words or code are not right. Nobody is told which of them.
si-words-bad = These are not eight words of the lists. Look for a slip: a word left out, twice, or with other first letters.
si-wait = There were too many wrong sign-ins. Try again in { $time }.
si-join = Not a member yet? Ask to come in
si-not-yet = Your request is here, but two members have not signed it yet. Ask the one to whom you read your words.
si-frozen = This account is frozen. Speak with another member, not through this desk.
si-locked = The desk is locked: the first member who signs in opens the book. What people send is collected all the same.
done-signed-out = You are signed out. The session is over in this browser and at the desk.
for-seconds = { $n ->
    [one] { $n } second
   *[other] { $n } seconds
}
for-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
for-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
me = My account
today = Today
inbox = Inbox
cases = Cases
decide = Decide
watch = Watch
members = Members
book-lists = Lists of the book
key-today = today
key-inbox = the inbox
key-cases = the cases
key-decide = decisions
key-watch = the log of readings (auditors)
key-members = the members
