"""DynamoDB's capacity: how many read and write units a request consumes, what it is told of them, which metrics come of it, and when there are none left.

``units`` is the arithmetic, ``meter`` counts one request, ``request_metrics`` puts what was counted into CloudWatch. ``buckets`` and ``traffic`` say how much there is,
``limits`` holds them for each table and index, ``throttling`` are the errors, ``changes`` the rules of UpdateTable.
"""
