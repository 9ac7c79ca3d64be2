from __future__ import annotations

from pathlib import Path

import pytest
from course_folder import CourseFolder


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    return CourseFolder(tmp_path)
