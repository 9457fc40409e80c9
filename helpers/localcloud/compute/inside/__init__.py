"""What runs inside an execution environment, in a process of its own.

The files here are loaded by path, not imported: a handler must not see the course's packages. They use the standard
library only, and little of it, because each import is part of every cold start.
"""
