# What happened (-what, the heading), whether anything was lost (-lost), what to do (-next).
err-not-found-what = There is no such page
