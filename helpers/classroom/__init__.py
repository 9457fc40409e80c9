"""The classroom: checks that look at an account, the judge that runs them, and ``course grade``.

What counts towards a grade runs outside of every process that a learner's code can reach: ``judge`` in the server's trust
domain while a learner works, and in ``stage``'s own process while a submission is graded.
"""
