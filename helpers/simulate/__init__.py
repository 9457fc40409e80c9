"""Capacity models that go where one machine cannot: a campaign of ten million requests, second by second, from a seed.

Nothing here runs a function or asks a cloud. A model takes a traffic shape and the limits that AWS documents, and plays every request
through them; what comes out is called *simulated* wherever it is shown.
"""
