"""CloudWatch metrics: what was put, and what is asked of it.

``store`` keeps datapoints, ``queries`` answers for periods of them, for requests as for alarms.
"""
