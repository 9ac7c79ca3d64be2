"""Ana's four weeks: she does everything, and gets to the end of what she chose."""

from datetime import date

from tests.transcripts.story import Story

ana = Story(
    "Ana",
    "Berlin",
    zone="Europe/Berlin",
    begins=date(2026, 3, 9),
    about="""
Ana works in a tense office and sleeps badly. She chooses stress and then sleep, does what a lesson suggests, and answers in her
own words. When she is through, she chooses more. In the third week the clocks go forward; in the fourth she moves to Lisbon.
""",
)

# She sets things up after work, with taps; only the country is not among the buttons.
ana.day(1, "18:02").says("/start").taps("What do you keep?", "I am 18 or older, and I agree").taps(
    "Another country"
).says("Deutschland").taps("8:00 AM", "That’s it").taps("Calm in small steps", "Kinder nights", "That’s it").taps(
    "Just me"
).expects_lessons_at("08:00")

ana.day(2, "08:05").taps("Did it").says("My shoulders. They are up at my ears before I notice.")
ana.day(3, "08:03").taps("More", "Did it").says("Not much in the body, but I was not as snapy on the phone.").edits(
    "snapy", "Not much in the body, but I was not as snappy on the phone."
)
ana.day(4, "08:04").taps("Sources").at("08:40").taps("Did it").says("My hands. The jaw did not want to.")
ana.day(5, "08:10").taps("Did it").says("It became smaller. A thought, not a fact.")

# The weekend: a low day, and an answer to an older lesson.
ana.day(6, "10:30").taps("Not today")
ana.day(7, "09:15").taps("Did it").says("A warm scarf and nobody talking.").says(
    "About the worry slot: the rent letter can wait until six.", reply_to="A time for worry"
)
ana.day(8, "08:06").taps("Did it").says("The slow breath, on the tram.").at("19:40").taps("Look back").at("20:00").says(
    "/journal"
)

# Sleep.
ana.day(9, "08:04").taps("Did it").says("Quiet. Coffee before the news.")
ana.day(10, "08:07").taps("Did it").says("A lamp on a timer.")
ana.day(11, "08:05").taps("Did it").at("19:30").says("My mother’s voice on the phone.").says("/settings").taps(
    "Time"
).says("7:15").expects_lessons_at("07:15")
ana.day(12, "07:20").taps("Did it").says("Sit in the kitchen with the radio low.")
ana.day(13, "07:21").taps("Gentler", "Did it").says("Ironing. Really.")
ana.day(14, "07:25").taps("Did it").says("Read a whole page without starting over.").at("21:00").says("/progress")

# Everything she chose is done.
ana.day(15, "07:38").taps("How was it for you?", "7", "No").at("07:40").taps(
    "Topics", "Say it kindly", "Add this topic"
).says("/when")
ana.day(16, "07:19").taps("Did it").says("On Sunday, by my sister.")
ana.day(17, "07:22").taps("Did it")

# Four days before the clocks go forward.
ana.day(18, "07:24").taps("Did it").says("Jo from the third floor.").at("21:10").says("/when")
ana.day(19, "07:18").taps("Did it").says("That the answer might be no, and then I know.")
ana.day(20, "09:00").taps("Did it").says("I get very quiet and very correct.")
ana.day(21, "07:26").taps("Did it").says("Someone says it plainly and then makes tea.")
ana.day(22, "07:35").taps("Topics", "Move your mood", "Add this topic")
ana.day(23, "07:20").taps("Did it").says("I stop answering messages.")

# She moves.
ana.day(24, "07:17").taps("Did it").at("15:00").moves_to(
    "Europe/Lisbon", "Ana has moved to Lisbon, where it is an hour earlier."
).at("18:00").says("/settings").taps("Time zone").says("Lisbon").taps("More settings", "Country").says("Portugal").says(
    "/when"
)
ana.day(25, "07:30").taps("Did it").says("The boxes. Then I unpack one.")
ana.day(26, "07:25").taps("Did it").says("Walking down to the river. The stairs back up are something else.")
ana.day(27, "10:00").taps("Did it").says("Someone who still asks how the others are.")
ana.day(28, "09:30").taps("Did it").says("Calling my sister.").at("20:00").says("/journal").taps("Older").says(
    "/progress"
)
