### What the bot says, in English. **bold**, *italic*; blank lines part paragraphs. Plain words, grade 7 or below; invite, never push.

## Onboarding

consent =
    **Kindling: one small lesson a day**

    It takes about two minutes to read. It is about stress, sleep, talking with people, mood, or closeness. You choose the topics and the hour.

    This is an automated course for adults. It is not therapy, and no person reads this chat. If things get hard, /help shows people you can reach. It works at any time.

    **Your words stay yours**
    • I keep what you choose and what you write, locked with a key of your own.
    • I share it with nobody. There are no ads, and nothing is sold.
    • Telegram can store this chat too. I cannot change that.
    • You can leave at any time with /stop.

    Is that all right with you?
button-agree = I am 18 or older, and I agree
button-under-18 = I am under 18
button-not-now = Not now
button-privacy = What do you keep?
consent-no = That is fine. Nothing will be sent. If you change your mind, /start is here. /help works for everyone.
consent-unclear = Please tap the button, or write *yes* if you are 18 or older and agree. Write *no* to leave it. /help works either way.
agreed = agreed
button-back = Back
button-later = Later
onboarding-later = No hurry. I keep your place. Write /start when you want to go on.
old-question = That question is answered already. /settings changes it.
old-button = That button is old. Write /start to see what is here now.

ask-country =
    **Which country are you in?**

    I ask so that /help can show numbers that work where you are. You can tap, type its name, or keep it to yourself.
button-other-country = Another country
rather-not = Rather not say
country-type = Please type the name of your country, in any language.
country-unknown = I do not know a country by that name. You could try its English name, or tap below.

ask-zone =
    **What time is it for you now?**

    Tap the clock that matches yours, or type a city near you.
ask-zone-anywhere =
    **What time is it for you now?**

    Tap the hour that is nearest to your clock. You can also type the time, such as *9:40 pm*, or a city near you.
zone-which = Which of these is nearest to you? The clocks there change on the same days as yours.
zone-unknown = I could not find that place. You could type a larger city nearby, the time on your clock, such as *9:40 pm*, or a zone such as *Europe/Berlin*.
zone-no-such-clock = I know of no place where it is { $time } now. Could you type a city near you?

ask-hour =
    **When would a lesson suit you?**

    Tap a time, or type one: *8*, *8:15*, *8.15 pm*, *20h30*.
hour-unclear = I could not read that as a time. You could type *8*, *8:15 pm* or *20h30*.

ask-weekdays =
    **On which days?**

    Tap a day to turn it on or off. You can also type *every day*, *weekdays* or *Mon, Wed, Fri*.
button-done = That’s it
weekdays-one = One day at least, please. /pause stops lessons for a while.
weekdays-unclear = I could not read that. You could type *every day*, *weekdays*, *weekends*, or days such as *Mon Wed Fri*.
every-day = every day
on-weekdays = Monday to Friday

ask-topics =
    **What would you like to read about?**

    Choose one or more. You can change this whenever you like.
topic-line = • **{ $title }**: { $about }
topics-one = Please choose one topic at least. You can change it at any time.
topics-unclear = I could not find that topic. You could tap, or type its title, its number, or *all*.

ask-closeness =
    **One question before the topics about closeness**

    Is closeness something you want at present, and is it safe for you? Any answer is fine, and nobody else sees it.
closeness-safe = Wanted, and safe
closeness-not-now = Not now, or not sure
closeness-not-safe = I feel pressured or unsafe
closeness-answered = Thank you. That is noted.
closeness-unclear = You could tap one of the buttons, or write *safe*, *not now* or *not safe*.
closeness-left-out = Then I leave those topics out. If that changes one day, /settings has them.
closeness-support =
    Thank you for telling me. That is not your fault.

    I leave those topics out. There are people whose work is to help with this, and you decide what happens next. You can look at that now, or at any time with /help.
button-support = Show me
button-carry-on = Go on with other topics
closeness-off = This lesson is about closeness, and you left those topics out. /settings can show them again.

ask-form =
    **For whom should the practices be?**

    Each lesson ends with something small to try.
form-solo = Just me
form-together = With someone
form-either = Either is fine
form-unclear = You could tap, or write *just me*, *with someone* or *either*.

summary-title = **This is what you chose**
summary-consent = Consent: **{ $answer }**
summary-country = Country: **{ $answer }**
summary-zone = Time zone: **{ $answer }**
summary-hour = Time: **{ $answer }**
summary-weekdays = Days: **{ $answer }**
summary-topics = Topics: **{ $answer }**
summary-form = Practices: **{ $answer }**
summary-closeness = Closeness: **{ $answer }**
first-send = Your next lesson comes on **{ $day }** at **{ $time }**, { $place } time.
button-send-now = Send one now
button-change = Change something
finish-setting-up = A few questions are still open. Write /start to go on with them.

## Lessons

if-you-like = If you like:
think-about = Think about:
together-label = With someone:
button-together = With someone
button-did-it = Did it
button-not-today = Not today
button-shorter = Shorter
button-more = More
button-gentler = Gentler
button-sources = Sources
did-it = Thank you for spending a minute here.
not-today = That is fine. It stays here if you want it.
low-battery =
    **The short form.** It counts as the whole lesson.

    { $text }
together =
    **With someone**

    { $text }
gentler =
    **A gentler way**

    { $text }
deeper =
    **A little more**

    { $text }
no-such-part = This lesson has no such part.
envelope = Your lesson is ready. Open it when you have a quiet moment.
button-open = Open
envelope-shut = That is fine. It stays closed. You can open it whenever you like.
lesson-gone = This lesson is not part of the course any more. /today shows what is.
nothing-left = You have been through all the lessons you chose. /tracks shows what else there is.
skipped = Skipped: *{ $title }*. The next one comes at its time. /next sends it now.
skipped-sensitive = Skipped. The next one comes at its time. /next sends it now.
sources-title = **Where “{ $title }” comes from**
source-line = • { $authors } ({ $year }). *{ $title }.* { $venue }.
sources-none = This lesson rests on common sense, not on a study.
not-when = **Not now if:** { $text }
who-should-skip = **Who may want to skip it:** { $text }
sources-honest = A study tells about many people at once. It cannot say what is right for you.

## What they write

reflection-kept-0 = Thank you. I kept that with *{ $title }*. /journal has it.
reflection-kept-1 = Kept, next to *{ $title }*. If you edit your message, I change it too.
reflection-kept-2 = Thank you for writing that down. It is with *{ $title }* now.
reflection-edited = I changed it in your journal too.
reflection-missing = That one is not there any more.
stray-text = I am a program, so I cannot talk this through with you. Shall I keep it as a note? /help shows people you can reach, /commands what I can do.
button-keep-note = Keep it
button-forget = Don’t keep it
note-left = That is fine. I did not keep it.
note-kept = Kept as a note. /journal has it.
a-note = a note
a-lesson = a lesson
this-lesson = this lesson
journal-empty = Nothing is written yet. When a lesson asks something, you can just answer here. Or not: nothing depends on it.
journal-title = **Your journal** · { $count ->
        [one] one entry
       *[other] { $count } entries
    }, newest first
journal-entry = **{ $number }.** { $day } · { $title }
button-delete-number = Delete { $number }
button-delete = Delete
button-delete-yes = Yes, delete it
button-keep = Keep it
button-newer = Newer
button-older = Older
button-to-journal = Back to the journal
delete-this = Delete this for good? Your own message stays in the chat until you delete it there.
reflection-deleted = Deleted. Your own message stays in the chat until you delete it there.

progress-title = **Where you are**

    { $count ->
        [0] No lesson yet. There is no hurry.
        [one] One lesson so far.
       *[other] { $count } lessons so far.
    } { $written ->
        [0] {""}
        [one] You wrote one thing down.
       *[other] You wrote { $written } things down.
    }
progress-line = { $title }: { $done } of { $of }
progress-next = Next: *{ $title }*
progress-next-hidden = Next: one that comes closed, and that you may open.
button-journal = Journal
button-topics = Topics
button-today = Today’s lesson
button-progress = Where I am
button-settings = Settings

## Safety plan

plan-intro =
    **A plan for hard moments**

    Some people write one on a calm day: what tells them it is getting hard, what helps, whom to reach. Then it is there when thinking is hard.

    There are six short parts, in your own words. You can skip any of them, and change or delete it at any time. It is locked with your key, like the rest.
button-skip = Skip this part
button-plan-change = Change a part
plan-later = That is fine. /plan is here when you want it.
plan-empty = Your plan is still empty. That is fine. /plan begins it whenever you like.
plan-which = Which part would you like to write anew?
plan-delete = Delete the whole plan for good?
plan-deleted = Your plan is deleted. /plan begins a new one.
plan-title = **Your plan**
plan-foot = People you can reach at any time: /help
plan-part-signs = **What tells me it is getting hard**
plan-part-alone = **What I can do on my own**
plan-part-places = **Where I can go, or whom I can be near**
plan-part-people = **Whom I can ask for help**
plan-part-lines = **Professionals and lines**
plan-part-safer = **Making the place around me safer**
plan-button-signs = Signs
plan-button-alone = On my own
plan-button-places = Places
plan-button-people = People
plan-button-lines = Lines
plan-button-safer = Safer
plan-ask-signs =
    *{ $number } of { $of }*

    **What tells you that it is getting hard?** A thought, a mood, something you do or stop doing.
plan-ask-alone =
    *{ $number } of { $of }*

    **What helps a little, on your own?** A walk, a song, cold water on the hands, a pet. Small things count.
plan-ask-places =
    *{ $number } of { $of }*

    **Where could you go, or whom could you be near,** without having to talk about it? A library, a kitchen, a friend’s sofa.
plan-ask-people =
    *{ $number } of { $of }*

    **Whom could you tell that it is hard?** One or two people, and how you reach them. Write only what you are fine with keeping here.
plan-ask-lines =
    *{ $number } of { $of }*

    **Which professionals or lines would you turn to?** A doctor, a clinic, a number. /help shows lines for your country.
plan-ask-safer =
    *{ $number } of { $of }*

    **What would make the place around you safer on a bad day?** Often it is asking someone to keep certain things for a while. No details are needed here.

## Topics

tracks = **Topics**

    Tap one to see what it is about and who may want to skip it. Those you chose have a tick.
track-on = ✓ { $title }
track-off = { $title }
track-title = **{ $title }**
track-about = { $about }. { $lessons ->
        [one] One lesson
       *[other] { $lessons } lessons
    }.
track-place = You are at lesson { $place } of { $of }.
track-sensitive = These lessons come closed. Nothing on the outside tells what they are about, and you open them only if you want to.
button-add = Add this topic
button-first = Do this one next
button-leave = Leave it out
button-all-topics = All topics
track-added = Added.
track-first = It comes next.
track-left = Left out. Your place is kept.
track-gone = This topic is not part of the course any more.

## When, settings, pauses

when-why = You asked for lessons { $days } at that time.
when-clocks-forward = Clocks go forward by { $span } on { $day }. Your lesson still comes at { $time }.
when-clocks-back = Clocks go back by { $span } on { $day }. Your lesson still comes at { $time }.
when-nothing = No lesson is planned. /tracks shows the topics, /start sets things up.
when-paused = Lessons are paused until you say so. /resume starts them again.
when-paused-until = Lessons are paused. On { $day } I ask once whether you would like to go on. /resume starts them earlier.
when-stopped = Lessons are stopped. /start begins again at the same place.

settings-title = **Your settings**
settings-saved = Saved.
settings-unchanged = Nothing was changed.
button-more-settings = More settings
button-set-hour = Time
button-set-weekdays = Days
button-set-zone = Time zone
button-set-country = Country
button-set-form = Practices
button-set-closeness = Closeness topics
button-pause = Pause
button-nudge-on = A note in the evening
button-nudge-off = No more evening notes
nudge-is-on = On days when I have not heard from you, a short note comes in the evening.
nudge-is-off = No more notes in the evening.
closeness-is-on = Closeness topics: **shown**
closeness-is-off = Closeness topics: **left out**

pause = **For how long?** Nothing is lost, and no reason is needed. You can also write, for example, */pause 5* or */pause until 2027-01-06*.
pause-3 = 3 days
pause-7 = A week
pause-30 = A month
pause-open = Until I say so
pause-unclear = I could not read that. You could write */pause 5*, */pause 2 weeks*, */pause until 2027-01-06* or */pause from 2026-12-20 until 2027-01-06*, up to a year ahead.
paused-until = Lessons are paused. On **{ $day }** I ask once whether you would like to go on. Nothing is due, and /help goes on working.
paused-open = Lessons are paused until you say so. Nothing is due. /help goes on working.
button-resume = Resume
holiday-noted = Enjoy your time away. Lessons go on until **{ $first }**, then rest. On **{ $back }** I ask once whether you would like to go on.
when-holiday = You are away then. Lessons rest, and on **{ $back }** I ask once whether you would like to go on. /resume takes that back.
resumed = Welcome back. Your place is kept.
how-to-go-on = How would you like to go on?
not-paused = Lessons are on.
pause-over = Ready when you are. Back to the course? Your place is kept, and no is fine too.
button-not-yet = Not yet
fade = We have not talked for a while, and that is fine. Life is full. So that nothing piles up, lessons rest now, and your place is kept. Would you like to go on?
nudge = A small note for the evening: what I sent today is still here, if you like. If not, that is fine too.
catch-up = I was away for a while, and lessons did not come. Nothing is lost. How would you like to go on?
button-read-now = Read one now
button-carry-on-tomorrow = Carry on at the usual time
button-start-over = Start this topic over
started-over = *{ $title }* begins again with its first lesson. What you wrote is still in your journal.
finish = You have been through every lesson you chose. Thank you for the time you gave yourself. There is nothing you have to do next. If you would like more, here are the other topics.
did-it-arrive = If today’s lesson did not reach you, here it is.
button-show-it = Show it
stopped = Lessons have stopped. I keep your place and your journal, and send nothing more. /start begins again, and /help goes on working.
button-begin-again = Begin again
welcome-back = Good to see you.
welcome-after-block = Welcome back. Lessons stopped while I could not reach you, and your place is kept.
nothing-open = Nothing is open. /commands lists what I can do.

## Pages that explain

privacy =
    **What is kept, and what is not**

    **Kept, locked with a key of your own:** where to reach you in Telegram, country and time zone, your hour and days, topics and practice form, what you write to a lesson, and your notes.

    **Kept in the clear, without your name:** which lessons were sent and when, and when the next is due.

    **Never kept:** what you write when the help page opens, where you are, your contacts. The help page is only counted, as a number a day.

    **Who can read it:** nobody reads this chat. The people who run this bot hold the key to the lock, so they could. Telegram can store this chat too.

    **Leaving:** /stop ends the lessons. /journal deletes what you wrote, one by one. You can take back your consent at any time.
button-withdraw = Take back my consent
withdrawn = That is done. I send nothing more, and keep nothing new. What is kept already stays locked; the people who run this bot can delete it for you. /start asks again from the beginning, and /help works for everyone.
about =
    **About Kindling**

    A small course for adults: one short lesson a day on stress, sleep, talking with people, mood and closeness. Each one takes about two minutes and says where its facts come from.

    It is automated. No person reads this chat. It is not therapy, it does not diagnose, and it cannot see how you are. If you need a person, /help shows some.

    It is free software (Apache 2.0), and its lessons are open (CC BY 4.0).
help-using =
    Using the course: /today shows today’s lesson, /settings changes your hour.
    /pause and /stop are always fine. /commands lists the rest.
profile = One small lesson a day, at your hour: stress, sleep, talking with people, mood, closeness. Automated; not therapy. For adults.

stranger = Hello. I am an automated course: one small lesson a day. /start tells you more. If you need a person now, /help shows some.
button-begin = Begin
unknown-command = I do not know that one. /commands lists what I can do.
commands-title = **What you can write**
command-line = /{ $name }: { $does }
command-start = begin, or see where you are
command-help = people you can reach, at any time
command-today = today’s lesson
command-next = the next lesson now
command-skip = move on without the next lesson
command-progress = where you are
command-journal = what you wrote
command-plan = a plan for hard moments, in your own words
command-tracks = topics
command-when = when the next lesson comes
command-settings = change hour, days, country and more
command-pause = pause for a while
command-resume = go on after a pause
command-stop = stop the lessons
command-privacy = what is kept, and what is not
command-about = what this is, and what it is not
command-commands = this list
command-cancel = close an open question

## Things that are not words

got-voice = I cannot listen to voice messages. You could write it, if you like. /help works at any time.
got-video_note = I cannot watch videos. You could write it, if you like. /help works at any time.
got-video = I cannot watch videos. You could write it, if you like. /help works at any time.
got-audio = I cannot listen to recordings. You could write it, if you like. /help works at any time.
got-photo = I cannot look at pictures, and I do not keep them. You could write it, if you like. /help works at any time.
got-sticker = That is a nice one. I can only read words, though.
got-location = Thank you, but I do not need your location, and I do not keep it. A city name is enough.
got-venue = Thank you, but I do not need your location, and I do not keep it. A city name is enough.
got-contact = I do not keep anyone’s contact. /help shows people you can reach.
got-poll = I cannot vote in polls. You could write it, if you like.
got-thing = I can only read words, and I do not keep anything else. You could write it, if you like. /help works at any time.

## Trouble

trouble = I cannot reach my memory just now, so I could not keep that. Please try again in a few minutes. /help works all the same.
trouble-short = I cannot reach my memory just now. Please try again in a few minutes. /help works all the same.
slow-down = That was a lot at once. Give me a moment, please.
perhaps-again = *(I was cut off. If you have seen this already, it is the same message.)*

## The page of an export (/export). No markup here; it is a page of its own.

export-title = Your records
export-intro = This page shows what your course keeps about you. It was made on { $moment }. Times are in the zone { $zone }. The page needs no network and sends nothing. The file beside it holds the same for other programs.
export-nothing = Nothing here.
export-settings = What you chose
export-chat = Where I reach you
export-state = Lessons
export-state-new = not set up yet
export-state-active = on
export-state-paused = paused
export-state-stopped = stopped
export-state-gone = stopped, because the bot was blocked
export-language = Language
export-country = Country
export-time-zone = Time zone
export-hour = Time
export-weekdays = Days
export-practice-form = Practices
export-form-solo = just me
export-form-together = with someone
export-form-either = either is fine
export-closeness = Closeness topics
export-closeness-unasked = not asked
export-closeness-safe = wanted, and safe
export-closeness-not-now = not now
export-closeness-not-safe = left out
export-joined = First message
export-last-seen = Last message
export-next-due = Next lesson
export-paused-until = Paused until
export-writing = What you wrote
export-note = A note
export-draft = A note you were asked about, kept for a day
export-plan = Your plan for hard moments
export-edited = changed on { $moment }
export-lessons = Lessons you went through
export-lesson = Lesson
export-how = How
export-how-sent = read
export-how-did = did it
export-how-not-today = not today
export-how-skipped = skipped
export-when = When
export-tracks = Topics you chose
export-track = Topic
export-chosen = Chosen
export-left = Left out
export-consents = When you agreed
export-version = Version of the text
export-given = Agreed
export-withdrawn = Taken back
export-deliveries = What was sent, and what was not
export-day = Day
export-kind = What
export-kind-lesson = lesson
export-kind-extra = lesson you asked for
export-kind-catch-up = choice after a gap
export-kind-did-it-arrive = question whether it came
export-kind-pause-over = end of a pause
export-kind-finish = end of the course
export-kind-note = a short note
export-kind-nudge = a note in the evening
export-kind-fade = word that lessons rest
export-status = Outcome
export-status-claimed = about to be sent
export-status-sending = being sent
export-status-sent = sent
export-status-refused = not taken by the messenger
export-status-retry = will be tried again
export-status-not-sent = not sent
export-status-uncertain = perhaps sent: a fault cut it off
export-reason = Why
export-reason-too-late = it would have come too late
export-reason-quiet-hours = quiet hours
export-reason-nothing-left = no lesson was left
export-reason-already-today = that day had its lesson
export-reason-paused = lessons were paused
export-reason-stopped = lessons were stopped
export-reason-gone = the bot was blocked
export-reason-not-ready = the questions at the start were still open
export-reason-answered = you had been here already
export-reason-holiday = you were away
export-reason-our-bug = a fault of the program
export-reason-gave-up = tried several times
export-reason-cut-off = the connection broke
export-reason-slow-down = the messenger asked to wait
export-reason-try-later = the messenger could not be reached
export-without = What is kept and not shown here
export-without-ids = Random numbers that join the rows above, and the key that locks them.
export-without-inbox = Which of your messages were answered, for three days.
export-without-help = The help page is only counted, as a number a day. It is tied to nobody.
