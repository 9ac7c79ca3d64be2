"""Ben's four weeks: lunch breaks, closeness with someone, and several ways to leave and come back."""

from datetime import date

from tests.transcripts.story import Story

ben = Story(
    "Ben",
    "New York",
    zone="America/New_York",
    begins=date(2026, 3, 2),
    about="""
Ben and his partner want closeness to feel easy again. He reads on weekdays, in his lunch break. He opens most envelopes and leaves
one shut, skips a lesson, pauses for a week, blocks the bot for two days, stops, and starts again.
""",
)

ben.day(1, "08:31").says("/start").taps("I am 18 or older, and I agree", "United States").taps(
    "8:33 AM · New York"
).taps("12:30 PM").taps("✓ Sat", "✓ Sun", "That’s it").taps("Say it kindly", "Easing back", "That’s it").taps(
    "Wanted, and safe", "With someone"
).expects_lessons_at("12:30")

ben.day(1, "12:41").taps("Did it").says("Last spring, on a long drive. Nobody could look at a phone.")
ben.day(2, "12:45").taps("Did it")
ben.day(3, "12:36").says("My brother. He whoops.").at("20:15").says("/tracks").taps("✓ Easing back", "Do this one next")

# What closeness rests on comes first; then the first envelope.
ben.day(4, "12:38").taps("Did it").says("When nobody sighs.")
ben.day(5, "12:44").taps("Open").at("12:50").taps("Did it").says("Feet touching on the couch. That is plenty.")

# The weekend brings nothing, and the clocks go forward. On Monday somebody sits beside him.
ben.day(8, "12:31").taps("Not today")
ben.day(9, "12:47").taps("Open").at("21:05").says("The phone on the nightstand.")
ben.day(10, "09:10").says("/skip").at("12:40").taps("Open").taps("Did it").says("Slow. I thought that was broken.")
ben.day(11, "12:52").taps("Open", "Not today").at("18:20").says("/pause").taps("A week")

# A week later.
ben.day(18, "17:40").taps("Read one now").at("17:52").taps("Did it").says("That I sound needy.")
ben.day(19, "12:33").taps("Open", "Sources")

# Too much at work: he blocks everything that buzzes.
ben.day(22, "12:35").blocks_the_bot()
ben.day(25, "09:02").unblocks_the_bot().taps("Carry on at the usual time")
ben.day(25, "12:37").taps("Did it").at("21:30").says("/stop")
ben.day(26, "09:05").says("/start").taps("Carry on at the usual time").at("12:44").taps("Did it").says(
    "“I was unfair” before “but”. Better with no but."
)
ben.day(28, "11:00").says("/progress").taps("Journal")
