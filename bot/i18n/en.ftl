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
hour-which = That could be more than one time. Which one do you mean?
hour-unclear = I could not read that as a time. You could type *8*, *8:15 pm*, *20h30* or *half past seven*.

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
envelope-plain = Your daily note is here. Open it when you have a quiet moment.
envelope-shut = That is fine. It stays closed. You can open it whenever you like.
lesson-gone = This lesson is not part of the course any more. /today shows what is.
nothing-left = You have been through all the lessons you chose. /tracks shows what else there is.
skipped = Skipped: *{ $title }*. The next one comes at its time. /next sends it now.
skipped-sensitive = Skipped. The next one comes at its time. /next sends it now.
why-none = No lesson is open just now. *Sources* under a lesson tells where it comes from.
why-closed = Today’s lesson is still closed. Once you have opened it, I can say where it comes from.
sources-title = **Where “{ $title }” comes from**
source-line = • { $authors } ({ $year }). *{ $title }.* { $venue }.
proof-review = *Several studies, put together.*
proof-trial = *One trial: people were given one thing or another, and compared.*
proof-study = *One piece of research. It shows what goes together, not what causes what.*
proof-guideline = *A guideline: what a health body advises.*
proof-view = *A model, or what experts think. Not a trial.*
proof-record = *A public document.*
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
progress-line-hidden = ||{ $title }||: { $done } of { $of }
progress-next = Next: *{ $title }*
progress-next-hidden = Next: one that comes closed, and that you may open.
picture-title = Where you are
picture-empty =
    Nothing here yet.
    There is no hurry.
picture-heavy = How heavy the week was
picture-rested = How rested you felt
picture-close = How close to people, as close as you wanted
picture-total = The four questions (lower is easier)
picture-lessons = Lessons
picture-helped = What helped, by your own taps
picture-helped-2 = helped a lot · { $count }
picture-helped-1 = a bit · { $count }
picture-helped-0 = not this time · { $count }
a-closed-topic = A topic, closed
picture-says = **In this picture**
picture-says-line = { $title }: { $count ->
        [one] one check-in
       *[other] { $count } check-ins
    }, the latest { $latest } of { $high } on { $day }.
picture-says-lessons = Lessons: { $done } of { $of }, in { $topics ->
        [one] one topic
       *[other] { $topics } topics
    }.
picture-says-helped = What helped most, by your own taps: { $title }.
button-picture-dark = Dark picture
button-picture-light = Light picture
button-journal = Journal
button-topics = Topics
button-today = Today’s lesson
button-progress = Where I am
button-settings = Settings

## Check-ins

button-check-ins = Check-ins
button-check-in = Check in · 20 seconds
button-check-in-now = Check in now
button-moment = Before and after closeness
check-in =
    **A check-in, if you like**

    A few taps about your week, for your own eyes. Skip is fine at every step. It never unlocks or blocks anything.
check-ins-off = Nothing is offered by itself. You can change that here.
check-ins-week = Once a week there is a button for it under a lesson. Leaving it is fine.
check-ins-both = Once a week there is a button for it under a lesson. Every two weeks it has four more questions. Leaving it is fine.
button-check-ins-off = Don’t offer it any more
button-check-ins-week = Offer it once a week
button-check-ins-both = Weekly, and four more every two weeks
counted-off = If you like, yours can be added up with those of nine others or more. Then the people who run this bot see whether it helps, and never who said what. As it is, yours stay out.
counted-on = You let yours be added up with those of nine others or more. The people who run this bot see the sum, and never who said what. You can take that back at any time.
button-counted-off = Yes, add mine up
button-counted-on = Leave mine out
button-kept = What is kept, and for how long
ratings-kept =
    **What is kept of check-ins**

    Your numbers and their day, locked with your key. No words, no names. They go after { $days } days. Nobody is told about them, and nobody watches them. They are added up with those of others only if you said yes to that.

    The four questions are a known short form (PHQ-4). It looks at the last two weeks and cannot tell whether somebody is ill. { $owner }
button-keep-longer = Keep them for a year
button-keep-shorter = Keep them for 90 days
button-ratings-forget = Delete them all now
ratings-erased = Deleted. Nothing of your check-ins is left.
question-of = *{ $number } of { $of }*
rate-heavy =
    **How heavy was the week?**

    0 is light, 10 is very heavy.
rate-rested =
    **How rested did you feel?**

    0 is not at all, 10 is very.
rate-close =
    **How close to people did you feel, as close as you wanted?**

    0 is not at all, 10 is just as close as you wanted.
rate-before =
    **How at ease do you feel about closeness right now, with or without sex?**

    0 is not at all, 10 is fully at ease. If this makes you watch yourself, leave it out.
rate-after =
    **And after: how at ease do you feel about closeness now?**

    0 is not at all, 10 is fully at ease.
rate-benefit =
    **How much have these lessons helped you?**

    0 is not at all, 10 is very much.
rate-harm = **Was there any harm or upset from them?** Either answer helps to make your course fit you.
answer-yes = Yes
answer-no = No
answer-skip = Skip
button-stop-here = Stop here
check-in-left = Good call. You can stop here.
check-in-kept = Thank you. That is kept for you.
number-unclear = A number from { $low } to { $high } would be fine, or *skip*.
moment-later = That is noted. If you like, tap this afterwards. If not, that is fine too.
button-after = After
too-few = A few more, and I can say whether something moves. Single numbers jump about.
trend-heavy-up = Your weeks got a bit heavier lately.
trend-heavy-down = Your weeks got a bit lighter lately.
trend-heavy-steady = How heavy your weeks feel is steady.
trend-rested-up = You felt a bit more rested lately.
trend-rested-down = You felt a bit less rested lately.
trend-rested-steady = How rested you feel is steady.
trend-close-up = You felt a bit closer to people lately.
trend-close-down = You felt a bit less close to people than you wanted lately.
trend-close-steady = How close you feel to people is steady.
trend-total-up = The four questions: a bit harder lately.
trend-total-down = The four questions: a bit easier lately.
trend-total-steady = The four questions: steady.
trend-moment-up = Before and after closeness: mostly a bit more at ease after.
trend-moment-down = Before and after closeness: mostly a bit less at ease after. You never owe anyone closeness.
trend-moment-steady = Before and after closeness: about the same.
rule-strong = **This is more than a course can carry. A person can help.**
rule-strong-paused = Lessons rest until you say so. Nothing is lost, and nobody was told. I am a program: I cannot see or call anyone.
rule-offer =
    **This has been heavy.** A person could help you carry it. The help page shows some.

    I could make the course gentler as well: the topic on getting help first, fewer days, and no topics about closeness. Only if you want that.
rule-worse = It looks a good deal harder than last time. If this course is part of that, stopping is a fine choice.
rule-watch = **This week looks heavy.** Would you like gentle lessons, or the help page?
rule-better = **A bit easier. Nice to see.**
button-help-page = The help page
button-gentler-course = Make the course gentler
button-gentle-next = A gentle lesson next
button-leave-it = Leave it as it is
button-stop = Stop lessons
gentle-next = The next lesson will be an easy one.
gentler-course = Done. Getting help comes first, lessons come on fewer days, and topics about closeness rest. /settings changes any of it.
course-rated = Thank you. That is kept for you.
course-harmed =
    **Thank you for telling me.** That matters more than any lesson.

    You can pause or stop with no reason. You can also set boundaries, so that lessons leave some things out. I am a program and cannot see or call anyone; the help page shows people.

## Toolbox

toolbox =
    **Your toolbox**

    Practices you kept, with what helped before at the top. How much time do you have?
toolbox-empty =
    **Your toolbox**

    Nothing is in it yet. *Save* under a lesson puts its practice here, and you can write one of your own. How much time do you have now?
toolbox-others = Much of what you kept is about closeness. For days when that does not fit, the minutes below hold other ways.
toolbox-full = Your toolbox is full. Taking something out makes room.
button-minutes = { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
button-own-practice = Write one of my own
own-practice = What helps you? Write it in your own words, in a line or a few.
own-practice-kept = That is in your toolbox now. About how long does it take?
toolbox-offer =
    { $count ->
        [one] **For one minute**
       *[other] **For { $count } minutes**
    }

    Any of these, or none.
no-tool-so-short = I have nothing that short yet. Any slow breath is fine too.
a-closed-practice = A practice, closed
button-save = Save
saved-practice = It is in your toolbox.
saved-already = It is in your toolbox already.
tool-gone = That one is not there any more.
button-remove = Take it out
button-to-toolbox = Toolbox
button-helped-2 = Helped a lot
button-helped-1 = A bit
button-helped-0 = Not this time
practice-rated = Thank you. That is kept for you.

## Safety plan

plan-intro =
    **A plan for hard moments**

    Some people write one on a calm day: what tells them it is getting hard, what helps, whom to reach. Then it is there when thinking is hard.

    There are six short parts, in your own words. You can skip any of them, and change or delete it at any time. It is locked with your key, like the rest.
plan-offer =
    One more thing, for some calm minute: you can write a short plan for hard days, in your own words. Some people like to have one. There is no need to.

    /plan is there whenever you want it.
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
button-set-discreet = Discreet mode
button-mirror = What you hold about me
button-export = Give me a copy
button-pause = Pause
button-nudge-on = A note in the evening
button-nudge-off = No more evening notes
nudge-is-on = On days when I have not heard from you, a short note comes in the evening.
nudge-is-off = No more notes in the evening.
closeness-is-on = Closeness topics: **shown**
closeness-is-off = Closeness topics: **left out**

button-boundaries = Boundaries
boundaries =
    **Your boundaries**

    Tap what lessons may leave out. Where a practice asks for it, another one stands there, and a line says so. Safety lines stay.
boundary-touch-on = ✓ No touch
boundary-touch-off = No touch
boundary-partner-on = ✓ Nothing on partners
boundary-partner-off = Nothing on partners
boundary-body-on = ✓ No body focus
boundary-body-off = No body focus
boundary-medication-on = ✓ Nothing on medicine
boundary-medication-off = Nothing on medicine
boundaries-whole = { $count ->
        [one] One lesson is left out whole, as it is about that. It comes back if you take the tick away.
       *[other] { $count } lessons are left out whole, as they are about that. They come back if you take the tick away.
    }
track-boundaries = { $count ->
        [one] One lesson is left out here, as you asked. /settings changes that, under Boundaries.
       *[other] { $count } lessons are left out here, as you asked. /settings changes that, under Boundaries.
    }
button-words = Words I prefer
button-words-forget = Forget my words
words-title = **Words you prefer**
words-ask =
    **Is there a word you would rather not read?**

    Write it with the one you prefer, one pair a line: *partner = my person*. Lessons then use yours. Lines about safety stay as they are.
words-unclear = I could not use that. You could write one pair a line, such as *partner = my person*. Small words like *not* or *stop* stay as they are. *Later* leaves it.
theme-closeness = sex and desire
theme-touch = touch
theme-partner = partners
theme-body = body focus
theme-medication = medicine
left-out = *Left out here, as you asked: { $what }. /settings changes that.*
button-first-other = Begin with { $title }

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
is-it-read = *I cannot see whether you read these. If they are welcome just as they are, one tap tells me. If not, they come less often from here on, and that is fine too.*
button-keep-coming = Keep them coming
keep-coming = Good. They keep coming as they are. No answer is ever needed.
new-words = The words you agreed to when you began have changed a little. Lessons wait until you have had a look, and your place is kept.
button-new-words = Show me
nudge = A small note for the evening: what I sent today is still here, if you like. If not, that is fine too.
catch-up = I was away for a while, and lessons did not come. Nothing is lost. How would you like to go on?
button-read-now = Read one now
button-carry-on-tomorrow = Carry on at the usual time
button-start-over = Start this topic over
started-over = *{ $title }* begins again with its first lesson. What you wrote is still in your journal.
started-over-hidden = It begins again with its first lesson. What you wrote is still in your journal.
finish =
    You have been through every lesson you chose. Thank you for the time you spent here. There is nothing you have to do next.

    **What stays**
    • /toolbox: the practices you kept, for 1, 3 or 5 minutes.
    • /journal and /progress: what you wrote, and where you have been.
    • /export and /delete: all of it is yours, to take or to end.
    • /help: people you can reach. It works at any time, also without lessons.

    If you would like more, here are the other topics. If not, that is fine. I send nothing more unless you ask for it.
recap =
    That was the last lesson of *{ $title }*. No hurry with any of it.

    If you like, look back for a minute: what you went through, and a few lines of your own.
recap-closed =
    One of your topics is through. No hurry with any of it.

    If you like, look back for a minute: what you went through, and a few lines of your own.
recap-plain = A small note is here. Open it when you have a quiet moment.
button-look-back = Look back
button-how-was-it = How was it for you?
look-back = **Looking back**
look-back-track = **Looking back: { $title }**
look-back-lessons = { $count ->
        [0] You have not opened a lesson here, and that is fine.
        [one] You went through one lesson, in your own time.
       *[other] You went through { $count } lessons, in your own time.
    }
look-back-lines = { $count ->
        [one] **A line you wrote**
        [2] **Two lines you wrote**
       *[other] **Three lines you wrote**
    }
look-back-line = { $day } · { $title }
look-back-nothing = You kept your thoughts to yourself here. Nothing is missing for that.
look-back-in-journal = What you wrote is in your journal.
look-back-helped = What helped most, by your own taps: *{ $title }*.
look-back-next = Next comes *{ $title }*.
button-notes-after = A note in 1 and 3 months
notes-after-on = That is noted: a short note on { $days }, and then none. You can change your mind.
notes-after-off = That is noted. No more notes come.
button-no-more-notes = No notes, thank you
note-after =
    A short note, as you asked. It is { $count ->
        [one] a month
       *[other] { $count } months
    } since your last lesson. No answer is needed.

    If something did you good, it is still in your /toolbox. /help is there at any time.
note-after-last =
    The last note, as you asked. It is { $count ->
        [one] a month
       *[other] { $count } months
    } since your last lesson. No answer is needed.

    If something did you good, it is still in your /toolbox. /help is there at any time. I send nothing more unless you ask for it.
did-it-arrive = If today’s lesson did not reach you, here it is.
button-show-it = Show it
stopped = Lessons have stopped. I keep your place and your journal, and send nothing more. /start begins again, and /help goes on working.
button-begin-again = Begin again
welcome-back = Good to see you.
welcome-after-block = Welcome back. Lessons stopped while I could not reach you, and your place is kept.
nothing-open = Nothing is open. /commands lists what I can do.

## What belongs to them

mirror-title = **What I hold about you**
mirror-stranger = I hold nothing about you: we have not met yet. /start begins, and /help works for everyone.
mirror-none = none
mirror-reach = **Where to reach you:** the number of this chat. So that I can send to you. Until you delete it.
mirror-settings =
    **What you chose.** So that the right lesson comes at the right time, and /help knows your country. Until you change it.
    { $summary }
    Closeness topics: ||{ $closeness }||
    Boundaries: ||{ $boundaries }||
    Words you prefer: { $words }
mirror-place = **Where you are:** lessons are { $state }; we met on { $since }. Also your language, the question that is open, when the next lesson is due, and when you were last here. So that I can go on from there. Until you delete it.
mirror-writing = **What you wrote:** { $count ->
        [0] nothing
        [one] one entry
       *[other] { $count } entries
    }. For your journal, and nothing else. Until you delete it there.{ $waiting ->
        [0] {""}
       *[other] {" "}One more waits for your “keep it”, for a day.
    }
mirror-plan = **Your plan for hard moments:** { $parts ->
        [0] none
        [one] one part
       *[other] { $parts } parts
    }. So that you find it when you need it. Until you delete it in /plan.
mirror-checkins = **Your check-ins:** { $count }. So that you can see how it went. Each for { $span }, as /settings says, or until you delete it.
mirror-tools = **Your toolbox:** { $count ->
        [0] empty
        [one] one practice
       *[other] { $count } practices
    }. So that you find it again. Until you take it out.
mirror-lessons = **Lessons you went through:** { $count }. **Topics you chose or left:** { $tracks }. So that nothing comes twice. Until you delete it.
mirror-sent = **What was sent, and what was not and why:** { $count } lines. So that nothing is sent twice. Each for { $span }.
mirror-consent = **When you agreed:** { $count ->
        [one] once
       *[other] { $count } times
    }. As proof that you did. Until you delete it.
mirror-handled = **Numbers of messages in this chat.** So that nothing is answered twice, and /hide can find them. For { $span }.
mirror-help = **Help pages you opened:** not kept. They are only counted, as a number a day.
mirror-foot =
    What you wrote, what you chose and the number of this chat are locked with a key of your own. If you are away for a year I ask you once, and delete everything 30 days later.
export-page = This is everything I hold about you, as a page to read. Open it in a browser. Anyone who has the file can read it.
export-data = The same, for other programs. You can also send this file to another course of this kind, to go on there with your place and your journal.
button-delete-all = Delete everything
button-delete-for-good = Yes, delete it for good
button-export-first = A copy first
button-keep-all = Keep it
delete-ask =
    **Delete everything I hold about you?**

    Your settings, your place, your journal and your plan would be gone for good. Nobody could bring them back, also not the people who run this bot.

    If you only want quiet, /pause and /stop keep your place.
delete-sure = **Are you sure?** This cannot be undone.
delete-kept = That is fine. Everything stays as it is.
delete-done = Deleted.
receipt-title =
    **Receipt**
    Deleted on { $moment }.
receipt-gone = **Gone:** the key that opened what is yours, your settings, your place, { $written ->
        [0] {""}
        [one] one entry of your journal,{" "}
       *[other] { $written } entries of your journal,{" "}
    }{ $plan ->
        [yes] your plan,{" "}
       *[no] {""}
    }and when you agreed.
receipt-remains = **What I cannot reach:**
receipt-chat = • This chat, at Telegram’s. You can delete it there: open the chat’s menu and choose to delete it.
receipt-pinned = • The line about help that is pinned above. It goes with the chat.
receipt-backups = • Backups that the people who run this bot made before now, until they delete them. If one of them is used, you are left out of it.
receipt-backups-until = • Backups that the people who run this bot made before now, until { $day } { $year } at the latest. If one of them is used, you are left out of it.
receipt-files = • Locked traces in the database’s own files, until they are cleaned, tonight or when their space is used again.
receipt-mark = • A mark that keeps a backup from bringing you back, for { $span }. It does not say who you are.
receipt-foot = Thank you for the time you spent here. /help goes on working, and /start begins anew.
last-call =
    It has been quiet here for a year, so I would tidy up. If I hear nothing from you, I delete everything I hold about you on **{ $day }**.

    If you would like to keep it, one tap is enough. Either is fine.
button-stay = Keep my place
stayed = It stays. Nothing else changes.

## A passport from another course of this kind

passport-done = { $written ->
        [0] Your place is here now
        [one] Your place and one entry of your journal are here now
       *[other] Your place and { $written } entries of your journal are here now
    }. You may delete your message with the file, as it can be read there.
passport-agree-first = That looks like a copy of your records. I can bring them in once you have agreed: /start asks. Then send the file again.
passport-not-empty = You have a place here already, and bringing in another would overwrite it. If that is what you want: /delete first, then /start, and send the file again.
passport-bad = I cannot read that file as a copy of your records. Nothing was changed. It is the one named *my-records.json*.
passport-large = That file is too large for me. Nothing was changed.

## Discretion

discreet-page =
    **Discreet mode**

    Lessons come closed, in plain words and without a sound. Opened, they stand under a veil that a tap lifts. They cannot be forwarded or saved from here.

    *Tidy up* takes messages away again, yours and mine, about a day and a half after they came. Your journal keeps what you wrote.
discreet-honest =
    **What it cannot hide**
    • The name and the picture of this bot in your list of chats.
    • That you write with it, from somebody who holds your unlocked phone.
    • Pictures taken of the screen, and your other devices that are logged in.
    • What Telegram itself stores. In Telegram’s own settings you can hide previews, mute this chat, archive it, and lock the app.

    In a hurry: /hide.
button-discreet-on = Turn it on for everything
button-discreet-off = Turn it off
button-discreet-topics = Only for some topics
button-tidy-on = Tidy up: turn it on
button-tidy-off = Tidy up: turn it off
discreet-topics = **Which topics would you like closed and without a sound?** Those about closeness always come closed.
plain-today = today’s note
plain-journal = what you wrote
plain-settings = settings
plain-help = people to reach
hidden-pin = A note.
hidden = Tidied. What is older than two days I cannot take away; deleting the chat in Telegram can. Notes come closed from now on. /settings
hide-stranger = I know of no messages here. You can delete the whole chat in Telegram: open its menu and choose to delete it.

## Pages that explain

privacy =
    **What is kept, and what is not**

    **Kept, locked with a key of your own:** where to reach you in Telegram, country and time zone, your hour and days, topics and practice form, what you write to a lesson, and your notes.

    **Kept in the clear, without your name:** which lessons were sent and when, and when the next is due.

    **Never kept:** what you write when the help page opens, where you are, your contacts. The help page is only counted, as a number a day.

    **Who can read it:** nobody reads this chat. The people who run this bot hold the key to the lock, so they could. Telegram can store this chat too.

    **Yours:** /mirror shows all of it, /export gives you a copy, /delete deletes it, /hide empties this chat. If you are away for a year, all of it is deleted.

    **Leaving:** /stop ends the lessons. You can take back your consent at any time.
button-withdraw = Take back my consent
withdrawn = That is done. I send nothing more, and keep nothing new. What is kept already stays locked, for a year at most; /delete deletes it now. /start asks again from the beginning, and /help works for everyone.
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
command-low = a low-battery day: a lesson in one breath, and it counts
command-skip = move on without the next lesson
command-why = where today’s lesson comes from, and how strong that is
command-progress = where you are
command-toolbox = practices you kept, and one for the minutes you have
command-checkin = a few taps about your week, if you like
command-journal = what you wrote
command-plan = a plan for hard moments, in your own words
command-tracks = topics
command-when = when the next lesson comes
command-settings = change hour, days, country and more
command-pause = pause for a while
command-resume = go on after a pause
command-stop = stop the lessons
command-hide = empty this chat, quickly
command-mirror = everything I hold about you
command-export = a copy of everything, for you
command-delete = delete everything
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
slow-down-words = That was a lot at once, and I did not read all of it. In a minute I can read again. /help works at any time.
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
export-boundaries = Boundaries
export-words = Words you prefer
export-discreet = Discreet mode
export-discreet-topics = Topics that come closed
export-tidied = Messages are tidied away
export-leaves-at = Deleted on, unless you show up
export-yes = yes
export-no = no
export-check-ins-offered = Check-ins offered
export-check-ins-off = none
export-check-ins-week = every week
export-check-ins-both = every week, and four more questions every two weeks
export-check-ins-kept = Check-ins are kept for so many days
export-check-ins = Your check-ins
export-answers = Answers
export-rating-week = your week
export-rating-phq4 = four questions
export-rating-moment = before and after closeness
export-rating-course = the course
export-rating-practice = a practice
export-toolbox = Your toolbox
export-practice = Practice
export-minutes = Minutes
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
export-kind-last-call = question whether to keep all this
export-kind-announcement = a word from those who run this bot
export-kind-sunset = the news that this bot closes
export-kind-nudge = a note in the evening
export-kind-fade = word that lessons rest
export-kind-recap = end of a topic
export-kind-later = a note after the course
export-kind-new-words = word that the consent text has changed
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
export-reason-called-off = the operator called it off
export-reason-answered = you had been here already
export-reason-holiday = you were away
export-reason-unwanted = you did not want it any more
export-reason-our-bug = a fault of the program
export-reason-gave-up = tried several times
export-reason-cut-off = the connection broke
export-reason-slow-down = the messenger asked to wait
export-reason-try-later = the messenger could not be reached
export-without = What is kept and not shown here
export-without-ids = Random numbers that join the rows above, the numbers of messages in the chat, and the key that locks them.
export-without-inbox = Which of your messages were answered, for three days.
export-without-help = The help page is only counted, as a number a day. It is tied to nobody.

## From those who run the bot, to everyone

announcement =
    A word from the people who run this bot:

    { $words }
sunset =
    I have news that may be sad to read: this bot closes. Its last day is **{ $day }**. Until then your lessons come as you are used to.

    What you wrote is yours. You can take a copy of all of it, and the rest of your course to read whenever you like. After that day everything I hold about you is deleted.

    /help shows people you can reach. They are there without me, too.
button-rest-of-course = The rest of my course
rest-of-course = The lessons you chose and have not read yet, as a page to keep. Open it in a browser.
rest-of-course-none = You have read every lesson of the topics you chose. Nothing is left over.
rest-of-course-title = The rest of your course
