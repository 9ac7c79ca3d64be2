"""The people whose four weeks are kept."""

from tests.transcripts.ana import ana
from tests.transcripts.ben import ben
from tests.transcripts.priya import priya

STORIES = {story.name.lower(): story for story in (ana, ben, priya)}
