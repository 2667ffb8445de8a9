# Every page.
skip = To the page
leave-now = Leave now
help = Help
language = Language
why-ask = Why do we ask?
danger = In danger now?
genuine = Is this genuine?
leaving = Leaving this page
about = Who we are
error-mark = Please look at this:
problems = One thing before we go on
at-most = At most { $n } characters.
progress = { $n ->
    [0] This is the last screen.
    [1] About one more screen.
    [2] About two more screens.
    [3] About three more screens.
    [4] About four more screens.
   *[other] About { $n } more screens.
 }
date = { $day } { $month } { $year }
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

# In danger.
danger-title = If you are in danger now
danger-nobody = Nobody here can come to you, and nobody reads at night. Please call somebody who can:
danger-none = No numbers are written here. In most countries of Europe 112 reaches the ambulance, the fire service and the police.
danger-call = Your telephone company sees a call. It does not see this page.
danger-later = What happened can be told later. You first.
service-all = All services
service-ambulance = Ambulance
service-fire = Fire service
service-police = Police
service-crisis = Somebody to talk to
country-by = Belarus
country-ua = Ukraine
country-ru = Russia
country-pl = Poland
country-lt = Lithuania
country-lv = Latvia
country-ee = Estonia
country-ge = Georgia
country-de = Germany
country-cz = Czechia

# Leaving.
leave-title = Leaving this page
leave-does = “Leave now” stands on top of every page. It goes at once to a page that has nothing to do with us:
leave-typed = What you have typed and not sent is gone then. What you have sent is safe.
leave-cannot = What it cannot do
leave-history = It does not empty the history of your browser. Our pages ask the browser to keep nothing; the address of this site may still stand in the history.
leave-back = “Back” may show this page again. Close the window too.
leave-eyes = It does not help against a programme on your device that watches you, or against somebody who looks over your shoulder.
leave-wire = It does not hide that you were here. Over the ordinary internet your provider sees that you visit this site, though not what you write. With Tor Browser it does not see that.
leave-better = What helps more
leave-private = Use Tor Browser, or at least a private window, on a device that nobody else uses.
leave-some = Take only this site out of the history. An empty history can be noticed.

# Genuine.
genuine-title = Is this genuine?
genuine-what = What you send here is locked with the keys of the team. These keys stand in a list that several people sign, in different countries.
genuine-words = The words of this week
genuine-compare = People you know and trust can tell you these six words by another way: a call, a message, a broadcast. If their words are the same, the keys are genuine. If they differ, please do not send anything here.
genuine-new = The words are new every Thursday and whenever the list changes.
genuine-list = The list
genuine-no = Number
genuine-from = First day
genuine-to = Last day
genuine-digest = Fingerprint
genuine-raw = The whole list, for programs
genuine-limit = This page can be false too: whoever changes the list can change the page. Only words that come to you by another way say something.
genuine-old = This list is over. Nothing is taken until a new one is here.

# Who we are.
about-title = Who we are, and what we promise
about-who = This site is run by { $house }.
about-why = Why we ask
about-why-text = We collect what people saw and lived through, so that it can be believed, checked and used one day: by you, by others it happened to, by courts. You decide what you tell and what may be done with it. Every question says why it is asked, and you may leave any of them empty.
about-promise = What we promise
about-sealed = What you send is locked before it is stored. This machine cannot open it again.
about-several = Your account is opened only when several people of the team agree. You choose who.
about-nothing = We write down neither your address nor your device nor the hour.
about-quantum = What is stored is locked in a way that, as far as is known today, a quantum computer cannot open either.
about-not = What we cannot promise
about-moment = While you send, this machine sees your words for a moment. Somebody who controls it at that moment can read them.
about-wire = On the way here your words are protected by the connection alone: by Tor, or by https. Somebody who records it today and has a quantum computer one day may read it then.
about-seen = Over the ordinary internet your provider sees that you visit this site.
about-device = We cannot protect you from a programme on your device.
about-help = We are not the police and not your lawyer. We cannot promise anybody that they will not be punished.
about-genuine = How to check that this site is genuine

# What did not work.
err-not-found-what = There is nothing here
err-not-found-lost = Nothing was lost and nothing was sent.
err-not-found-next = Please check the address, or begin at the first page.
err-method-what = This page cannot be asked like that
err-method-lost = Nothing was sent just now. What you sent before is safe.
err-method-next = Please begin at the first page.
err-too-large-what = That was too much at once
err-too-large-lost = Nothing of it was kept. What you sent before is safe.
err-too-large-next = Go back in your browser: what you wrote may still be there. Send a shorter text, and the rest afterwards.
err-malformed-what = We could not read what your browser sent
err-malformed-lost = Nothing was sent just now. What you sent before is safe.
err-malformed-next = Go back in your browser: what you wrote may still be there. If the text was copied from elsewhere, invisible characters may be in it: paste it as plain text.
err-foreign-what = This came from another site
err-foreign-lost = Nothing was sent.
err-foreign-next = Please open this site by typing its address, and begin at the first page.
err-slow-what = It took too long
err-slow-lost = We do not know whether it arrived. Nothing is kept by halves.
err-slow-next = Go back in your browser and send it again. If it arrived the first time, it is not kept twice.
err-altered-what = We cannot read your earlier answers any more
err-altered-lost = Nothing was sent just now. What you sent before is safe.
err-altered-next = The page may come from another window, or the browser has changed it. Go back in your browser: what you wrote may still be there. Copy it and begin again.
err-expired-what = Your earlier answers are forgotten
err-expired-lost = Nothing was sent just now. What you sent before is safe. A page that is not finished is forgotten after some hours, so that nobody can find it.
err-expired-next = Go back in your browser: what you wrote may still be there. Copy it and begin again.
err-no-cookie-what = Your browser keeps no cookie
err-no-cookie-lost = Nothing was sent just now. What you sent before is safe.
err-no-cookie-next = One small cookie holds half of the key to your answers until you close the browser; it says nothing about you. Please allow cookies for this site and begin again.
err-closed-what = Nothing can be taken just now
err-closed-lost = Nothing was sent. The list of keys with which we lock what you send has run out.
err-closed-next = Please come back tomorrow. Until then write down what happened, if that is safe for you.
err-busy-what = Too many files come in just now
err-busy-lost = This file was not kept. What you sent before is safe.
err-busy-next = Please wait a few minutes and send the file again.
err-full-what = There is no room just now
err-full-lost = Nothing of this was kept. What you sent before is safe.
err-full-next = Please come back in a few hours and send it again. Go back in your browser: what you wrote may still be there.
err-gone-what = We cannot keep anything just now
err-gone-lost = We do not know whether this arrived. Nothing is kept by halves. What you sent before is safe.
err-gone-next = Wait some minutes, go back in your browser and send it again. If it arrived the first time, it is not kept twice.
err-broken-what = Something is wrong on our side
err-broken-lost = It may be that this did not arrive. Nothing is kept by halves. What you sent before is safe.
err-broken-next = Go back in your browser and try again. If it happens again, please come back tomorrow.
