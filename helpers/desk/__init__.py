"""The learner's desk: the commands that set up, start and show the course. Only this room puts cloud and classroom together."""
