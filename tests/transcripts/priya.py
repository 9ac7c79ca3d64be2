"""Priya's four weeks: she types, she is tired, and she is away for a while. So is the bot."""

from datetime import date

from tests.transcripts.story import Story

priya = Story(
    "Priya",
    "Kolkata",
    zone="Asia/Kolkata",
    begins=date(2026, 3, 2),
    about="""
Priya has a small child and is tired. She types, and taps only where there is no other way. She wants all topics but closeness. On low
days she takes the short form; for ten days she does not answer at all. In the third week the bot itself is gone for two days.
""",
)

priya.day(1, "13:05").says("hello").says("/start").says("yes").says("India").says("7.30 pm").says("every day").says(
    "all"
).says("not now").says("either is fine").expects_lessons_at("19:30")

priya.day(1, "21:40").says("behind the eyes")
priya.day(2, "20:10").taps("Shorter")
priya.day(3, "22:15").says("shoulders, a bit. fell asleep during the second round").at("22:40").says("/help")
priya.day(4, "21:00").taps("Shorter")
priya.day(5, "20:30").says("the school form. it can wait").says("buy milk, ring amma on sunday").taps("Keep it").at(
    "23:10"
).says("cant sleep").taps("Don’t keep it")
priya.day(6, "21:20").taps("Shorter", "With someone")

# Days 7 to 16: she does not write.

priya.day(17, "20:00").taps("Shorter").says("when my voice goes high")
priya.day(18, "19:50").says("/when")

# Two lessons do not come.
priya.day(19, "15:00").the_bot_breaks_down()
priya.day(21, "15:00").the_bot_is_repaired()
priya.day(21, "20:15").says("someone brings tea and sits down")

priya.day(22, "20:40").says("being asked twice without a face").says("/journal")
priya.day(24, "21:10").taps("Shorter")
priya.day(25, "19:45").says("/today").says("that they are leaving")
priya.day(27, "21:30").taps("Shorter")
priya.day(28, "20:05").says("singing. i miss singing").says("/progress")
