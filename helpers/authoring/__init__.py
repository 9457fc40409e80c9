"""From the sources in ``course/`` to the notebooks that learners open.

Authors edit text: percent-format scripts with both languages side by side, hints, quizzes and checks. This room reads that
text (``source``), says what is wrong with it (``checking``, ``translations``), lays out the notebooks (``notebooks``), runs
them (``execute``) and keeps the generated folders equal to the sources (``build``). It knows files, not clouds: the local
cloud that a lesson needs is a process started by its command.
"""
