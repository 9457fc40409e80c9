"""What a learner did: quizzes, reviews of interview questions and mock interviews, in one SQLite file outside of the course's tree.

``open_progress`` is the door. ``files`` keeps the file whole, ``schema`` says what is in it, ``schedule`` when a question comes again.
"""

from helpers.classroom.progress.store import (
    Draft,
    MockAnswer,
    MockResult,
    Progress,
    QuizResult,
    Review,
    open_progress,
    progress_path,
)

__all__ = ["Draft", "MockAnswer", "MockResult", "Progress", "QuizResult", "Review", "open_progress", "progress_path"]
